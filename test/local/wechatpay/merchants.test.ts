import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyPair, serialNo } from '../../../lib/local/keys.ts'
import {
  APPID,
  type Api,
  addOrder,
  honestRequest,
  honestSync,
  PROVIDER,
  refusalOf,
  type Scene,
  SERVICE_ID,
  startScene,
  syncBody,
} from './test-client.ts'

const OTHER_APPID = 'wxaaaaaaaaaaaaaaaa'
const OTHER_SERVICE_ID = '2002000000000558128851361561999'
const NO_AUTH = { status: 403, code: 'NO_AUTH', number: 268503786 }
const OTHER_PARAMETERS = { status: 400, code: 'INVALID_REQUEST', number: 271399999 }

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'serviceorder', 'ORDER1')
  addOrder(scene, 'partner', 'ORDER1')
  addOrder(scene, 'acquiringbank', 'ORDER1')
})
afterEach(() => scene.world.close())

const syncWith = async (api: Api, change: Readonly<Record<string, unknown>>) =>
  refusalOf(await scene.send(honestSync(api, 'ORDER1', syncBody(api, change))))

/** A merchant with two services, each bound to an appid of its own. */
const addShop = () => {
  const signer = { mchid: '1900000401', serial_no: serialNo(), privateKey: keyPair('1900000401').privateKey }
  const services = { [SERVICE_ID]: APPID, [OTHER_SERVICE_ID]: OTHER_APPID }
  scene.world.addMerchant({ ...signer, publicKeyPem: keyPair('1900000401').publicKeyPem, services })
  return {
    addOrderWith: (details: { out_order_no: string; service_id: string; appid: string }) =>
      scene.world.addOrder({ family: 'serviceorder', mchid: '1900000401', total_amount: 1, ...details }),
    sync: async (change: Readonly<Record<string, unknown>>, out_order_no = 'ORDER1') => {
      const target = `/v3/payscore/serviceorder/${out_order_no}/sync`
      const body = syncBody('serviceorder', change)
      return refusalOf(await scene.send(honestRequest(signer, { method: 'POST', target, body })))
    },
  }
}

describe('a merchant', () => {
  it('may not use an appid that is not bound to it', async () => {
    const refusal = await syncWith('serviceorder', { appid: OTHER_APPID })

    expect(refusal).toEqual({ status: 400, code: 'INVALID_REQUEST', number: 271302149 })
  })

  it('may not use a service that it does not have', async () => {
    expect(await syncWith('serviceorder', { service_id: OTHER_SERVICE_ID })).toEqual(NO_AUTH)
    expect(await syncWith('partner', { service_id: OTHER_SERVICE_ID })).toEqual(NO_AUTH)
  })

  it('may not mix up its services and their appids', async () => {
    const { sync } = addShop()

    expect(await sync({ appid: OTHER_APPID })).toEqual(NO_AUTH)
    expect(await sync({ service_id: OTHER_SERVICE_ID })).toEqual(NO_AUTH)
  })

  it('must name the service and the appid that the order was made with', async () => {
    const { sync, addOrderWith } = addShop()
    addOrderWith({ out_order_no: 'ORDER1', service_id: OTHER_SERVICE_ID, appid: APPID })
    addOrderWith({ out_order_no: 'ORDER2', service_id: SERVICE_ID, appid: OTHER_APPID })
    addOrderWith({ out_order_no: 'ORDER3', service_id: SERVICE_ID, appid: APPID })

    expect(await sync({}, 'ORDER1')).toEqual(OTHER_PARAMETERS)
    expect(await sync({}, 'ORDER2')).toEqual(OTHER_PARAMETERS)
    expect((await sync({}, 'ORDER3')).status).toBe(200)
  })

  it('may only use the API of its kind', async () => {
    const { target } = honestSync('serviceorder', 'ORDER1')
    const body = syncBody('serviceorder')
    const request = honestRequest(PROVIDER, { method: 'POST', target, body })

    expect(refusalOf(await scene.send(request))).toEqual(NO_AUTH)
  })

  it('may only act for its own sub-merchants', async () => {
    const known = await syncWith('partner', { sub_mchid: '1900000109' })
    const unknown = await syncWith('partner', { sub_mchid: '1999999999' })

    expect(known).toEqual(NO_AUTH)
    expect(unknown).toEqual({ status: 400, code: 'INVALID_REQUEST', number: 271302144 })
  })

  it('may only go through its own channel', async () => {
    expect(await syncWith('acquiringbank', { channel_id: '1900000999' })).toEqual(NO_AUTH)
  })

  it('may do nothing while it is disabled, and not collect while it is restricted', async () => {
    scene.world.setStanding('1900000109', { disabled: true })
    const disabled = await syncWith('serviceorder', {})
    scene.world.setStanding('1900000109', { disabled: false, restricted: true })
    const restricted = await syncWith('serviceorder', {})
    scene.world.setStanding('1900000109', { restricted: false })
    const good = await syncWith('serviceorder', {})

    expect(disabled).toEqual({ status: 403, code: 'NO_AUTH', number: 268443715 })
    expect(restricted).toEqual({ status: 403, code: 'NO_AUTH', number: 268448010 })
    expect(good.status).toBe(200)
  })

  it('must have a serial number that a certificate could have', () => {
    const seed = { mchid: '1900000501', publicKeyPem: keyPair('1900000501').publicKeyPem, services: {} }

    expect(() => scene.world.addMerchant({ ...seed, serial_no: '12345' })).toThrow(
      'not a certificate’s serial number: 12345',
    )
  })
})
