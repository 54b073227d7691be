import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serialNo } from '../../../lib/local/keys.ts'
import {
  API_NAMES,
  APPID,
  type Api,
  addOrder,
  DIRECT,
  honestRequest,
  honestSync,
  INSTITUTION,
  isSignedBy,
  PROVIDER,
  type Request,
  refusalOf,
  type Scene,
  SERVICE_ID,
  SUB_MCHID,
  startScene,
  syncBody,
} from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  for (const api of API_NAMES) addOrder(scene, api, `ORDER-${api}`)
})
afterEach(() => scene.world.close())

const ILLEGAL = { status: 400, code: 'PARAM_ERROR', number: 268435461 }
const OUT_OF_RANGE = { status: 400, code: 'PARAM_ERROR', number: 268435464 }
const EXTRA = { status: 400, code: 'PARAM_ERROR', number: 270924358 }
const NO_SUCH_ORDER = { status: 404, code: 'ORDER_NOT_EXIST', number: 271317510 }

const expectRefused = async (request: Request, refusal: object) => {
  const answer = await scene.send(request)

  expect(refusalOf(answer)).toEqual(refusal)
  expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
  expect(scene.world.history.calls.some(({ applied }) => applied)).toBe(false)
  return JSON.parse(answer.body)
}

const sync = (api: Api, change: Readonly<Record<string, unknown>>) =>
  honestSync(api, `ORDER-${api}`, syncBody(api, change))

describe.each(API_NAMES)('the body of a %s sync', (api) => {
  it.each([
    ['a member that the API does not have', { attach: 'x' }],
    ['the amount', { total_amount: 3900 }],
    ['the mchid', { mchid: '1900000109' }],
    ['an amount in the detail', { detail: { paid_time: '20261124102915', paid_amount: 1 } }],
  ])('must not hold %s', async (_, change) => {
    await expectRefused(sync(api, change), EXTRA)
  })

  it('must not repeat the order number of the path', async () => {
    const { message } = await expectRefused(sync(api, { out_order_no: `ORDER-${api}` }), EXTRA)

    expect(message).toBe(
      '无法将输入源“/body/out_order_no”映射到目标字段“商户服务订单号”中，此字段并非多重字段但被输入源“/uri_template/out_order_no”映射过了。',
    )
  })

  const members = ['service_id', 'type', 'detail', api === 'partner' || api === 'acquiringbank' ? 'sub_mchid' : 'appid']

  it.each(members)('must hold %s', async (name) => {
    await expectRefused(sync(api, { [name]: undefined }), ILLEGAL)
  })

  it.each(members)('must not have null for %s', async (name) => {
    await expectRefused(sync(api, { [name]: null }), ILLEGAL)
  })

  it.each(members)('must not have a number for %s', async (name) => {
    await expectRefused(sync(api, { [name]: 1 }), ILLEGAL)
  })

  it.each(members.filter((name) => name !== 'detail'))('must not have an empty or an over-long %s', async (name) => {
    await expectRefused(sync(api, { [name]: '' }), OUT_OF_RANGE)
    await expectRefused(sync(api, { [name]: 'x'.repeat(33) }), OUT_OF_RANGE)
  })

  it.each(['Order_paid', 'Order_Cancel'])('must be of the type Order_Paid, not %s', async (type) => {
    await expectRefused(sync(api, { type }), ILLEGAL)
  })

  it.each([
    '20260230120000',
    '20261301120000',
    '20261124240000',
    '20261124126000',
    '20261124120060',
    '20250229',
    '00000101',
    '2026112412',
    '202611241200000',
    '2026-11-24T12:00:00+08:00',
    '２０２６１１２４',
  ])('must not be paid at %s', async (paid_time) => {
    await expectRefused(sync(api, { detail: { paid_time } }), ILLEGAL)
  })

  it.each([{}, { paid_time: null }, { paid_time: 20261124102915 }, []])(
    'must not have %j for a detail',
    async (detail) => {
      await expectRefused(sync(api, { detail }), ILLEGAL)
    },
  )

  it.each(['', 'null', '[]', '"text"', '{"appid":'])('must not be %j', async (body) => {
    await expectRefused(honestSync(api, `ORDER-${api}`, body), ILLEGAL)
  })
})

describe('the body of a sync', () => {
  it('must not hold a character of four bytes', async () => {
    await expectRefused(sync('serviceorder', { service_id: '😀' }), ILLEGAL)
  })

  it('must not name a sub-merchant when the merchant is direct', async () => {
    await expectRefused(sync('serviceorder', { sub_mchid: SUB_MCHID }), EXTRA)
    await expectRefused(sync('payafter-orders', { sub_mchid: SUB_MCHID }), EXTRA)
  })

  it('must not name an appid when the merchant is a sub-merchant', async () => {
    await expectRefused(sync('partner', { appid: APPID }), EXTRA)
    await expectRefused(sync('acquiringbank', { appid: APPID }), EXTRA)
  })

  it('names the channel of an institution, and of nobody else', async () => {
    await expectRefused(sync('partner', { channel_id: '1900000302' }), EXTRA)
    await expectRefused(sync('acquiringbank', { channel_id: undefined }), ILLEGAL)
  })

  it('says which member was wrong', async () => {
    const missing = await expectRefused(sync('serviceorder', { appid: undefined }), ILLEGAL)
    const noDetail = await expectRefused(sync('serviceorder', { detail: undefined }), ILLEGAL)
    const long = await expectRefused(sync('serviceorder', { appid: 'x'.repeat(33) }), OUT_OF_RANGE)

    expect(missing).toEqual({
      code: 'PARAM_ERROR',
      message: '输入源“/body/appid”映射到字段“公众账号ID”必填性规则校验失败，此字段为必填项',
      detail: { location: 'body', field: '/appid' },
    })
    expect(noDetail.message).toBe('输入源“/body/detail”映射到字段“内容信息详情”必填性规则校验失败，此字段为必填项')
    expect(long).toEqual({
      code: 'PARAM_ERROR',
      message: '输入源“/body/appid”映射到值字段“公众账号ID”字符串规则校验失败，字节数 33，大于最大值 32',
      detail: { location: 'body', field: '/appid', value: 33 },
    })
  })
})

describe('the headers', () => {
  const withHeader = (name: string, value: string): Request => {
    const request = sync('serviceorder', {})
    return { ...request, headers: { ...request.headers, [name]: value } }
  }

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=gbk'])(
    'must not call the body %s',
    async (type) => {
      const { message } = await expectRefused(withHeader('Content-Type', type), {
        status: 400,
        code: 'INVALID_REQUEST',
        number: 271399999,
      })

      expect(message).toBe('Http头Content-Type必须为application/json')
    },
  )

  it('must call the body something', async () => {
    const { 'Content-Type': _, ...headers } = sync('serviceorder', {}).headers

    await expectRefused(
      { ...sync('serviceorder', {}), headers },
      { status: 400, code: 'INVALID_REQUEST', number: 271399999 },
    )
  })

  it('may add the charset', async () => {
    const answer = await scene.send(withHeader('Content-Type', 'application/json; charset=utf-8'))

    expect(answer.status).toBe(200)
  })

  it('must not ask for a key that WeChat Pay does not have', async () => {
    const { message } = await expectRefused(withHeader('Wechatpay-Serial', serialNo()), {
      status: 400,
      code: 'PARAM_ERROR',
      number: 271399999,
    })

    expect(message).toBe('平台证书序列号Wechatpay-Serial错误')
  })

  it('may ask for a key that it has', async () => {
    const answer = await scene.send(withHeader('Wechatpay-Serial', scene.world.keyId))

    expect(answer.status).toBe(200)
  })
})

describe('the order number in the path', () => {
  const raw = (segment: string) =>
    honestRequest(DIRECT, {
      method: 'POST',
      target: `/v3/payscore/serviceorder/${segment}/sync`,
      body: syncBody('serviceorder'),
    })

  it('is found when it is encoded once', async () => {
    addOrder(scene, 'serviceorder', 'A|B*C')

    const answer = await scene.send(raw('A%7CB*C'))

    expect(answer.status).toBe(200)
  })

  it.each(['A|B*C', 'A%7cB*C', 'A%7CB%2AC', '%41%7CB*C', 'A%7CB*C%', '%FF', '{out_order_no}'])(
    'is refused as %s',
    async (segment) => {
      addOrder(scene, 'serviceorder', 'A|B*C')

      const { detail } = await expectRefused(raw(segment), ILLEGAL)

      expect(detail.location).toBe('uri_template')
    },
  )

  it('is another one when it is encoded twice', async () => {
    addOrder(scene, 'serviceorder', 'A|B*C')

    await expectRefused(raw('A%257CB*C'), NO_SUCH_ORDER)
  })

  it('has 32 characters at the most', async () => {
    await expectRefused(raw('x'.repeat(32)), NO_SUCH_ORDER)
    const { message } = await expectRefused(raw('x'.repeat(33)), OUT_OF_RANGE)

    expect(message).toBe(
      '输入源“/uri_template/out_order_no”映射到值字段“商户服务订单号”字符串规则校验失败，字节数 33，大于最大值 32',
    )
  })
})

describe('the query of a query', () => {
  const get = (query: string, api: Api = 'serviceorder') => {
    const path =
      { 'payafter-orders': 'payafter-orders', serviceorder: 'serviceorder' }[String(api)] ?? `${api}/serviceorder`
    const signer = { partner: PROVIDER, acquiringbank: INSTITUTION }[String(api)] ?? DIRECT
    return honestRequest(signer, { method: 'GET', target: `/v3/payscore/${path}?${query}`, body: '' })
  }
  const ORDER = 'out_order_no=ORDER-serviceorder'

  it.each([
    [`service_id=${SERVICE_ID}&appid=${APPID}`, 'neither number'],
    [`service_id=${SERVICE_ID}&appid=${APPID}&${ORDER}&query_id=x`, 'both numbers'],
    [`appid=${APPID}&${ORDER}`, 'no service_id'],
    [`service_id=${SERVICE_ID}&${ORDER}`, 'no appid'],
    [`service_id=${SERVICE_ID}&appid=${APPID}&${ORDER}&sub_mchid=${SUB_MCHID}`, 'a sub-merchant'],
    [`service_id=${SERVICE_ID}&appid=${APPID}&${ORDER}&mchid=1900000109`, 'a member it does not have'],
    [`service_id=${SERVICE_ID}&appid=${APPID}&${ORDER}&${ORDER}`, 'a member twice'],
    [`service_id=${SERVICE_ID}&appid=${APPID}&${ORDER}%`, 'a broken encoding'],
  ])('is refused: %s (%s)', async (query) => {
    await expectRefused(get(query), ILLEGAL)
  })

  it('is refused without a value', async () => {
    await expectRefused(get(`service_id=${SERVICE_ID}&appid=${APPID}&out_order_no=`), OUT_OF_RANGE)
  })

  it('must name the sub-merchant of a provider, and no appid', async () => {
    const order = 'out_order_no=ORDER-partner'

    await expectRefused(get(`service_id=${SERVICE_ID}&${order}`, 'partner'), ILLEGAL)
    await expectRefused(
      get(`service_id=${SERVICE_ID}&${order}&sub_mchid=${SUB_MCHID}&appid=${APPID}`, 'partner'),
      ILLEGAL,
    )
    const answer = await scene.send(get(`service_id=${SERVICE_ID}&${order}&sub_mchid=${SUB_MCHID}`, 'partner'))

    expect(answer.status).toBe(200)
  })

  it('names the channel of an institution', async () => {
    const query = `service_id=${SERVICE_ID}&out_order_no=ORDER-acquiringbank&sub_mchid=${SUB_MCHID}`

    const without = await scene.send(get(query, 'acquiringbank'))
    const withIt = await scene.send(get(`${query}&channel_id=1900000302`, 'acquiringbank'))

    expect([without.status, withIt.status]).toEqual([400, 200])
  })
})
