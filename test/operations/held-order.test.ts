import { describe, expect, it } from 'vitest'
import { partyKey } from '../../lib/ledger/known-merchants.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { processDue } from '../../lib/operations/process-due.ts'
import { orderEvents } from '../../lib/views/order-events.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { answered, NO_ANSWER, orderSays } from '../support/fake-wechatpay.ts'
import { DAY, HELD, HOUR, KEY, NOW, PAYAFTER_ORDER, PK, unleased } from '../support/orders.ts'

const QUERY_DUE = { ...KEY, next: 'query' } as const

/** Held since yesterday because the total was another than 3900 fen, and due to be asked about now. */
const DUE: Row = { ...unleased(HELD), call: PAYAFTER_ORDER.call, due_at: NOW }

/** The row of a held order after one more look, and what is told of the change. */
const lookAt = async (members: string, row = DUE) => {
  const fakes = fakeDeps({ rows: [row], says: orderSays(members) })
  await processDue(QUERY_DUE, fakes.deps)
  const after = fakes.rows.get(PK)
  if (!after) throw new Error('the row is gone')
  return { after, told: orderEvents(row, after).map(({ detailType }) => detailType), fakes }
}

describe('a held order', () => {
  it('is asked about once a day, and not before, with nothing sent but the query', async () => {
    const fakes = fakeDeps({ rows: [DUE] })
    const asked: number[] = []

    for (let now = NOW; now <= NOW + 3 * DAY; now += 6 * HOUR) {
      fakes.clock.now = now
      fakes.wechatpay.says = orderSays('"state":"FINISHED","total_amount":5000', now)
      const before = fakes.sent.length
      await processDue({ ...QUERY_DUE, next: 'sync' }, fakes.deps)
      await processDue(QUERY_DUE, fakes.deps)
      if (fakes.sent.length > before) asked.push((now - NOW) / HOUR)
    }

    expect(asked).toStrictEqual([0, 24, 48, 72])
    expect(fakes.sent.map(({ method }) => method)).toStrictEqual(['GET', 'GET', 'GET', 'GET'])
    expect(fakes.published).toStrictEqual([])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'HELD', reason: 'paid_less', attempt: 7 })
  })

  it.each([
    ['WeChat Pay cannot be reached for 30 days', NO_ANSWER, 'too_old'],
    ['WeChat Pay knows no such order for 24 hours', answered(404, '{"code":"ORDER_NOT_EXIST"}'), 'not_found'],
  ])('ends, and a person is told, when %s', async (_, says, reason) => {
    const old = { ...DUE, created_at: NOW - 60 * DAY, absent_since: NOW - 60 * DAY }
    const fakes = fakeDeps({ rows: [old], says })
    await fakes.deps.ledger.recordKnownParty(partyKey(old), 0)

    await processDue(QUERY_DUE, fakes.deps)

    expect(fakes.rows.get(PK)).toMatchObject({ state: 'REJECTED', reason })
    expect(fakes.rows.get(PK)).not.toHaveProperty('due')
    expect(orderEvents(old, fakes.rows.get(PK) as Row).map(({ metric }) => metric)).toStrictEqual(['rejected'])
  })

  it.each([
    ['WeChat Pay cannot be reached', NO_ANSWER, 6 * HOUR],
    ['WeChat Pay knows no such order', answered(404, '{"code":"ORDER_NOT_EXIST"}'), 1 * DAY],
  ])('that was charged is never given up, however old it is, while %s', async (_, says, wait) => {
    const charged = { amount: 5000, transaction_id: '42000004' }
    const old = { ...DUE, ...charged, created_at: NOW - 60 * DAY, absent_since: NOW - 60 * DAY }
    const fakes = fakeDeps({ rows: [old], says })
    await fakes.deps.ledger.recordKnownParty(partyKey(old), 0)

    await processDue(QUERY_DUE, fakes.deps)

    expect(fakes.rows.get(PK)).toMatchObject({ state: 'HELD', next: 'query', due_at: NOW + wait, ...charged })
  })

  it('is charged twice once WeChat Pay charges the very amount', async () => {
    const { after, told } = await lookAt('"state":"USER_PAID","total_amount":3900,"finish_transaction_id":"42000004"')

    expect(after).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '42000004' })
    expect(after).not.toHaveProperty('due')
    expect(after).not.toHaveProperty('reason')
    expect(told).toStrictEqual(['Payscore Order Double Charged'])
  })

  it('stays held, and is told of again, once WeChat Pay charges another amount', async () => {
    const { after, told } = await lookAt('"state":"USER_PAID","total_amount":5000,"finish_transaction_id":"42000004"')

    expect(after).toMatchObject({
      state: 'HELD',
      reason: 'paid_less',
      amount: 5000,
      transaction_id: '42000004',
      next: 'query',
      due_at: NOW + 1 * DAY,
    })
    expect(told).toStrictEqual(['Payscore Order Double Charged'])
  })

  it('is not told of every day anew', async () => {
    const charged = { ...DUE, amount: 5000, transaction_id: '42000004' }

    const { told } = await lookAt('"state":"USER_PAID","total_amount":5000,"finish_transaction_id":"42000004"', charged)

    expect(told).toStrictEqual([])
  })

  it('is synced once another offline payment of the amount has ended it', async () => {
    const { after, told } = await lookAt('"state":"USER_PAID","total_amount":3900,"pay_type":"MchChannelPayType"')

    expect(after).toMatchObject({ state: 'SYNCED', proved_at: expect.any(Number) })
    expect(after).not.toHaveProperty('reason')
    expect(after).not.toHaveProperty('due')
    expect(told).toStrictEqual(['Payscore Order Synced'])
  })

  it.each(['REVOKED', 'EXPIRED'])('ends when the order of the amount is %s', async (state) => {
    const { after, told } = await lookAt(`"state":"${state}","total_amount":3900`)

    expect(after).toMatchObject({ state: 'REJECTED', reason: 'revoked' })
    expect(after).not.toHaveProperty('due')
    expect(told).toStrictEqual(['Payscore Order Rejected'])
  })

  it.each([
    ['paid offline', '"state":"USER_PAID","total_amount":5000,"pay_type":"MchChannelPayType"'],
    ['revoked', '"state":"REVOKED","total_amount":5000'],
    ['completed with the amount after all', '"state":"FINISHED","total_amount":3900'],
    ['open again', '"state":"USER_ACCEPTED"'],
  ])('stays held while an order of doubt is %s', async (_, members) => {
    const { after, told } = await lookAt(members)

    expect(after).toMatchObject({ state: 'HELD', reason: 'paid_less', due_at: NOW + 1 * DAY })
    expect(told).toStrictEqual([])
  })
})
