import { describe, expect, it } from 'vitest'
import { type Json, propertiesOf, readTemplate, resourcesOf } from '../../lib/local/stack/template.ts'
import { allStatements, list, rolePolicy, type Statement } from './policies.ts'

const template = readTemplate()

const TABLE = 'arn:aws:dynamodb:ap-east-1:111122223333:table/Ledger'
const BUS = 'arn:aws:events:ap-east-1:111122223333:event-bus/EventBus'
const BUCKET = 'arn:aws:s3:::Statements'
const SECRET = 'arn:aws:secretsmanager:ap-east-1:111122223333:secret:payscore/merchants/1900000109-??????'
const QUEUE = 'arn:aws:sqs:ap-east-1:111122223333:'
const logs = (name: string) => [
  `logs:CreateLogStream arn:aws:logs:ap-east-1:111122223333:log-group:${name}LogGroup:*`,
  `logs:PutLogEvents arn:aws:logs:ap-east-1:111122223333:log-group:${name}LogGroup:*`,
]

const rightsOf = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap(({ Action, Resource }) =>
    list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${resource}`)),
  )

describe('the role of', () => {
  it.each<[string, readonly string[]]>([
    [
      'SyncRole',
      [
        `dynamodb:GetItem ${TABLE}`,
        `dynamodb:UpdateItem ${TABLE}`,
        `secretsmanager:GetSecretValue ${SECRET}`,
        `events:PutEvents ${BUS}`,
        `sqs:SendMessage ${QUEUE}NoticeDeadLetters`,
        ...logs('Sync'),
      ],
    ],
    [
      'QueryRole',
      [
        `dynamodb:GetItem ${TABLE}`,
        `dynamodb:UpdateItem ${TABLE}`,
        `secretsmanager:GetSecretValue ${SECRET}`,
        `events:PutEvents ${BUS}`,
        ...logs('Query'),
      ],
    ],
    [
      'ReconcileRole',
      [
        `dynamodb:Query ${TABLE}/index/due`,
        `dynamodb:Scan ${TABLE}/index/due`,
        `events:PutEvents ${BUS}`,
        ...logs('Reconcile'),
      ],
    ],
    [
      'OutcomeRole',
      [
        `dynamodb:DescribeStream ${TABLE}/stream`,
        `dynamodb:GetRecords ${TABLE}/stream`,
        `dynamodb:GetShardIterator ${TABLE}/stream`,
        `dynamodb:ListStreams ${TABLE}/stream`,
        `dynamodb:GetItem ${TABLE}`,
        `events:PutEvents ${BUS}`,
        `sqs:SendMessage ${QUEUE}OutcomeDeadLetters`,
        ...logs('Outcome'),
      ],
    ],
    ['StatusRole', [`dynamodb:GetItem ${TABLE}`, `secretsmanager:GetSecretValue ${SECRET}`, ...logs('Status')]],
    [
      'DecideRole',
      [`dynamodb:GetItem ${TABLE}`, `dynamodb:UpdateItem ${TABLE}`, `events:PutEvents ${BUS}`, ...logs('Decide')],
    ],
    [
      'CertificatesRole',
      [
        `secretsmanager:GetSecretValue ${SECRET}`,
        's3:PutObject arn:aws:s3:::Evidence/keys/*',
        'kms:GenerateDataKey arn:aws:kms:ap-east-1:111122223333:key/EvidenceKey',
        ...logs('Certificates'),
      ],
    ],
    [
      'EvidenceRole',
      [
        `dynamodb:DescribeStream ${TABLE}/stream`,
        `dynamodb:GetRecords ${TABLE}/stream`,
        `dynamodb:GetShardIterator ${TABLE}/stream`,
        `dynamodb:ListStreams ${TABLE}/stream`,
        `dynamodb:UpdateItem ${TABLE}`,
        's3:PutObject arn:aws:s3:::Evidence/answers/*',
        's3:PutObject arn:aws:s3:::Evidence/customers/*',
        'kms:GenerateDataKey arn:aws:kms:ap-east-1:111122223333:key/EvidenceKey',
        'kms:Decrypt arn:aws:kms:ap-east-1:111122223333:key/EvidenceKey',
        'secretsmanager:GetSecretValue arn:aws:secretsmanager:ap-east-1:111122223333:secret:CustomerKey-AbCdEf',
        `sqs:SendMessage ${QUEUE}EvidenceDeadLetters`,
        ...logs('Evidence'),
      ],
    ],
    [
      'StatementRole',
      [
        `dynamodb:GetItem ${TABLE}`,
        `dynamodb:BatchGetItem ${TABLE}`,
        `dynamodb:UpdateItem ${TABLE}`,
        `dynamodb:Query ${TABLE}/index/day`,
        `s3:GetObject ${BUCKET}/statements/*`,
        `s3:GetObjectVersion ${BUCKET}/statements/*`,
        `s3:GetObject ${BUCKET}/reports/*/silent/*`,
        `s3:PutObject ${BUCKET}/reports/*`,
        `s3:PutObject ${BUCKET}/open/*`,
        `s3:DeleteObject ${BUCKET}/open/*`,
        `s3:ListBucket ${BUCKET}`,
        `sqs:SendMessage ${QUEUE}StatementDeadLetters`,
        ...logs('Statement'),
      ],
    ],
    [
      'AuditRole',
      [
        `dynamodb:GetItem ${TABLE}`,
        `dynamodb:BatchGetItem ${TABLE}`,
        `dynamodb:UpdateItem ${TABLE}`,
        `dynamodb:Query ${TABLE}/index/case`,
        `dynamodb:Query ${TABLE}/index/waits`,
        `secretsmanager:GetSecretValue ${SECRET}`,
        `events:PutEvents ${BUS}`,
        `events:PutEvents ${BUS}`,
        'sns:Publish arn:aws:sns:ap-east-1:111122223333:AlarmTopic',
        `s3:PutObject ${BUCKET}/bills/*`,
        `s3:PutObject ${BUCKET}/cases/*`,
        's3:PutObject arn:aws:s3:::Evidence/bills/*',
        'kms:GenerateDataKey arn:aws:kms:ap-east-1:111122223333:key/EvidenceKey',
        ...logs('Audit'),
      ],
    ],
  ])('%s allows this and no more', (id, rights) => {
    const { Statement } = rolePolicy(template, id)

    expect(rightsOf(Statement)).toEqual(rights)
    expect(new Set(Statement.map(({ Effect }) => Effect))).toEqual(new Set(['Allow']))
  })

  it.each([
    'SyncRole',
    'QueryRole',
    'ReconcileRole',
    'OutcomeRole',
    'StatusRole',
    'DecideRole',
    'CertificatesRole',
    'StatementRole',
    'AuditRole',
    'EvidenceRole',
  ])('%s is Lambda’s alone', (id) => {
    expect(propertiesOf(template, id)).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    })
    expect(propertiesOf(template, id).ManagedPolicyArns).toBeUndefined()
  })

  it.each([
    ['SyncRole', 'payscore.reconcile'],
    ['QueryRole', 'payscore.reconcile'],
    ['ReconcileRole', 'payscore.reconcile'],
    ['DecideRole', 'payscore.reconcile'],
    ['AuditRole', 'payscore.reconcile', 'payscore.audit'],
    ['OutcomeRole', 'payscore.ledger'],
  ])('%s puts events of %s only, or of %s', (id, ...sources) => {
    const puts = rolePolicy(template, id).Statement.filter(({ Action }) => Action === 'events:PutEvents')

    expect(puts.map(({ Condition }) => Condition)).toMatchObject(
      sources.map((source) => ({
        'ForAllValues:StringEquals': { 'events:source': [source] },
        Null: { 'events:source': 'false' },
      })),
    )
  })
})

describe('the stack', () => {
  // The policy of a key without which nobody could administer it.
  const allowed = allStatements(template).filter(([id, { Effect }]) => Effect === 'Allow' && id !== 'EvidenceKey')

  it('allows nothing to everybody', () => {
    const open = allowed.filter(([, { Principal }]) => JSON.stringify(Principal ?? '').includes('*'))

    expect(open).toEqual([])
  })

  it('allows no action by a wildcard', () => {
    expect(allowed.filter(([, { Action }]) => list(Action).some((action) => action.includes('*')))).toEqual([])
  })

  it('names an ARN wherever the action takes one', () => {
    const wide = allowed.filter(([, { Resource }]) => list(Resource).includes('*')).map(([, { Action }]) => Action)

    expect(wide).toEqual([
      ['events:ListRules', 'lambda:GetAccountSettings'],
      ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'logs:GetQueryResults', 'logs:StopQuery'],
      ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'logs:GetQueryResults', 'logs:StopQuery'],
    ])
  })

  it('lets nothing pass a role on, nor write policies', () => {
    const actions = allowed.flatMap(([, { Action }]) => list(Action))

    expect(actions.filter((action) => /^(iam|sts):/.test(action) && action !== 'sts:AssumeRole')).toEqual([])
  })

  it('lets each function be called only by what calls it', () => {
    const callers = resourcesOf(template, 'AWS::Lambda::Permission').map(([id, { Properties }]) => {
      const { Principal, SourceArn } = Properties as { Principal: string; SourceArn?: Json }
      return [id, Principal, SourceArn !== undefined]
    })

    expect(callers).toEqual([
      ['SyncLambdaPermissionHttpApi', 'apigateway.amazonaws.com', true],
      ['StatusLambdaPermissionHttpApi', 'apigateway.amazonaws.com', true],
      ['DecideLambdaPermissionHttpApi', 'apigateway.amazonaws.com', true],
      ['PaidOfflinePermission', 'events.amazonaws.com', true],
      ['QueryDuePermission', 'events.amazonaws.com', true],
      ['SyncDuePermission', 'events.amazonaws.com', true],
      ['StatementPermission', 'events.amazonaws.com', true],
    ])
  })
})
