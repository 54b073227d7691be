import { expect, it } from 'vitest'
import { readEventSource } from '../../../lib/intake/event-source.ts'
import { readPaymentNotice } from '../../../lib/intake/payment-notice.ts'
import { applyDecision } from '../../../lib/operations/apply-decision.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { fakeDeps } from '../../support/fake-deps.ts'
import { HOUR } from '../../support/orders.ts'
import { busEvent, goodNotice, MERCHANTS } from '../../wechatpay/samples.ts'

it('an event hours late does not take the place of a notice that was made after it', async () => {
  const { deps, clock, sent, rows } = fakeDeps({ says: { kind: 'unsent', reason: 'ECONNREFUSED' } })
  const read = (paid_time: string, time: string) => {
    const event = { ...busEvent({ ...goodNotice(), detail: { paid_time } }), time }
    return readPaymentNotice(readEventSource(event, clock.now), MERCHANTS, clock.now)
  }
  const first = read('20261124102000', '2026-11-24T02:29:59Z')
  const { mchid, out_order_no } = first
  await syncOrder(first, 'event', deps)
  await applyDecision({ mchid, out_order_no, what: 'withdraw', why: 'wrong order', by: 'somebody' }, deps)
  clock.now += 3 * HOUR

  const late = await syncOrder(read('20261124095900', '2026-11-24T02:00:00Z'), 'event', deps)

  expect(late).toMatchObject({ reply: { status: 409 }, throwsByEvent: true })
  expect([...rows.values()]).toMatchObject([{ state: 'REJECTED', conflicts: 1, call: { paid_time: '20261124102000' } }])
  expect(sent).toHaveLength(1)
})
