import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Wechatpay as Client } from 'wechatpay-axios-plugin'
import { keyPair } from '../../../lib/local/keys.ts'
import { startWechatpay, type Wechatpay } from '../../../lib/local/wechatpay/wechatpay.ts'
import { APPID, DIRECT, SERVICE_ID } from './test-client.ts'

/** A client that others have written, with its own signer and its own verifier. */
const clientOf = (world: Wechatpay) =>
  new Client({
    mchid: DIRECT.mchid,
    serial: DIRECT.serial_no,
    privateKey: keyPair(DIRECT.mchid).privateKeyPem,
    certs: { [world.keyId]: world.publicKeyPem },
    baseURL: world.origin,
  })

let world: Wechatpay
beforeEach(async () => {
  world = await startWechatpay()
  world.addMerchant({ ...DIRECT, publicKeyPem: keyPair(DIRECT.mchid).publicKeyPem, services: { [SERVICE_ID]: APPID } })
  const order = { mchid: DIRECT.mchid, service_id: SERVICE_ID, total_amount: 3900 }
  world.addOrder({ ...order, family: 'payafter-orders', out_order_no: 'ORDER|1*' })
  world.addOrder({ ...order, family: 'serviceorder', out_order_no: 'ORDER2' })
})
afterEach(() => world.close())

const body = { appid: APPID, service_id: SERVICE_ID, type: 'Order_Paid', detail: { paid_time: '20261124102915' } }

describe('wechatpay-axios-plugin', () => {
  it('syncs a payafter order and accepts the answer’s signature', async () => {
    const sync = clientOf(world).chain('v3/payscore/payafter-orders/{out_order_no}/sync')

    const { status, data } = await sync.post(body, { out_order_no: 'ORDER%7C1*' })

    expect(status).toBe(200)
    expect(data).toMatchObject({ mchid: '1900000109', out_order_no: 'ORDER|1*' })
    expect(world.history.posts('ORDER|1*')).toHaveLength(1)
  })

  it('queries a service order and accepts the answer’s signature', async () => {
    const params = { appid: APPID, service_id: SERVICE_ID, out_order_no: 'ORDER2' }

    const { status, data } = await clientOf(world).chain('v3/payscore/serviceorder').get({ params })

    expect(status).toBe(200)
    expect(data).toMatchObject({ out_order_no: 'ORDER2', state: 'DOING', state_description: 'MCH_COMPLETE' })
  })

  it.each([
    ['wrong-signature', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
    ['signtest-signature', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
    ['unknown-serial', 'EV3_RES_HEADER_PLATFORM_SERIAL'],
    ['stale-time', 'EV3_RES_HEADER_TIMESTAMP_OFFSET'],
    ['unsigned', 'EV3_RES_HEADERS_INCOMPLATE'],
  ] as const)('refuses an answer with the fault %s', async (fault, code) => {
    world.faultNext({ fault })
    const sync = clientOf(world).chain('v3/payscore/serviceorder/{out_order_no}/sync')

    const answer = sync.post(body, { out_order_no: 'ORDER2' })

    await expect(answer).rejects.toMatchObject({ code })
  })
})
