import { readdirSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Config, readConfig } from '../../lib/config/config.ts'
import { LIMITS } from '../../lib/limits.ts'
import { propertiesOf, readTemplate, resolve, resourcesOf } from '../../lib/local/stack/template.ts'
import { SERVED_BY } from '../../stack/merchants-plugin.ts'

const template = readTemplate()
const functions = resourcesOf(template, 'AWS::Lambda::Function')
const variablesOf = (id: string) => {
  const { Environment } = propertiesOf(template, id) as { Environment: { Variables: Record<string, unknown> } }
  return resolve(template, Environment.Variables) as Record<string, string>
}

describe('the functions of the stack', () => {
  it('are those of functions/', () => {
    const names = readdirSync('functions').map((file) => file.replace('.ts', ''))

    const handlers = functions.map(([, { Properties }]) => Properties.Handler)

    expect(handlers.toSorted()).toEqual(names.map((name) => `.build/${name}/index.handler`).toSorted())
  })

  it('run on Lambda’s Node 24', () => {
    expect(new Set(functions.map(([, { Properties }]) => Properties.Runtime))).toEqual(new Set(['nodejs24.x']))
  })

  it('end by the time limits that the ledger counts on', () => {
    const timeouts = Object.fromEntries(functions.map(([id, { Properties }]) => [id, Properties.Timeout]))

    expect(timeouts).toEqual({
      SyncLambdaFunction: LIMITS.functionTimeout / 1000,
      QueryLambdaFunction: LIMITS.functionTimeout / 1000,
      ReconcileLambdaFunction: LIMITS.reconcileTimeout / 1000,
      OutcomeLambdaFunction: LIMITS.functionTimeout / 1000,
      EvidenceLambdaFunction: 120,
      StatusLambdaFunction: LIMITS.functionTimeout / 1000,
      StatementLambdaFunction: LIMITS.statementTimeout / 1000,
      AuditLambdaFunction: LIMITS.auditTimeout / 1000,
      CertificatesLambdaFunction: LIMITS.functionTimeout / 1000,
      DecideLambdaFunction: LIMITS.functionTimeout / 1000,
    })
  })

  /** The function is loaded as in Lambda, with the variables that the template gives it. Gives those that it read. */
  const readBy = async (name: string, given: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const read = new Set<string>()
    const env = new Proxy(given, {
      get: (variables, variable: string) => {
        read.add(variable)
        return variables[variable]
      },
    })
    vi.doMock('../../lib/config/config.ts', async (importOriginal) => ({
      ...(await importOriginal<object>()),
      readConfig: (names: readonly (keyof Config)[]) => {
        if (names.includes('served')) read.add('served')
        return readConfig(names, env, `.build/${name}`)
      },
    }))
    vi.stubEnv('AWS_REGION', 'ap-east-1')
    vi.resetModules()
    onTestFinished(() => {
      vi.unstubAllEnvs()
      vi.doUnmock('../../lib/config/config.ts')
      vi.resetModules()
    })
    await import(`../../functions/${name}.ts`)
    return [...read]
  }

  it.each(readdirSync('functions').map((file) => file.replace('.ts', '')))(
    '%s has the variables that it reads, starts with them, and has no others',
    async (name) => {
      const variables = variablesOf(`${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`)

      const read = await readBy(name, variables)

      expect(read.filter((one) => one !== 'served').toSorted()).toEqual(Object.keys(variables).toSorted())
      expect(read.includes('served')).toBe(SERVED_BY.includes(name))
    },
  )

  it('have the variables that docs/configuration.md says', () => {
    const given = Object.fromEntries(
      functions.map(([id]) => [id.replace('LambdaFunction', ''), Object.keys(variablesOf(id))]),
    )

    expect(given).toEqual({
      Sync: ['TILL_ROLES', 'LEDGER_TABLE', 'EVENT_BUS', 'SECRETS_PREFIX', 'SECRET_MAX_AGE_SECONDS', 'WECHATPAY_ORIGIN'],
      Query: ['LEDGER_TABLE', 'EVENT_BUS', 'SECRETS_PREFIX', 'SECRET_MAX_AGE_SECONDS', 'WECHATPAY_ORIGIN'],
      Reconcile: ['LEDGER_TABLE', 'EVENT_BUS'],
      Outcome: ['LEDGER_TABLE', 'EVENT_BUS', 'OUTCOMES'],
      Evidence: ['LEDGER_TABLE', 'EVIDENCE_BUCKET', 'CUSTOMER_KEY'],
      Status: ['TILL_ROLES', 'LEDGER_TABLE', 'SECRETS_PREFIX', 'SECRET_MAX_AGE_SECONDS', 'WECHATPAY_ORIGIN'],
      Statement: ['LEDGER_TABLE', 'BUCKET'],
      Audit: [
        'LEDGER_TABLE',
        'EVENT_BUS',
        'BUCKET',
        'EVIDENCE_BUCKET',
        'ALARM_TOPIC',
        'SECRETS_PREFIX',
        'SECRET_MAX_AGE_SECONDS',
        'WECHATPAY_ORIGIN',
      ],
      Certificates: ['SECRETS_PREFIX', 'EVIDENCE_BUCKET'],
      Decide: ['TILL_ROLES', 'LEDGER_TABLE', 'EVENT_BUS'],
    })
  })

  it('have a role each', () => {
    const roles = functions.map(([, { Properties }]) => resolve(template, Properties.Role))

    expect(new Set(roles).size).toBe(functions.length)
  })

  it('keep their logs for 90 days', () => {
    const days = resourcesOf(template, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays)

    expect(days).toEqual(Array(functions.length + 1).fill(90))
  })
})

describe('the HTTP API', () => {
  it('asks IAM on every route', () => {
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ])

    expect(routes).toEqual([
      ['POST /merchants/{mchid}/payafter-orders/{out_order_no}/sync', 'AWS_IAM'],
      ['GET /merchants/{mchid}/payafter-orders/{out_order_no}', 'AWS_IAM'],
      ['POST /merchants/{mchid}/payafter-orders/{out_order_no}/{decision}', 'AWS_IAM'],
    ])
  })

  it('takes no more of each route than a till that has gone mad may cost, and the others none of it', () => {
    const { DefaultRouteSettings, RouteSettings } = propertiesOf(template, 'HttpApiStage') as {
      readonly DefaultRouteSettings: object
      readonly RouteSettings: Readonly<Record<string, object>>
    }
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey)

    expect(Object.keys(RouteSettings)).toEqual(routes)
    expect(new Set([DefaultRouteSettings, ...Object.values(RouteSettings)].map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ DetailedMetricsEnabled: true, ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 })]),
    )
  })

  it('waits until after the function has ended', () => {
    const waits = resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(
      ([, { Properties }]) => Properties.TimeoutInMillis,
    )

    expect(waits).toEqual([LIMITS.apiTimeout, LIMITS.apiTimeout, LIMITS.apiTimeout])
  })
})

describe('the ledger table', () => {
  const ledger = propertiesOf(template, 'Ledger')

  it('has the key, the indexes and the stream that the code uses', () => {
    expect(ledger).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'due', KeyType: 'HASH' },
            { AttributeName: 'due_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['next', 'state', 'created_at'] },
        },
        {
          IndexName: 'day',
          KeySchema: [
            { AttributeName: 'day', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'waits',
          KeySchema: [
            { AttributeName: 'waits', KeyType: 'HASH' },
            { AttributeName: 'created_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'case',
          KeySchema: [
            { AttributeName: 'case', KeyType: 'HASH' },
            { AttributeName: 'case_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['transaction_id', 'amount'] },
        },
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    })
  })

  it('can be restored, and is encrypted', () => {
    expect(ledger).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    })
  })
})
