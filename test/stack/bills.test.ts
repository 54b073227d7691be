import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../lib/limits.ts'
import { propertiesOf, readTemplate, resolve } from '../../lib/local/stack/template.ts'
import { allStatements } from './policies.ts'

const template = readTemplate()
const AUDIT = 'arn:aws:lambda:ap-east-1:111122223333:function:AuditLambdaFunction'

describe('the audit of bills', () => {
  it('runs from 10:20 in China each half hour until a missing bill is late, without tries of its own', () => {
    expect(resolve(template, propertiesOf(template, 'AuditBills'))).toEqual({
      ScheduleExpression: 'cron(20,50 10-18 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Shanghai',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: AUDIT,
        RoleArn: 'arn:aws:iam::111122223333:role/ScheduleRole',
        Input: '{}',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    })
    expect(propertiesOf(template, 'AuditLambdaEvConf')).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    })
  })

  it('tells people of open cases at 11:00 in China, after two runs of the audit, and tries three times more', () => {
    expect(resolve(template, propertiesOf(template, 'TellOpenCases'))).toEqual({
      ScheduleExpression: 'cron(0,30 11-12 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Shanghai',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: AUDIT,
        RoleArn: 'arn:aws:iam::111122223333:role/ScheduleRole',
        Input: '{"digest":true}',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    })
  })

  it('has ended, and its lease too, before the next run claims the day', () => {
    expect(LIMITS.billLease).toBeLessThan(30 * 60_000)
  })

  it('has the disk that the limits count on', () => {
    expect(propertiesOf(template, 'AuditLambdaFunction').EphemeralStorage).toEqual({
      Size: LIMITS.auditDiskBytes / 1024 / 1024,
    })
  })

  it('may be started by the schedule and by operators, and by nobody else', () => {
    const callers = allStatements(template).filter(([, { Resource }]) => [Resource].flat().includes(AUDIT))

    expect(callers.map(([id, { Effect, Action }]) => [id, Effect, Action])).toEqual([
      ['ScheduleRole', 'Allow', 'lambda:InvokeFunction'],
      ['OperatorPolicy', 'Allow', 'lambda:InvokeFunction'],
    ])
  })
})
