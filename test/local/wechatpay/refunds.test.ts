import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWechatpay } from '../../../lib/local/wechatpay/wechatpay.ts'
import { type BillScene, DAY_MS, startBillScene } from './bill-client.ts'
import { addOrder, DIRECT, honestRequest, isSignedBy, NOW, PROVIDER, refusalOf, SUB_MCHID } from './test-client.ts'

let scene: BillScene
let transaction_id: string
beforeEach(async () => {
  scene = await startBillScene()
  transaction_id = scene.world.payscoreCharges(addOrder(scene, 'serviceorder', 'ORDER1'))
})
afterEach(() => scene.world.close())

const PATH = '/v3/refund/domestic/refunds'

const refund = (out_refund_no: string, amount = 3900, status?: 'SUCCESS' | 'CLOSED') =>
  scene.world.refund({ mchid: DIRECT.mchid, transaction_id, out_refund_no, amount, ...(status && { status }) })

describe('a query of a refund', () => {
  it('shows the whole refund, signed', async () => {
    const { refund_id } = refund('BACK|1@shop', 1950)
    scene.setNow(NOW + 60_000)
    scene.world.setRefund('BACK|1@shop', 'SUCCESS')

    const answer = await scene.get(`${PATH}/BACK%7C1%40shop`)

    expect(answer.status).toBe(200)
    expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
    expect(JSON.parse(answer.body)).toEqual({
      refund_id,
      out_refund_no: 'BACK|1@shop',
      transaction_id,
      out_trade_no: `ZFF${transaction_id}`,
      channel: 'ORIGINAL',
      user_received_account: '招商银行信用卡0403',
      success_time: '2026-11-24T10:31:00+08:00',
      create_time: '2026-11-24T10:30:00+08:00',
      status: 'SUCCESS',
      funds_account: 'AVAILABLE',
      amount: {
        total: 3900,
        refund: 1950,
        from: [],
        payer_total: 3900,
        payer_refund: 1950,
        settlement_refund: 1950,
        settlement_total: 3900,
        discount_refund: 0,
        currency: 'CNY',
        refund_fee: 0,
      },
      promotion_detail: [],
    })
  })

  it('follows its status, with a time of success only while it has succeeded', async () => {
    refund('BACK')
    const shown = async () => {
      const { status, success_time } = JSON.parse((await scene.get(`${PATH}/BACK`)).body)
      return [status, success_time]
    }

    const seen = [await shown()]
    for (const status of ['ABNORMAL', 'SUCCESS', 'CLOSED'] as const) {
      scene.world.setRefund('BACK', status)
      seen.push(await shown())
    }

    expect(seen).toEqual([
      ['PROCESSING', undefined],
      ['ABNORMAL', undefined],
      ['SUCCESS', '2026-11-24T10:30:00+08:00'],
      ['CLOSED', undefined],
    ])
  })

  it('is RESOURCE_NOT_EXISTS of a number that is not known, or another merchant’s', async () => {
    refund('BACK')

    const unknown = await scene.get(`${PATH}/back`)
    const others = await scene.get(`${PATH}/BACK?sub_mchid=${SUB_MCHID}`, PROVIDER)

    for (const answer of [unknown, others]) {
      expect(refusalOf(answer)).toMatchObject({ status: 404, code: 'RESOURCE_NOT_EXISTS' })
      expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
    }
  })

  it('of a provider names the sub-merchant', async () => {
    const charged = scene.world.payscoreCharges(addOrder(scene, 'partner', 'SHOP'))
    const seed = { mchid: PROVIDER.mchid, transaction_id: charged, out_refund_no: 'BACK', amount: 1 }
    scene.world.refund(seed)

    const named = await scene.get(`${PATH}/BACK?sub_mchid=${SUB_MCHID}`, PROVIDER)
    const unnamed = await scene.get(`${PATH}/BACK`, PROVIDER)
    const others = await scene.get(`${PATH}/BACK?sub_mchid=${DIRECT.mchid}`, PROVIDER)

    expect(JSON.parse(named.body)).toMatchObject({ transaction_id: charged, amount: { total: 3900, refund: 1 } })
    expect([unnamed, others].map(refusalOf)).toMatchObject([
      { status: 400, code: 'PARAM_ERROR' },
      { status: 403, code: 'NO_AUTH' },
    ])
  })

  it.each([
    'BACK|1',
    'BACK%2',
    'BACK%20',
    '%E9%80%80',
    'A'.repeat(65),
    `BACK?sub_mchid=${SUB_MCHID}`,
    'BACK?',
    'BACK?a=b',
  ])('of %s is PARAM_ERROR', async (segment) => {
    const answer = await scene.get(`${PATH}/${segment}`)

    expect(refusalOf(answer)).toMatchObject({ status: 400, code: 'PARAM_ERROR' })
  })

  it('is in the history as its own kind, and no refund can be asked for by anybody', async () => {
    await scene.get(`${PATH}/BACK`)
    for (const target of [PATH, `${PATH}/BACK`])
      await scene.send(honestRequest(DIRECT, { method: 'POST', target, body: '{}' }))

    const { calls } = scene.world.history
    expect(calls.map(({ kind, method, status }) => [kind, method, status])).toEqual([
      ['refund', 'GET', 404],
      ['other', 'POST', 404],
      ['other', 'POST', 405],
    ])
    expect(calls.filter(({ method, kind }) => method === 'POST' && kind !== 'sync')).toHaveLength(2)
  })
})

describe('a refund', () => {
  it('is accepted in parts, until the charge is back', () => {
    refund('ONE', 1900)
    refund('TWO', 1999)

    expect(() => refund('THREE', 2)).toThrow(
      'refund THREE is not accepted: it is more than what is left of the charge, 1',
    )
    refund('THREE', 1)
    expect(scene.world.refunds().map(({ amount }) => amount)).toEqual([1900, 1999, 1])
  })

  it('that was closed gives nothing back, so that another one may', () => {
    refund('ONE', 3900, 'CLOSED')

    refund('TWO', 3900)

    expect(scene.world.refunds()).toHaveLength(2)
  })

  it('is not accepted in more than fifty parts, under a number twice, of nothing, or of no transaction', () => {
    for (let part = 1; part <= 50; part += 1) refund(`PART-${part}`, 1)

    expect(() => refund('PART-51', 1)).toThrow('in 50 parts at most')
    expect(() => refund('PART-1', 1)).toThrow('its number is used already')
    expect(() => refund('', 1)).toThrow('its number is none')
    expect(() => refund('ZERO', 0)).toThrow('its amount is none')
    expect(() => scene.world.refund({ mchid: PROVIDER.mchid, transaction_id, out_refund_no: 'X', amount: 1 })).toThrow(
      `${PROVIDER.mchid} has no transaction ${transaction_id}`,
    )
    expect(() => scene.world.setRefund('NONE', 'SUCCESS')).toThrow('WeChat Pay has no refund NONE')
  })

  it('is accepted for 365 days', () => {
    scene.setNow(NOW + 365 * DAY_MS)
    refund('IN-TIME', 1)
    scene.setNow(NOW + 365 * DAY_MS + 1)

    expect(() => refund('LATE', 1)).toThrow('the charge is older than 365 days')
  })

  it('is known by its number alone only where one merchant has it', () => {
    const shop = scene.world.payscoreCharges(addOrder(scene, 'partner', 'SHOP'))
    refund('BACK', 1)
    scene.world.refund({ mchid: PROVIDER.mchid, transaction_id: shop, out_refund_no: 'BACK', amount: 1 })

    expect(() => scene.world.setRefund('BACK', 'SUCCESS')).toThrow('two merchants have a refund BACK')
  })

  it('and ordinary payments are there again after a restart', async () => {
    const { world } = scene
    const shop = world.ordinaryPayment({ mchid: DIRECT.mchid, out_trade_no: 'SHOP', amount: 100 })
    refund('BACK', 1900)
    const kept = JSON.parse(
      JSON.stringify({
        orders: world.orders(),
        accounts: { ordinaryPayments: world.ordinaryPayments(), refunds: world.refunds() },
      }),
    )

    const again = await startWechatpay({ now: () => NOW, ...kept })
    const seed = { mchid: DIRECT.mchid, out_refund_no: 'SHOP-BACK', amount: 100 }
    again.refund({ ...seed, transaction_id: shop })
    const most = () => again.refund({ ...seed, out_refund_no: 'MORE', transaction_id, amount: 2001 })
    await again.close()

    expect(again.refunds().map(({ out_refund_no }) => out_refund_no)).toEqual(['BACK', 'SHOP-BACK'])
    expect(most).toThrow('more than what is left of the charge, 2000')
  })
})
