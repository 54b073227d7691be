import { describe, expect, it } from 'vitest'
import { PAID_OFFLINE } from '../../lib/intake/event-source.ts'
import { dueBusEvent } from '../../lib/ledger/due-event.ts'
import { LIMITS } from '../../lib/limits.ts'
import { readRules } from '../../lib/local/stack/rules.ts'
import { type Json, propertiesOf, readTemplate, resolve } from '../../lib/local/stack/template.ts'
import { allStatements, rolePolicy } from './policies.ts'

const template = readTemplate()
const rules = readRules(template)

/** Exact values only: that is all these patterns have. */
const matches = (pattern: Json, event: Json): boolean =>
  Object.entries(pattern).every(([name, part]) => {
    const value = event[name]
    return Array.isArray(part) ? part.includes(value) : matches(part as Json, (value ?? {}) as Json)
  })

const targetsOf = (event: Json): readonly string[] =>
  rules
    .filter(({ pattern }) => matches(pattern, event))
    .flatMap(({ targets }) => targets.map((target) => target.function))

const due = (next: 'sync' | 'query' | 'refund'): Json => {
  const { source, detailType, detail } = dueBusEvent({ mchid: '1900000109', out_order_no: 'A1', next })
  return { source, 'detail-type': detailType, detail }
}

describe('the rules of the bus', () => {
  it('are these three', () => {
    expect(rules).toEqual([
      {
        name: 'PaidOfflineRule',
        pattern: { source: ['com.example.pos'], 'detail-type': ['Payscore Order Paid Offline'] },
        targets: [{ function: 'sync', retries: 2, keepsFailed: true }],
      },
      {
        name: 'QueryDueRule',
        pattern: {
          source: ['payscore.reconcile'],
          'detail-type': ['Payscore Order Due'],
          detail: { next: ['query', 'refund'] },
        },
        targets: [{ function: 'query', retries: 0, keepsFailed: false }],
      },
      {
        name: 'SyncDueRule',
        pattern: { source: ['payscore.reconcile'], 'detail-type': ['Payscore Order Due'], detail: { next: ['sync'] } },
        targets: [{ function: 'sync', retries: 0, keepsFailed: false }],
      },
    ])
  })

  it.each<[string, Json, readonly string[]]>([
    ['a notice', { source: 'com.example.pos', 'detail-type': PAID_OFFLINE, detail: {} }, ['sync']],
    ['a due sync', due('sync'), ['sync']],
    ['a due query', due('query'), ['query']],
    ['a refund to ask about', due('refund'), ['query']],
    ['a notice of a source that is not listed', { source: 'com.example.other', 'detail-type': PAID_OFFLINE }, []],
    [
      'another event of a till',
      { source: 'com.example.pos', 'detail-type': 'Payscore Order Due', detail: { next: 'sync' } },
      [],
    ],
    ['an outcome in a notice’s words', { source: 'payscore.ledger', 'detail-type': PAID_OFFLINE }, []],
    ...['Synced', 'Rejected', 'Held', 'Double Charged', 'Pending Too Long'].map(
      (outcome): [string, Json, readonly string[]] => [
        `the outcome ${outcome}`,
        { source: 'payscore.ledger', 'detail-type': `Payscore Order ${outcome}`, detail: { next: 'sync' } },
        [],
      ],
    ),
  ])('hand %s to whom it is for', (_, event, targets) => {
    expect(targetsOf(event)).toEqual(targets)
  })

  it('have the archive keep what they hand to sync as a notice, for 30 days', () => {
    expect(resolve(template, propertiesOf(template, 'Archive'))).toEqual({
      SourceArn: 'arn:aws:events:ap-east-1:111122223333:event-bus/EventBus',
      EventPattern: { source: ['com.example.pos'], 'detail-type': ['Payscore Order Paid Offline'] },
      RetentionDays: 30,
    })
  })
})

describe('a notice that fails', () => {
  const queue = 'arn:aws:sqs:ap-east-1:111122223333:NoticeDeadLetters'

  it('is kept when the bus cannot hand it over', () => {
    const [target] = resolve(template, propertiesOf(template, 'PaidOfflineRule').Targets) as readonly Json[]

    expect(target?.DeadLetterConfig).toEqual({ Arn: queue })
  })

  it('is kept when the function has failed for the third time', () => {
    expect(resolve(template, propertiesOf(template, 'SyncLambdaEvConf'))).toEqual({
      FunctionName: 'SyncLambdaFunction',
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queue } },
    })
  })

  it('may be written to the queue by that rule and by that function, and by nobody else', () => {
    const senders = allStatements(template)
      .filter(([, { Effect, Resource }]) => Effect === 'Allow' && [Resource].flat().includes(queue))
      .filter(([, { Action }]) => [Action].flat().some((action) => /^sqs:(\*|Send)/.test(action)))
      .map(([id, { Principal, Condition }]) => ({ id, Principal, Condition }))

    expect(senders).toEqual([
      {
        id: 'NoticeDeadLettersPolicy',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:ap-east-1:111122223333:rule/PaidOfflineRule' } },
      },
      { id: 'SyncRole', Principal: undefined, Condition: undefined },
    ])
  })

  it('stays in the queue for 14 days', () => {
    expect(propertiesOf(template, 'NoticeDeadLetters').MessageRetentionPeriod).toBe(14 * 24 * 60 * 60)
  })
})

describe('a due event that fails', () => {
  it('is dropped by the alias through which it enters sync', () => {
    expect([propertiesOf(template, 'SyncDueAlias'), propertiesOf(template, 'SyncDueInvokeConfig')]).toEqual([
      { FunctionName: { Ref: 'SyncLambdaFunction' }, FunctionVersion: '$LATEST', Name: 'due' },
      {
        FunctionName: { Ref: 'SyncLambdaFunction' },
        Qualifier: 'due',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      },
    ])
  })

  it.each(['QueryLambdaEvConf', 'ReconcileLambdaEvConf'])('is dropped by %s', (id) => {
    expect(propertiesOf(template, id)).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: {},
    })
  })
})

describe('the table’s stream', () => {
  it('is split at a failing row, tried for 22 of its 24 hours, and then named in a queue of its own', () => {
    const mapping = resolve(template, propertiesOf(template, 'OutcomeEventSourceMappingDynamodbLedger')) as Json

    // As often as it takes.
    expect(mapping.MaximumRetryAttempts).toBeUndefined()
    expect(mapping).toMatchObject({
      EventSourceArn: 'arn:aws:dynamodb:ap-east-1:111122223333:table/Ledger/stream',
      FunctionName: 'arn:aws:lambda:ap-east-1:111122223333:function:OutcomeLambdaFunction',
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 22 * 60 * 60,
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:sqs:ap-east-1:111122223333:OutcomeDeadLetters' },
      },
    })
  })

  it('wakes the function for new and changed orders, and neither for counters nor for rows that expire', () => {
    expect(propertiesOf(template, 'OutcomeEventSourceMappingDynamodbLedger').FilterCriteria).toEqual({
      Filters: [
        { Pattern: '{"eventName":["INSERT","MODIFY"],"dynamodb":{"NewImage":{"state":{"S":[{"exists":true}]}}}}' },
      ],
    })
  })
})

describe('the table’s stream to evidence', () => {
  it('is split at a batch that fails, tried for 22 of its 24 hours, and then named in a queue of its own', () => {
    const mapping = resolve(template, propertiesOf(template, 'EvidenceEventSourceMappingDynamodbLedger')) as Json

    expect(mapping.MaximumRetryAttempts).toBeUndefined()
    expect(mapping).toMatchObject({
      EventSourceArn: 'arn:aws:dynamodb:ap-east-1:111122223333:table/Ledger/stream',
      FunctionName: 'arn:aws:lambda:ap-east-1:111122223333:function:EvidenceLambdaFunction',
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 22 * 60 * 60,
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:sqs:ap-east-1:111122223333:EvidenceDeadLetters' },
      },
    })
  })
})

describe('the schedule', () => {
  const schedule = resolve(template, propertiesOf(template, 'EveryMinute')) as Json

  it('calls reconcile as often as the limits say, in China time, without tries of its own', () => {
    expect(schedule).toEqual({
      ScheduleExpression: `rate(${LIMITS.reconcileEvery / 60_000} minute)`,
      ScheduleExpressionTimezone: 'Asia/Shanghai',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:ap-east-1:111122223333:function:ReconcileLambdaFunction',
        RoleArn: 'arn:aws:iam::111122223333:role/ScheduleRole',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    })
  })

  it('looks at the certificates every morning in China', () => {
    expect(resolve(template, propertiesOf(template, 'EveryMorning'))).toEqual({
      ScheduleExpression: 'cron(0 9 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Shanghai',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:ap-east-1:111122223333:function:CertificatesLambdaFunction',
        RoleArn: 'arn:aws:iam::111122223333:role/ScheduleRole',
      },
    })
  })

  it('has a role that the scheduler of this account assumes, to call those four functions', () => {
    const { AssumeRolePolicyDocument } = resolve(template, propertiesOf(template, 'ScheduleRole')) as Json

    expect(AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    })
    expect(rolePolicy(template, 'ScheduleRole').Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: [
          'arn:aws:lambda:ap-east-1:111122223333:function:ReconcileLambdaFunction',
          'arn:aws:lambda:ap-east-1:111122223333:function:CertificatesLambdaFunction',
          'arn:aws:lambda:ap-east-1:111122223333:function:StatementLambdaFunction',
          'arn:aws:lambda:ap-east-1:111122223333:function:AuditLambdaFunction',
        ],
      },
    ])
  })
})
