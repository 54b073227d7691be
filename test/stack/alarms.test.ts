import { describe, expect, it } from 'vitest'
import { type Json, readTemplate, resolve, resourcesOf } from '../../lib/local/stack/template.ts'

const template = readTemplate()
type Alarm = { readonly AlarmDescription: string; readonly AlarmActions: readonly string[] } & Json
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(
  ([id, { Properties }]) => [id, resolve(template, Properties) as Alarm] as const,
)

type Series = { readonly Id: string; readonly MetricStat?: { readonly Metric: Json; readonly Stat: string } }

/** What an alarm watches, as `metric of whom statistic`, and from which value it rings. */
const watched = (alarm: Alarm): string => {
  const series = (alarm.Metrics ?? []) as readonly Series[]
  const each = series.flatMap(({ MetricStat }) => (MetricStat ? [metricText(MetricStat.Metric, MetricStat.Stat)] : []))
  const of = each.length > 0 ? each.join(' + ') : metricText(alarm, String(alarm.Statistic))
  return `${of} ${alarm.ComparisonOperator === 'LessThanThreshold' ? '<' : '>'} ${alarm.Threshold}`
}

const metricText = ({ MetricName, Dimensions }: Json, stat: string): string =>
  `${MetricName} of ${(Dimensions as readonly { readonly Value: string }[]).map(({ Value }) => Value).join(' ')} ${stat}`

describe('the alarms', () => {
  it('watch all that needs a person', () => {
    expect(Object.fromEntries(alarms.map(([id, alarm]) => [id, watched(alarm)]))).toEqual({
      DoubleChargedAlarm: 'double_charged of outcome Sum > 0',
      RejectedAlarm: 'rejected of outcome Sum > 0',
      HeldAlarm: 'held of outcome Sum > 0',
      LateAlarm: 'late of outcome Sum > 0',
      ConfigAlarm: 'config of sync Sum + config of query Sum + config of certificates Sum + config of audit Sum > 0',
      SubMerchantsAlarm:
        'sub_merchant_trouble of sync Sum + sub_merchant_trouble of query Sum + sub_merchant_trouble of outcome Sum > 0',
      UndoneAlarm: 'undone of query Sum > 0',
      UnprovedAlarm: 'unproved of query Sum > 0',
      NoticeDeadLettersAlarm: 'ApproximateNumberOfMessagesVisible of NoticeDeadLetters Maximum > 0',
      OutcomeDeadLettersAlarm: 'ApproximateNumberOfMessagesVisible of OutcomeDeadLetters Maximum > 0',
      OutcomeBehindAlarm: 'IteratorAge of OutcomeLambdaFunction Maximum > 600000',
      EvidenceDeadLettersAlarm: 'ApproximateNumberOfMessagesVisible of EvidenceDeadLetters Maximum > 0',
      EvidenceBehindAlarm: 'IteratorAge of EvidenceLambdaFunction Maximum > 3600000',
      EvidenceUnreadableAlarm: 'answer_unreadable of evidence Sum > 0',
      OutcomeUnwordedAlarm: 'unworded of outcome Sum > 0',
      WebhookDeadLettersAlarm: 'ApproximateNumberOfMessagesVisible of WebhookDeadLetters Maximum > 0',
      WebhookBehindAlarm: 'ApproximateAgeOfOldestMessage of WebhookQueue Maximum > 3600',
      FailureDestinationAlarm:
        'DestinationDeliveryFailures of SyncLambdaFunction Sum + DestinationDeliveryFailures of OutcomeLambdaFunction Sum + InvocationsFailedToBeSentToDlq of EventBus payscore-sync-dev-paid-offline Sum + InvocationsFailedToBeSentToDlq of payscore-sync-dev-paid-offline Sum > 0',
      ApiFailingAlarm: '5xx of HttpApi Sum > 0',
      ReconcileSilentAlarm: 'dispatched of reconcile SampleCount < 1',
      ReconcileFailingAlarm: 'merchants_failed of reconcile Sum > 0',
      LagAlarm: 'oldest_lag of reconcile Maximum > 600000',
      ClockAlarm: 'clock_difference of sync Maximum + clock_difference of query Maximum > 60000',
      Certificate60Alarm: 'certificate_days_left of certificates Minimum < 60',
      Certificate30Alarm: 'certificate_days_left of certificates Minimum < 30',
      Certificate7Alarm: 'certificate_days_left of certificates Minimum < 7',
      StatementMalformedAlarm: 'statement_malformed of statement Sum > 0',
      StatementRefusedAlarm: 'statement_refused of statement Sum > 0',
      StatementUnaccountedAlarm: 'statement_unaccounted of statement Sum > 0',
      StatementsOverdueAlarm: 'statements_overdue of statement Sum > 0',
      ReportsFailingAlarm: 'reports_failed of statement Sum > 0',
      ReportsWaitingAlarm: 'reports_waited of statement Maximum > 7200000',
      StatementDeadLettersAlarm: 'ApproximateNumberOfMessagesVisible of StatementDeadLetters Maximum > 0',
      BillContradictionAlarm: 'bill_contradiction of audit Sum > 0',
      BillUnreadableAlarm: 'bill_unreadable of audit Sum > 0',
      BillLateAlarm: 'bill_late of audit Sum > 0',
      BillsFailingAlarm: 'bill_failed of audit Sum + Errors of AuditLambdaFunction Sum + bills_left of audit Sum > 0',
      RefundMissingAlarm: 'refund_missing of audit Sum > 0',
      RefundFailedAlarm: 'refund_failed of query Sum > 0',
    })
  })

  it('take silence for a failure only of what drives all', () => {
    const silence = alarms.filter(([, alarm]) => alarm.TreatMissingData === 'breaching')

    expect(silence.map(([id, alarm]) => [id, alarm.Period, alarm.EvaluationPeriods])).toEqual([
      ['ReconcileSilentAlarm', 60, 5],
    ])
  })

  it('ring once for the sub-merchants in trouble, and again only after a day without', () => {
    const [, alarm] = alarms.find(([id]) => id === 'SubMerchantsAlarm') ?? []
    const periods = (
      (alarm?.Metrics ?? []) as readonly { readonly MetricStat?: { readonly Period: number } }[]
    ).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Period] : []))

    expect(periods).toEqual([3600, 3600, 3600])
    expect(alarm).toMatchObject({ EvaluationPeriods: 24, DatapointsToAlarm: 1 })
  })

  it.each(alarms)('%s says in Chinese and in English what it means and what to do, and tells the topic', (_, alarm) => {
    const [chinese = '', english = '', ...more] = alarm.AlarmDescription.split('\n')

    expect(chinese).toMatch(/^[\u4e00-\u9fff].*。.*[。;]/)
    expect(english).toMatch(/^[A-Z][\x20-\x7e]*[.;!:][\x20-\x7e]*\.$/)
    expect(more).toEqual([])
    expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024)
    expect(alarm.AlarmActions).toEqual(['arn:aws:sns:ap-east-1:111122223333:AlarmTopic'])
  })

  it('are mailed where an address is given', () => {
    const [subscription] = resourcesOf(template, 'AWS::SNS::Subscription').map(([, resource]) => resource)

    expect(subscription).toMatchObject({
      Condition: 'HasAlarmEmail',
      Properties: { Protocol: 'email', Endpoint: { Ref: 'AlarmEmail' } },
    })
  })
})

describe('the dashboard', () => {
  const [[, dashboard] = ['', undefined]] = resourcesOf(template, 'AWS::CloudWatch::Dashboard')
  const body = JSON.parse(String(resolve(template, dashboard?.Properties.DashboardBody))) as {
    readonly widgets: readonly { readonly type: string; readonly properties: Json }[]
  }
  const titles = body.widgets.map(({ properties }) => properties.title)

  it('is JSON that CloudWatch reads, and shows these pictures', () => {
    expect(titles).toEqual([
      undefined,
      '告警 Alarms',
      '同步结果 Syncs by verdict',
      '查单结果 Queries by verdict',
      '收到通知到同步成功 From notice to synced (ms)',
      '最早到期订单已等待 Lag of the oldest due order (ms)',
      '微信支付应答时间 WeChat Pay’s latency (ms)'.replace('’', "'"),
      '需人工处理 Orders for a person',
      '每单调用次数 Calls per order',
      '30天错误预算已用 Budget used in 30 days (%)',
      '冷启动 Cold starts',
      '死信 Dead letters',
      '需人工处理的订单 Orders that need a person',
    ])
  })

  it('shows every alarm that is always there', () => {
    const shown = body.widgets.find(({ type }) => type === 'alarm')?.properties.alarms

    const always = resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(([, { Condition }]) => !Condition)

    expect(shown).toHaveLength(always.length)
  })
})
