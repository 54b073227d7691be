import { describe, expect, it } from 'vitest'
import { DECISIONS } from '../../lib/intake/operator-decision.ts'
import { type Json, propertiesOf, readTemplate, resolve, resourcesOf } from '../../lib/local/stack/template.ts'
import { busPolicy, list, managedPolicy } from './policies.ts'
import { merchantsVariable, packagedWith, twoTills } from './two-tills.ts'

const template = await twoTills()
const API = 'arn:aws:execute-api:ap-east-1:111122223333:HttpApi/$default'
const BUS = 'arn:aws:events:ap-east-1:111122223333:event-bus/EventBus'

describe('the policy of a till', () => {
  it('names the paths of its own merchants and its own events', () => {
    expect(managedPolicy(template, 'TillComExamplePosc803369ba7bfPolicy')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: [
            `${API}/POST/merchants/1900000109/payafter-orders/*/sync`,
            `${API}/POST/merchants/1900000109/payafter-orders/*/withdraw`,
            `${API}/GET/merchants/1900000109/payafter-orders/*`,
            `${API}/POST/merchants/1900000111/payafter-orders/*/sync`,
            `${API}/POST/merchants/1900000111/payafter-orders/*/withdraw`,
            `${API}/GET/merchants/1900000111/payafter-orders/*`,
          ],
        },
        {
          Effect: 'Allow',
          Action: 'events:PutEvents',
          Resource: BUS,
          Condition: {
            'ForAllValues:StringEquals': {
              'events:source': ['com.example.pos'],
              'events:detail-type': ['Payscore Order Paid Offline'],
            },
            Null: { 'events:source': 'false', 'events:detail-type': 'false' },
          },
        },
      ],
    })
  })

  it('opens every route of the API, and of decisions the shop’s own alone', () => {
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
      const [method, path] = String(Properties.RouteKey).split(' ')
      return `${API}/${method}${path?.replace('{mchid}', '1900000109').replace('{out_order_no}', 'A1').replace('{decision}', 'withdraw')}`
    })

    const opened = list(managedPolicy(template, 'TillComExamplePosc803369ba7bfPolicy').Statement[0]?.Resource)

    expect(routes.filter((route) => !opened.some((pattern) => fits(pattern, route)))).toEqual([])
    expect(
      DECISIONS.filter((decision) =>
        opened.some((pattern) => fits(pattern, `${API}/POST/merchants/1900000109/payafter-orders/A1/${decision}`)),
      ),
    ).toEqual(['withdraw'])
  })

  it('is an output of the stack', () => {
    expect(readTemplate().Outputs).toMatchObject({
      TillComExamplePosc803369ba7bfPolicy: { Value: { Ref: 'TillComExamplePosc803369ba7bfPolicy' } },
    })
  })

  it('for its lists names the folders of its own merchants', () => {
    expect(managedPolicy(template, 'TillComExamplePosc803369ba7bfStatementPolicy')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:PutObject',
          Resource: [
            'arn:aws:s3:::Statements/statements/1900000109/*',
            'arn:aws:s3:::Statements/statements/1900000111/*',
          ],
        },
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: ['arn:aws:s3:::Statements/reports/1900000109/*', 'arn:aws:s3:::Statements/reports/1900000111/*'],
        },
      ],
    })
    expect(readTemplate().Outputs).toMatchObject({
      TillComExamplePosc803369ba7bfStatementPolicy: { Value: { Ref: 'TillComExamplePosc803369ba7bfStatementPolicy' } },
    })
  })

  const ofMany = (mchids: readonly string[]) =>
    packagedWith({
      merchants: Object.fromEntries(mchids.map((mchid) => [mchid, { sources: ['a'], services: { s: 'w' } }])),
      tills: { a: { principals: [], accounts: [] } },
    })
  const ownPolicies = (doors: typeof template) =>
    resourcesOf(doors, 'AWS::IAM::ManagedPolicy').filter(([id]) => id.startsWith('TillA'))
  const sizes = (doors: typeof template) =>
    ownPolicies(doors).map(([, { Properties }]) => JSON.stringify(atItsLongest(Properties.PolicyDocument)).length)

  it('names its merchants as long as one policy holds them, and then the routes of all: the functions refuse the others', async () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${1_900_000_100 + i}`)
    const [few, many] = [await ofMany(numbers(10)), await ofMany(numbers(20))]

    expect(resourcesNamed('TillAca978112ca1bPolicy', few)).toContain('/merchants/1900000109/')
    expect(resourcesNamed('TillAca978112ca1bPolicy', many)).toContain('/POST/merchants/*/payafter-orders/*/sync')
    expect(resourcesNamed('TillAca978112ca1bPolicy', many)).not.toContain('1900000109')
    expect(Math.max(...sizes(few), ...sizes(many))).toBeLessThanOrEqual(6144)
  })

  it('for lists is split where it would be longer than AWS takes, since no function knows who uploaded one', async () => {
    const mchids = Array.from({ length: 40 }, (_, i) => `${'1'.repeat(29)}${100 + i}`)
    const doors = await ofMany(mchids)
    const lists = ownPolicies(doors).filter(([id]) => id.includes('StatementPolicy'))
    const named = lists.map(([id]) => resourcesNamed(id, doors))

    expect(lists.length).toBeGreaterThan(1)
    expect(Math.max(...sizes(doors))).toBeLessThanOrEqual(6144)
    expect(mchids.filter((mchid) => named.filter((text) => text.includes(`/${mchid}/`)).length !== 1)).toEqual([])
  })

  it.each(['any', Array.from({ length: 5000 }, (_, i) => `${1_900_010_000 + i}`)])(
    'of a provider does not grow with its shops, whose lists are in the provider’s folder',
    async (sub_merchants) => {
      const doors = await packagedWith({
        providers: { '1800000001': { sources: ['a'], services: { s: '' }, sub_merchants } },
        tills: { a: { principals: ['role/saas'], accounts: [] } },
      })

      expect(ownPolicies(doors).map(([id]) => id)).toEqual([
        'TillAca978112ca1bPolicy',
        'TillAca978112ca1bStatementPolicy',
      ])
      expect(managedPolicy(doors, 'TillAca978112ca1bStatementPolicy').Statement[0]?.Resource).toEqual([
        'arn:aws:s3:::Statements/statements/1800000001/*',
      ])
      expect(JSON.stringify(doors)).not.toContain('1900010')
    },
  )
})

/** As the account would have it: an API is named by ten characters, a bucket by 63. */
const atItsLongest = (document: unknown): unknown =>
  JSON.parse(
    JSON.stringify(resolve(template, document))
      .replaceAll('arn:aws:', 'arn:aws-cn:')
      .replaceAll('ap-east-1', 'cn-northwest-1')
      .replaceAll(':HttpApi/', ':0123456789/')
      .replaceAll(':::Statements/', `:::${'b'.repeat(63)}/`),
  )

const resourcesNamed = (id: string, from: typeof template): string =>
  JSON.stringify(managedPolicy(from, id).Statement.map(({ Resource }) => Resource))

describe('another account', () => {
  it('acts through a role that has the till’s policy, and only by the external id that was agreed', () => {
    expect(resolve(template, propertiesOf(template, 'TillComExampleOther24473df468cbRole'))).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: ['arn:aws:iam::444455556666:root'] },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': 'payscore-of-example' } },
          },
        ],
      },
      ManagedPolicyArns: ['TillComExampleOther24473df468cbPolicy'],
    })
  })

  it('has no role unless it is listed', () => {
    expect(template.Resources.TillComExamplePosc803369ba7bfRole).toBeUndefined()
  })
})

describe('the bus', () => {
  const deny = (sources: Json, senders: readonly string[]) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: BUS,
    Condition: { ...sources, ArnNotEquals: { 'aws:PrincipalArn': senders } },
  })
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`

  it('denies each kind of event to all but those who send it, whoever allows them', () => {
    expect(busPolicy(template).Statement).toEqual([
      deny(
        { 'ForAnyValue:StringLike': { 'events:source': ['payscore.*'] } },
        ['SyncRole', 'QueryRole', 'ReconcileRole', 'DecideRole', 'AuditRole', 'OutcomeRole'].map(role),
      ),
      deny({ 'ForAnyValue:StringEquals': { 'events:source': ['com.example.other'] } }, [
        role('TillComExampleOther24473df468cbRole'),
      ]),
      deny({ 'ForAnyValue:StringEquals': { 'events:source': ['com.example.pos'] } }, [
        role('pos'),
        'arn:aws:iam::111122223333:user/pos-in-shop',
      ]),
    ])
  })

  it('denies a source to everybody when nobody is listed', async () => {
    const text = JSON.stringify({
      merchants: { '1900000109': { sources: ['a'], services: { s: 'w' } } },
      tills: { a: { principals: [], accounts: [] } },
    })

    const doors = (await merchantsVariable('callerPolicies', text)) as typeof template

    expect(busPolicy(doors).Statement[0]?.Condition).toEqual({ 'ForAnyValue:StringEquals': { 'events:source': ['a'] } })
  })
})

describe('the policy of', () => {
  const actionsOf = (id: string) => managedPolicy(template, id).Statement.flatMap(({ Action }) => list(Action))
  const looking = [
    'logs:FilterLogEvents',
    'logs:GetLogEvents',
    'logs:StartQuery',
    'cloudwatch:GetDashboard',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'logs:GetQueryResults',
    'logs:StopQuery',
  ]

  it('an operator mends orders by the API alone, and reads no secret', () => {
    expect(actionsOf('OperatorPolicy')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:DescribeTable',
      'cloudformation:DescribeStacks',
      'events:DescribeEventBus',
      'events:ListRules',
      'lambda:GetAccountSettings',
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
      's3:PutObject',
      's3:ListBucket',
      's3:GetObject',
      'lambda:InvokeFunction',
      'execute-api:Invoke',
      ...looking,
    ])
  })

  it('support looks, at the indexes and the status route, which hold no personal data', () => {
    const { Statement } = managedPolicy(template, 'SupportPolicy')

    expect(actionsOf('SupportPolicy')).toEqual(['dynamodb:Query', 's3:GetObject', 'execute-api:Invoke', ...looking])
    expect(Statement[0]?.Resource).toBe('arn:aws:dynamodb:ap-east-1:111122223333:table/Ledger/index/*')
    expect(Statement[1]?.Resource).toEqual(
      ['reports', 'bills', 'cases'].map((folder) => `arn:aws:s3:::Statements/${folder}/*`),
    )
    expect(Statement[2]?.Resource).toBe(`${API}/GET/merchants/*`)
  })
})

/** IAM’s `*` stands for any text. */
const fits = (pattern: string, arn: string): boolean => {
  const [first = '', ...rest] = pattern.split('*')
  if (!arn.startsWith(first) || !arn.endsWith(rest.at(-1) ?? '')) return false
  return rest.every((part) => arn.includes(part))
}
