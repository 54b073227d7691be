import { describe, expect, it } from 'vitest'
import { processDue } from '../../lib/operations/process-due.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import type { Sent } from '../../lib/wechatpay/send.ts'
import { signedAnswer } from '../support/answers.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { orderSays, SIGNER } from '../support/fake-wechatpay.ts'
import { rsaPair } from '../support/keys.ts'
import { KEY, MINUTE, PAYAFTER_ORDER, PK } from '../support/orders.ts'

/** WeChat Pay's signed refusal of a parameter: it names no order. */
const refusal = (nonce: string, nowMs: number): Sent => {
  const [serial = ''] = SIGNER.wechatpayKeys.keys()
  const body = Buffer.from('{"code":"PARAM_ERROR","message":"参数错误"}')
  const parts = { status: 400, serial, timestamp: String(Math.floor(nowMs / 1000)), nonce, body }
  return { kind: 'answered', answer: signedAnswer(parts, rsaPair('wechatpay').privateKey) }
}

const paidToMerchant = (nowMs: number) => orderSays('"state":"USER_PAID","pay_type":"MchChannelPayType"', nowMs)
const waits = (nowMs: number) => orderSays('"state":"FINISHED"', nowMs)

/** The first sync is answered with that refusal. */
const refusedOnce = async () => {
  const fakes = fakeDeps()
  const { clock, wechatpay } = fakes
  const old = refusal('one', clock.now)
  wechatpay.says = old
  const { reply } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

  /** The next step, some minutes later, and what is answered to it. */
  const goOn = async (next: 'sync' | 'query', minutes: number, says: (nowMs: number) => Sent) => {
    clock.now += minutes * MINUTE
    wechatpay.says = says(clock.now)
    await processDue({ ...KEY, next }, fakes.deps)
  }
  return { ...fakes, old, reply, goOn }
}

describe('an order', () => {
  it('is not ended by the refusal of another order', async () => {
    const { reply, goOn, rows, sent, applied } = await refusedOnce()

    await goOn('query', 1, paidToMerchant)

    expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING' } })
    expect(applied).toStrictEqual(['1 create', '6 ask', '2 claim', '8 confirmed'])
    expect(sent.map(({ method }) => method)).toStrictEqual(['POST', 'GET'])
    expect(rows.get(PK)).toMatchObject({ state: 'SYNCED' })
    expect(rows.get(PK)).not.toHaveProperty('refused')
  })

  it('is not ended by one refusal, however often it is given', async () => {
    const { goOn, rows, old } = await refusedOnce()

    await goOn('query', 1, waits)
    await goOn('sync', 0, () => old)
    await goOn('query', 2, waits)
    await goOn('sync', 0, () => old)

    expect(rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'query' })
  })

  it('is ended by a second refusal in other words, once WeChat Pay has said that it still waits', async () => {
    const { goOn, rows, sent, applied } = await refusedOnce()

    await goOn('query', 1, waits)
    await goOn('sync', 0, (now) => refusal('another', now))

    expect(applied).toStrictEqual(['1 create', '6 ask', '2 claim', '10 unpaid', '2 claim', '7 reject'])
    expect(sent.map(({ method }) => method)).toStrictEqual(['POST', 'GET', 'POST'])
    expect(rows.get(PK)).toMatchObject({ state: 'REJECTED', reason: 'invalid' })
  })
})
