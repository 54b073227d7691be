import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchInvocations } from '../support/invocations.ts'
import { APIS, type Api, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, handOver } from '../support/till.ts'
import { REFUSALS, type RefusalName } from '../world/wechatpay/refusals.ts'
import { startWorld, type World } from '../world/world.ts'

const MINUTE = 60_000

let world: World
let invocations: ReturnType<typeof watchInvocations>

beforeAll(async () => {
  world = await startWorld({ merchants: APIS.map((api) => SERVED[api]), maxConcurrency: 3 })
  invocations = watchInvocations(world)
})
afterAll(() => world.close())

/** What a refused sync is told to its caller: the verdict, whose turn it is, and the step that is next. */
type Expected = readonly [verdict: string, turn: string, next: 'sync' | 'query' | 'nothing']

/** Every refusal that WeChat Pay is known to make. */
const EXPECTED: Readonly<Record<RefusalName, Expected>> = {
  'order-done': ['state', 'service', 'query'],
  'order-canceled': ['state', 'service', 'query'],
  'invalid-order-state': ['state', 'service', 'query'],
  'state-not-legal': ['state', 'service', 'query'],
  'order-unconfirmed': ['state', 'shop', 'query'],
  'order-revoked': ['state', 'service', 'query'],
  'not-waiting-for-payment': ['state', 'service', 'query'],
  'charge-running': ['busy', 'service', 'query'],
  'charge-unclear': ['busy', 'service', 'query'],
  'other-parameters': ['state', 'service', 'query'],
  'parameter-illegal': ['invalid', 'shop', 'nothing'],
  'parameter-out-of-range': ['invalid', 'shop', 'nothing'],
  'extra-member': ['config', 'engineer', 'sync'],
  'undefined-member': ['config', 'engineer', 'sync'],
  'header-missing': ['config', 'engineer', 'sync'],
  'content-type-wrong': ['config', 'engineer', 'sync'],
  'wechatpay-serial-wrong': ['config', 'engineer', 'sync'],
  'mchid-unknown': ['config', 'engineer', 'sync'],
  'appid-not-bound': ['config', 'engineer', 'sync'],
  'appid-mchid-not-match': ['config', 'engineer', 'sync'],
  'mch-not-exists': ['config', 'engineer', 'sync'],
  'sign-mismatch': ['config', 'engineer', 'sync'],
  'sign-mismatch-other-number': ['config', 'engineer', 'sync'],
  'authorization-malformed': ['config', 'engineer', 'sync'],
  'authorization-type-wrong': ['config', 'engineer', 'sync'],
  'timestamp-too-far': ['config', 'engineer', 'sync'],
  'serial-wrong': ['config', 'engineer', 'sync'],
  'certificate-revoked': ['config', 'engineer', 'sync'],
  'nonce-reused': ['config', 'engineer', 'sync'],
  'no-auth': ['config', 'engineer', 'sync'],
  'merchant-disabled': ['config', 'engineer', 'sync'],
  'collection-restricted': ['config', 'engineer', 'sync'],
  'order-not-exist': ['state', 'shop', 'query'],
  'order-not-exist-old-spelling': ['state', 'shop', 'query'],
  'order-not-exist-plural': ['state', 'shop', 'query'],
  'resource-not-exists': ['unknown', 'engineer', 'query'],
  'frequency-limited': ['throttled', 'service', 'sync'],
  'ratelimit-exceeded': ['throttled', 'service', 'sync'],
  'system-error': ['unknown', 'service', 'query'],
  'bad-gateway': ['unknown', 'service', 'query'],
  'service-unavailable': ['unknown', 'service', 'query'],
  unlisted: ['unknown', 'engineer', 'query'],
}

const SIGNED = Object.keys(EXPECTED).map((name, i) => ({
  refusal: name as RefusalName, // of the table above
  out_order_no: `S-${i}`,
  api: APIS[i % 4] ?? 'partner',
}))

/** The same without WeChat Pay's signature: nobody's word, so that it can end nothing. */
const UNSIGNED = (
  [
    ['parameter-illegal', ['invalid', 'shop', 'sync']],
    ['parameter-out-of-range', ['invalid', 'shop', 'sync']],
    ['order-done', ['state', 'service', 'query']],
    ['no-auth', ['config', 'engineer', 'sync']],
    ['frequency-limited', ['throttled', 'service', 'sync']],
  ] as const
).map(([refusal, expected], i) => ({ refusal, expected, out_order_no: `U-${i}`, api: APIS[i % 4] ?? 'partner' }))

const PENDING_MEMBERS =
  'attempt last_error mchid meaning meaning_zh next_attempt_at next_step next_step_zh out_order_no replayed state turn'
const REJECTED_MEMBERS =
  'attempt code detail mchid meaning_zh next_step next_step_zh out_order_no reason replayed request_id state status title turn type'

const membersOf = (body: object) => Object.keys(body).sort().join(' ')

const rowOf = async (api: Api, out_order_no: string) =>
  (await world.table.rows()).find(({ pk }) => pk === `${SERVED[api].mchid}#${out_order_no}`)

const refusedSync = (api: Api, out_order_no: string, refusal: RefusalName, signed = true) => {
  placeOrder(world, api, out_order_no)
  world.wechatpay.refuseNext({ refusal, signed, match: { kind: 'sync', out_order_no } })
  return handOver(world, 'HTTP API 2.0', noticeOf(api, out_order_no))
}

/** The answer to a sync that may yet be made, and the row that was left. */
const expectPending = async (
  api: Api,
  out_order_no: string,
  refusal: RefusalName,
  [verdict, turn, next]: Expected,
  told: Awaited<ReturnType<typeof handOver>>,
) => {
  const { status, code, number } = REFUSALS[refusal]
  expect(told.status).toBe(202)
  expect(told.headers).toMatchObject({
    'content-type': 'application/json',
    'retry-after': expect.stringMatching(/^\d+$/),
  })
  expect(membersOf(told.body)).toBe(PENDING_MEMBERS)
  expect(told.body).toMatchObject({ state: 'PENDING', attempt: 1, turn, replayed: false })
  const request_id = expect.stringMatching(new RegExp(`-${number}$`))
  const detail = refusal.startsWith('appid-') ? 'WeChat Pay refused appid of the request' : undefined
  expect(told.body.last_error).toEqual({ verdict, status, code, request_id, at: expect.any(String), detail })
  expect(await rowOf(api, out_order_no)).toMatchObject({ state: 'PENDING', next })
}

describe('a sync that is refused', () => {
  const keptOnes = SIGNED.filter(({ refusal }) => EXPECTED[refusal][2] !== 'nothing')
  it.each(keptOnes)('with $refusal stays PENDING, and its next step is known', async (one) => {
    const { api, out_order_no, refusal } = one

    const told = await refusedSync(api, out_order_no, refusal)

    await expectPending(api, out_order_no, refusal, EXPECTED[refusal], told)
    expect(world.wechatpay.history.calls.filter((call) => call.out_order_no === out_order_no)).toHaveLength(1)
  })

  it.each([
    ['/channel_id', { location: 'body', field: '/channel_id' }, '参数不合法'],
    ['/body/appid', { location: 'body', value: 'wx' }, '输入源“/body/appid”映射到值字段“公众账号ID”字符串规则校验失败'],
    ['#/body/service_id', { field: '#/body/service_id' }, '参数不合法'],
  ])('because of %s stays PENDING: no notice can mend that', async (pointer, detail, message) => {
    const out_order_no = `M-${pointer.replaceAll(/\W/g, '-')}`
    placeOrder(world, 'acquiringbank', out_order_no)
    world.wechatpay.refuseNext({ refusal: 'parameter-illegal', match: { kind: 'sync', out_order_no }, detail, message })

    const told = await handOver(world, 'HTTP API 2.0', noticeOf('acquiringbank', out_order_no))

    expect(told.body).toMatchObject({ state: 'PENDING', turn: 'engineer' })
    expect(told.body.last_error).toMatchObject({ verdict: 'config', code: 'PARAM_ERROR' })
    expect(await rowOf('acquiringbank', out_order_no)).toMatchObject({ state: 'PENDING', next: 'sync' })
  })

  const endedOnes = SIGNED.filter(({ refusal }) => EXPECTED[refusal][2] === 'nothing')
  it.each(endedOnes)('with $refusal, on WeChat Pay’s signed word, is REJECTED', async (one) => {
    const { api, out_order_no, refusal } = one

    const told = await refusedSync(api, out_order_no, refusal)

    expect(told.status).toBe(422)
    expect(told.headers).toMatchObject({ 'content-type': 'application/problem+json' })
    expect(membersOf(told.body)).toBe(REJECTED_MEMBERS)
    expect(told.body).toMatchObject({
      title: 'Not synced',
      status: 422,
      state: 'REJECTED',
      reason: 'invalid',
      turn: 'shop',
    })
    expect(told.body).toMatchObject({ code: 'PARAM_ERROR', detail: 'WeChat Pay refused a parameter' })
    expect(await rowOf(api, out_order_no)).not.toHaveProperty('due')
  })

  it.each(UNSIGNED)('with $refusal by nobody’s word stays PENDING', async (one) => {
    const { api, out_order_no, refusal, expected } = one

    const told = await refusedSync(api, out_order_no, refusal, false)

    await expectPending(api, out_order_no, refusal, expected, told)
  })
})

describe('and a quarter of an hour later', () => {
  beforeAll(() => world.pass(15 * MINUTE))

  const kept = [...SIGNED.map((one) => ({ ...one, expected: EXPECTED[one.refusal] })), ...UNSIGNED].filter(
    ({ expected: [, , next] }) => next !== 'nothing',
  )
  it.each(kept)('the order refused with $refusal is confirmed, for one sync more', async (one) => {
    const { api, out_order_no, expected } = one

    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)

    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect(world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)).toEqual([false, true])
    // One query before the repeat where the sync may have been taken, and one as proof where the sync itself is none.
    const queries = (expected[2] === 'query' ? 1 : 0) + (api === 'serviceorder' ? 0 : 1)
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(queries)
  })

  const ended = SIGNED.filter(({ refusal }) => EXPECTED[refusal][2] === 'nothing')
  it.each(ended)('the order rejected with $refusal is opened again by a corrected notice', async (one) => {
    const { api, out_order_no } = one
    const corrected = { ...noticeOf(api, out_order_no), detail: { paid_time: '20250301115900' } }

    const told = await handOver(world, 'HTTP API 2.0', corrected)
    await world.pass(11 * MINUTE)

    expect(told).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)
    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true, paid_time: '20250301115900' })
    expect(world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)).toEqual([false, true])
  })
})

/** A query refused as about an order that does not exist says so; every other refusal is of the query alone. */
const QUERY_VERDICTS: Readonly<Record<string, string>> = {
  'order-not-exist': 'absent',
  'order-not-exist-old-spelling': 'absent',
  'order-not-exist-plural': 'absent',
}

const PROVING: readonly Api[] = ['payafter-orders', 'partner', 'acquiringbank']
const QUERIES = SIGNED.map(({ refusal }, i) => ({
  refusal,
  out_order_no: `Q-${i}`,
  api: PROVING[i % 3] ?? 'partner',
}))

describe('a query that is refused', () => {
  beforeAll(async () => {
    for (const { api, out_order_no, refusal } of QUERIES) {
      placeOrder(world, api, out_order_no)
      world.wechatpay.refuseNext({ refusal, match: { kind: 'query', out_order_no } })
      await handOver(world, 'HTTP API 2.0', noticeOf(api, out_order_no))
    }
    await world.pass(11 * MINUTE)
  })

  it.each(QUERIES)('with $refusal changes nothing: the order is SYNCED and asked about again', async (one) => {
    const { api, out_order_no, refusal } = one
    const { status, code } = REFUSALS[refusal]

    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)

    expect(body).toMatchObject({ state: 'SYNCED', confirmed: false, next: 'query', turn: 'service' })
    const verdict = QUERY_VERDICTS[refusal] ?? EXPECTED[refusal][0]
    expect(body.last_error).toMatchObject({ verdict, status, code })
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(1)
  })
})

describe('and some minutes later', () => {
  beforeAll(() => world.pass(10 * MINUTE))

  it.each(QUERIES)(
    'the order whose query was refused with $refusal is confirmed, without another sync',
    async (one) => {
      const { api, out_order_no } = one

      const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)

      expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
      expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(2)
      expect(world.wechatpay.history.posts(out_order_no)).toHaveLength(1)
    },
  )
})

it('makes at most one signed call in an invocation, and never two at once for an order', () => {
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
  expect(world.wechatpay.history.overlaps()).toEqual([])
})
