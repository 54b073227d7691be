import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../lib/limits.ts'
import { readDefaultRules } from '../../lib/local/stack/rules.ts'
import { propertiesOf, resolve } from '../../lib/local/stack/template.ts'
import { allStatements } from './policies.ts'
import { twoTills } from './two-tills.ts'

const template = await twoTills()
const bucket = propertiesOf(template, 'Statements')

describe('the bucket of statements', () => {
  it('is private, encrypted and versioned', () => {
    expect(bucket).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
    })
  })

  it('answers over TLS only', () => {
    const [statement] = allStatements(template).filter(([id]) => id === 'StatementsTlsOnly')

    expect(statement?.[1]).toEqual({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::Statements', 'arn:aws:s3:::Statements/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
  })

  it('keeps what lies in it as long as the ledger keeps an order that has ended', () => {
    expect(bucket.LifecycleConfiguration).toMatchObject({
      Rules: [
        { ExpirationInDays: LIMITS.keepEnded / 86_400_000, NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
        {},
      ],
    })
  })

  it('tells of new statements, and of nothing else, to the function', () => {
    expect(readDefaultRules(template)).toEqual([
      {
        name: 'StatementRule',
        pattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: ['Statements'] }, object: { key: [{ prefix: 'statements/' }] } },
        },
        targets: [{ function: 'statement', retries: 2, keepsFailed: true }],
      },
    ])
    expect(bucket.NotificationConfiguration).toEqual({ EventBridgeConfiguration: { EventBridgeEnabled: true } })
  })

  it('may be written by whoever uploads, at statements/ alone, and by a till for its merchants alone', () => {
    const writers = allStatements(template)
      .filter(([, { Action }]) => [Action].flat().includes('s3:PutObject'))
      .map(([id, { Resource }]) => [id, Resource])
      .filter(([, resources]) => JSON.stringify(resources).includes(':::Statements'))

    expect(writers).toEqual([
      ['StatementRole', ['arn:aws:s3:::Statements/reports/*', 'arn:aws:s3:::Statements/open/*']],
      ['AuditRole', ['arn:aws:s3:::Statements/bills/*', 'arn:aws:s3:::Statements/cases/*']],
      ['OperatorPolicy', 'arn:aws:s3:::Statements/statements/*'],
      ['TillComExampleOther24473df468cbStatementPolicy', ['arn:aws:s3:::Statements/statements/1900000110/*']],
      [
        'TillComExamplePosc803369ba7bfStatementPolicy',
        ['arn:aws:s3:::Statements/statements/1900000109/*', 'arn:aws:s3:::Statements/statements/1900000111/*'],
      ],
    ])
  })
})

describe('the schedules of statements', () => {
  it('renew reports as often as the limits say', () => {
    expect(resolve(template, propertiesOf(template, 'RenewReports'))).toMatchObject({
      ScheduleExpression: `rate(${LIMITS.renewEvery / 60_000} minutes)`,
      Target: {
        Arn: 'arn:aws:lambda:ap-east-1:111122223333:function:StatementLambdaFunction',
        Input: '{"do":"renew"}',
      },
    })
  })

  it('look for statements that are overdue at the hour that is given, and not at all without one', () => {
    expect(template.Resources.LookForStatements).toMatchObject({
      Condition: 'ExpectsStatements',
      Properties: {
        ScheduleExpression: { 'Fn::Sub': expect.stringMatching(/^cron\(0 ..StatementsBy. \* \* \? \*\)$/) },
        ScheduleExpressionTimezone: 'Asia/Shanghai',
        Target: { Input: '{"do":"overdue"}' },
      },
    })
  })
})
