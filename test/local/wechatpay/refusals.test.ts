import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { REFUSALS, type RefusalName } from '../../../lib/local/wechatpay/refusals.ts'
import {
  addOrder,
  honestQuery,
  honestSync,
  isSignedBy,
  isUnsigned,
  refusalOf,
  type Scene,
  startScene,
} from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'payafter-orders', 'ORDER1')
})
afterEach(() => scene.world.close())

/** The provider's list as far as it is known, written out. */
type Published = {
  readonly name: RefusalName
  readonly status: number
  readonly code: string
  readonly number?: number
}

const PUBLISHED: readonly Published[] = [
  { name: 'order-done', status: 400, code: 'ORDER_DONE' },
  { name: 'order-canceled', status: 400, code: 'ORDER_CANCELED' },
  { name: 'invalid-order-state', status: 400, code: 'INVALID_ORDER_STATE' },
  { name: 'state-not-legal', status: 400, code: 'INVALID_REQUEST', number: 271302262 },
  { name: 'order-unconfirmed', status: 400, code: 'INVALID_REQUEST', number: 271302332 },
  { name: 'order-revoked', status: 400, code: 'INVALID_REQUEST', number: 271302333 },
  { name: 'not-waiting-for-payment', status: 400, code: 'INVALID_REQUEST', number: 271316657 },
  { name: 'charge-running', status: 400, code: 'INVALID_REQUEST', number: 271316754 },
  { name: 'charge-unclear', status: 400, code: 'INVALID_REQUEST' },
  { name: 'parameter-illegal', status: 400, code: 'PARAM_ERROR', number: 268435461 },
  { name: 'parameter-out-of-range', status: 400, code: 'PARAM_ERROR', number: 268435464 },
  { name: 'extra-member', status: 400, code: 'PARAM_ERROR', number: 270924358 },
  { name: 'header-missing', status: 400, code: 'INVALID_REQUEST' },
  { name: 'other-parameters', status: 400, code: 'INVALID_REQUEST' },
  { name: 'mchid-unknown', status: 400, code: 'INVALID_REQUEST', number: 271302144 },
  { name: 'appid-not-bound', status: 400, code: 'INVALID_REQUEST', number: 271302149 },
  { name: 'sign-mismatch', status: 401, code: 'SIGN_ERROR', number: 270924332 },
  { name: 'sign-mismatch-other-number', status: 401, code: 'SIGN_ERROR', number: 269546525 },
  { name: 'no-auth', status: 403, code: 'NO_AUTH', number: 268503786 },
  { name: 'merchant-disabled', status: 403, code: 'NO_AUTH', number: 268443715 },
  { name: 'collection-restricted', status: 403, code: 'NO_AUTH', number: 268448010 },
  { name: 'order-not-exist', status: 404, code: 'ORDER_NOT_EXIST', number: 271317510 },
  { name: 'order-not-exist-old-spelling', status: 404, code: 'ORDERNOTEXIST', number: 271317510 },
  { name: 'order-not-exist-plural', status: 404, code: 'ORDER_NOT_EXISTS', number: 271317510 },
  { name: 'resource-not-exists', status: 404, code: 'RESOURCE_NOT_EXISTS' },
  { name: 'frequency-limited', status: 429, code: 'FREQUENCY_LIMITED', number: 268435472 },
  { name: 'ratelimit-exceeded', status: 429, code: 'RATELIMIT_EXCEEDED', number: 268447840 },
  { name: 'system-error', status: 500, code: 'SYSTEM_ERROR' },
  { name: 'bad-gateway', status: 502, code: 'SERVICE_UNAVAILABLE' },
  { name: 'service-unavailable', status: 503, code: 'SERVICE_UNAVAILABLE' },
]

describe('a refusal that has been ordered', () => {
  it.each(PUBLISHED)('is answered to an honest sync: $name', async ({ name, status, code, number }) => {
    scene.world.refuseNext({ refusal: name })

    const answer = await scene.send(honestSync('payafter-orders', 'ORDER1'))

    expect(refusalOf(answer)).toMatchObject({ status, code, ...(number !== undefined && { number }) })
    expect(String(answer.number)).toMatch(/^[1-9]\d{8}$/)
    expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(status !== 401)
    expect(isUnsigned(answer)).toBe(status === 401)
    expect(scene.world.order('1900000109', 'ORDER1').state).toBe('finished')
    expect(scene.world.history.calls[0]).toMatchObject({ status, refusal: name, applied: false })
  })

  it.each(['charge-running', 'charge-unclear'] as const)('speaks of the running charge: %s', async (refusal) => {
    scene.world.refuseNext({ refusal })

    const { body } = await scene.send(honestSync('payafter-orders', 'ORDER1'))

    expect(body).toMatch(/单据正在扣款中|收款结果不明/)
  })

  it('is answered to the requests that are meant, as often as was said', async () => {
    scene.world.refuseNext({ refusal: 'system-error', match: { kind: 'query', out_order_no: 'ORDER1' }, times: 2 })

    const statuses = []
    for (const request of [
      honestQuery('payafter-orders', 'ORDER2'),
      honestQuery('payafter-orders', 'ORDER1'),
      honestSync('payafter-orders', 'ORDER1'),
      honestQuery('payafter-orders', 'ORDER1'),
      honestQuery('payafter-orders', 'ORDER1'),
    ]) {
      statuses.push((await scene.send(request)).status)
    }

    expect(statuses).toEqual([404, 500, 200, 500, 200])
  })

  it('waits for a request whose signature is right', async () => {
    const forged = honestSync('payafter-orders', 'ORDER1')
    scene.world.refuseNext({ refusal: 'system-error' })

    const first = await scene.send({ ...forged, headers: { ...forged.headers, Authorization: 'none' } })
    const second = await scene.send(honestSync('payafter-orders', 'ORDER1'))

    expect([first.status, second.status]).toEqual([401, 500])
  })

  it('can name the member that is wrong, in its message and in its detail', async () => {
    const detail = { location: 'body', value: 'wx1' }
    const message = '输入源“/body/appid”映射到值字段“公众账号ID”字符串规则校验失败'
    scene.world.refuseNext({ refusal: 'parameter-illegal', detail, message })

    const { body } = await scene.send(honestSync('payafter-orders', 'ORDER1'))

    expect(JSON.parse(body)).toEqual({ code: 'PARAM_ERROR', detail, message })
  })

  it('can come without a signature', async () => {
    scene.world.refuseNext({ refusal: 'order-done', signed: false })

    const answer = await scene.send(honestSync('payafter-orders', 'ORDER1'))

    expect(isUnsigned(answer)).toBe(true)
  })

  it('is forgotten when WeChat Pay is told to behave', async () => {
    scene.world.refuseNext({ refusal: 'order-done', times: 10 })
    scene.world.behave()

    const answer = await scene.send(honestSync('payafter-orders', 'ORDER1'))

    expect(answer.status).toBe(200)
  })
})

describe('refusals', () => {
  it('can all be without a signature', async () => {
    const silent = await startScene({ signRefusals: false })
    addOrder(silent, 'payafter-orders', 'ORDER1', 'created')

    const refused = await silent.send(honestSync('payafter-orders', 'ORDER1'))
    const answered = await silent.send(honestQuery('payafter-orders', 'ORDER1'))
    await silent.world.close()

    expect(refused.status).toBe(400)
    expect(isUnsigned(refused)).toBe(true)
    expect(isSignedBy(answered, silent.world.keyId, silent.world.publicKeyPem)).toBe(true)
  })

  it('that are not published are few, and known', () => {
    const published = new Set<string>(PUBLISHED.map(({ name }) => name))

    const others = Object.keys(REFUSALS).filter((name) => !published.has(name))

    expect(others).toEqual([
      'undefined-member',
      'content-type-wrong',
      'wechatpay-serial-wrong',
      'appid-mchid-not-match',
      'mch-not-exists',
      'authorization-malformed',
      'authorization-type-wrong',
      'timestamp-too-far',
      'serial-wrong',
      'certificate-revoked',
      'nonce-reused',
      'unlisted',
    ])
  })
})
