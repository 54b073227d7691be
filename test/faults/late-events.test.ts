import { expect, it } from 'vitest'
import { readPaidOrder } from '../../lib/order/paid-order.ts'
import { readTrigger } from '../../lib/order/trigger.ts'
import { decideOrder } from '../../lib/steps/decide-order.ts'
import { syncOrder } from '../../lib/steps/sync-order.ts'
import { busEvent, goodNotice, MERCHANTS } from '../order/samples.ts'
import { stepWorld } from '../steps/step-world.ts'
import { HOUR } from '../support/orders.ts'

it('an event hours late does not take the place of a notice that was made after it', async () => {
  const { deps, clock, sent, rows } = stepWorld({ says: { kind: 'unsent', reason: 'ECONNREFUSED' } })
  const read = (paid_time: string, time: string) => {
    const event = { ...busEvent({ ...goodNotice(), detail: { paid_time } }), time }
    return readPaidOrder(readTrigger(event, clock.now), MERCHANTS, clock.now)
  }
  const first = read('20261124102000', '2026-11-24T02:29:59Z')
  const { mchid, out_order_no } = first
  await syncOrder(first, 'event', deps)
  await decideOrder({ mchid, out_order_no, what: 'withdraw', why: 'wrong order', by: 'somebody' }, deps)
  clock.now += 3 * HOUR

  const late = await syncOrder(read('20261124095900', '2026-11-24T02:00:00Z'), 'event', deps)

  expect(late).toMatchObject({ reply: { status: 409 }, throwsByEvent: true })
  expect([...rows.values()]).toMatchObject([{ state: 'REJECTED', conflicts: 1, call: { paid_time: '20261124102000' } }])
  expect(sent).toHaveLength(1)
})
