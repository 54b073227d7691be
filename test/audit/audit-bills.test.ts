import { describe, expect, it } from 'vitest'
import { auditBills } from '../../lib/audit/audit-bills.ts'
import { LIMITS } from '../../lib/limits.ts'
import { answered } from '../support/fake-wechatpay.ts'
import { servedBy } from '../support/served-by.ts'
import { AT_18, auditWorld, charged, DAY, MCHID, rowOf } from './audit-world.ts'

const NO_BILL = answered(400, '{"code":"NO_STATEMENT_EXIST"}')

const sub = (provider: string) => ({ order_api: 'partner', provider, services: { '500001': '' } }) as const
const PROVIDED = servedBy({
  '1900000111': sub('1800000001'),
  '1900000112': sub('1800000001'),
  '1900000113': { ...sub('1800000002'), closed: true },
})

describe('the run of the schedule', () => {
  it('asks for yesterday and for the days before that are not done, of every signer that is not closed', async () => {
    const { deps, asked } = await auditWorld({ says: NO_BILL })
    const dates = () => asked.map((target) => /bill_date=([^&]+)/.exec(target)?.[1])

    await auditBills({}, deps)
    await auditBills({}, deps)

    expect(dates()).toEqual(['2026-11-23', '2026-11-22', '2026-11-21'])
  })

  it('asks once for all sub-merchants of a provider', async () => {
    const world = await auditWorld({
      lines: [charged('A1', { mchid: '1800000001', sub_mchid: '1900000112' })],
      rows: [{ ...rowOf('A1', { state: 'SYNCED' }), pk: '1900000112#A1' }],
    })

    const { reply } = await auditBills({ day: DAY }, { ...world.deps, merchants: PROVIDED })

    expect(world.asked).toHaveLength(1)
    expect(reply?.body.bills).toMatchObject([{ mchid: '1800000001', classes: { charged_after_sync: 1 } }])
    expect(world.calls).toEqual([`order 1900000112#A1 ${DAY}`])
  })

  it('begins no further bill after its time, and says how many are left', async () => {
    const { deps, clock } = await auditWorld({ says: NO_BILL })
    const send: typeof deps.send = (request) => {
      clock.now += LIMITS.billBegin + 1
      return deps.send(request)
    }

    const { log, metrics } = await auditBills({}, { ...deps, send })

    expect(log).toMatchObject({ left: 2, bills: [{ mchid: MCHID, day: DAY }] })
    expect(metrics).toMatchObject({ bills_left: { value: 2 } })
  })

  it('goes on with the others when one fails', async () => {
    const { deps } = await auditWorld({ says: NO_BILL })
    let isFirst = true
    const claim: typeof deps.bills.claim = async (...given) => {
      if (!isFirst) return deps.bills.claim(...given)
      isFirst = false
      throw new Error('a secret of a stranger')
    }

    const { log, metrics } = await auditBills({}, { ...deps, bills: { ...deps.bills, claim } })

    expect(metrics).toMatchObject({ bill_failed: { value: 1 } })
    expect(log.bills).toHaveLength(3)
    expect(JSON.stringify(log)).not.toContain('stranger')
  })
})

describe('the metrics', () => {
  it('count each class, and every metric is there at 0 too', async () => {
    const { deps } = await auditWorld({ lines: [charged('A1')], rows: [rowOf('A1', { state: 'SYNCED' })] })

    const { metrics = {} } = await auditBills({ day: DAY }, deps)

    expect(Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]))).toEqual({
      bills_compared: 1,
      bills_left: 0,
      bill_rows: 1,
      bill_unreadable: 0,
      bill_late: 0,
      bill_failed: 0,
      bill_contradiction: 0,
      bill_charged_after_sync: 1,
      bill_charged_after_end: 0,
      bill_charged_while_open: 0,
      bill_charged_again: 0,
      bill_numbered: 0,
      bill_refunded: 0,
      bill_known: 0,
      refund_missing: 0,
      config: 0,
    })
  })

  it('raise the alarms of a late bill and of a refused one', async () => {
    const { deps, clock } = await auditWorld({ says: answered(403, '{"code":"NO_AUTH"}') })
    clock.now = AT_18

    const { metrics } = await auditBills({ day: DAY }, deps)

    expect(metrics).toMatchObject({ bill_late: { value: 1 }, config: { value: 1 } })
  })
})

describe('the reply to an operator', () => {
  it('names what was found with its next step, and not more than fits', async () => {
    const numbers = Array.from({ length: 60 }, (_, i) => `N${i}`)
    const { deps } = await auditWorld({
      lines: numbers.map((number) => charged(number)),
      rows: numbers.map((number) => rowOf(number, { state: 'SYNCED' })),
    })

    const { reply } = await auditBills({ day: DAY, mchid: MCHID, again: true }, deps)
    const [bill] = (reply?.body.bills ?? []) as readonly { readonly found: readonly object[] }[]

    expect(bill?.found).toHaveLength(50)
    expect(bill?.found[0]).toMatchObject({
      class: 'charged_after_sync',
      out_order_no: 'N0',
      amount: 3900,
      turn: 'service',
      next_step: expect.stringMatching(/^Nothing\./),
    })
  })
})
