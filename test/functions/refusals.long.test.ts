import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REFUSALS, type RefusalName } from '../../lib/local/wechatpay/refusals.ts'
import { startWorld } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { APIS, type Api, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { askStatus, handOver } from '../support/till.ts'

const MINUTE = 60_000

const world = await startWorld({ merchants: APIS.map((api) => SERVED[api]), maxConcurrency: 3 })
const invocations = watchInvocations(world)
afterAll(() => world.close())

/** What a refused sync is told to its caller: the verdict, and whose turn it is. Whatever it was, a query is next. */
type Expected = readonly [verdict: string, turn: string]

/** Every refusal that WeChat Pay is known to make. */
const EXPECTED: Readonly<Record<RefusalName, Expected>> = {
  'order-done': ['state', 'service'],
  'order-canceled': ['state', 'service'],
  'invalid-order-state': ['state', 'service'],
  'state-not-legal': ['state', 'service'],
  'order-unconfirmed': ['state', 'shop'],
  'order-revoked': ['state', 'service'],
  'not-waiting-for-payment': ['state', 'service'],
  'charge-running': ['busy', 'service'],
  'charge-unclear': ['busy', 'service'],
  'other-parameters': ['state', 'service'],
  'parameter-illegal': ['invalid', 'shop'],
  'parameter-out-of-range': ['invalid', 'shop'],
  'extra-member': ['config', 'engineer'],
  'undefined-member': ['config', 'engineer'],
  'header-missing': ['config', 'engineer'],
  'content-type-wrong': ['config', 'engineer'],
  'wechatpay-serial-wrong': ['config', 'engineer'],
  'mchid-unknown': ['config', 'engineer'],
  'appid-not-bound': ['config', 'engineer'],
  'appid-mchid-not-match': ['config', 'engineer'],
  'mch-not-exists': ['config', 'engineer'],
  'sign-mismatch': ['config', 'engineer'],
  'sign-mismatch-other-number': ['config', 'engineer'],
  'authorization-malformed': ['config', 'engineer'],
  'authorization-type-wrong': ['config', 'engineer'],
  'timestamp-too-far': ['config', 'engineer'],
  'serial-wrong': ['config', 'engineer'],
  'certificate-revoked': ['config', 'engineer'],
  'nonce-reused': ['config', 'engineer'],
  'no-auth': ['config', 'engineer'],
  'merchant-disabled': ['config', 'engineer'],
  'collection-restricted': ['config', 'engineer'],
  'order-not-exist': ['state', 'shop'],
  'order-not-exist-old-spelling': ['state', 'shop'],
  'order-not-exist-plural': ['state', 'shop'],
  'resource-not-exists': ['unknown', 'engineer'],
  'frequency-limited': ['throttled', 'service'],
  'ratelimit-exceeded': ['throttled', 'service'],
  'system-error': ['unknown', 'service'],
  'bad-gateway': ['unknown', 'service'],
  'service-unavailable': ['unknown', 'service'],
  unlisted: ['unknown', 'engineer'],
}

const SIGNED = Object.keys(EXPECTED).map((name, i) => ({
  refusal: name as RefusalName, // of the table above
  out_order_no: `S-${i}`,
  api: APIS[i % 4] ?? 'partner',
}))

/** The same without WeChat Pay's signature: nobody's word, so that it can end nothing. */
const UNSIGNED = (
  [
    ['parameter-illegal', ['invalid', 'shop']],
    ['parameter-out-of-range', ['invalid', 'shop']],
    ['order-done', ['state', 'service']],
    ['no-auth', ['config', 'engineer']],
    ['frequency-limited', ['throttled', 'service']],
  ] as const
).map(([refusal, expected], i) => ({ refusal, expected, out_order_no: `U-${i}`, api: APIS[i % 4] ?? 'partner' }))

const PENDING_MEMBERS =
  'attempt last_error mchid meaning meaning_zh next_attempt_at next_step next_step_zh out_order_no replayed state turn'
const REJECTED_MEMBERS =
  'attempt code detail mchid meaning_zh next_step next_step_zh out_order_no reason replayed request_id state status title turn type'

const membersOf = (body: object) => Object.keys(body).sort().join(' ')

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
  [verdict, turn]: Expected,
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
  expect(await rowOf(world, api, out_order_no)).toMatchObject({ state: 'PENDING', next: 'query' })
}

describe('a sync that is refused', () => {
  it.each(SIGNED)('with $refusal stays PENDING, and its next step is known', async (one) => {
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
    expect(await rowOf(world, 'acquiringbank', out_order_no)).toMatchObject({
      state: 'PENDING',
      next: 'query',
    })
  })

  it.each(UNSIGNED)('with $refusal by nobody’s word stays PENDING', async (one) => {
    const { api, out_order_no, refusal, expected } = one

    const told = await refusedSync(api, out_order_no, refusal, false)

    await expectPending(api, out_order_no, refusal, expected, told)
  })
})

describe('and a quarter of an hour later', () => {
  beforeAll(() => world.pass(15 * MINUTE))

  it.each([...SIGNED, ...UNSIGNED])('the order refused with $refusal is confirmed, for one sync more', async (one) => {
    const { api, out_order_no } = one

    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)

    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect(world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)).toEqual([false, true])
    // One query before the repeat, since a refusal names no order, and one as proof where the sync itself is none.
    const queries = 1 + (api === 'serviceorder' ? 0 : 1)
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(queries)
  })
})

describe('a parameter that is refused by two signed words', () => {
  const refusedTwice = (['parameter-illegal', 'parameter-out-of-range'] as const).flatMap((refusal, i) =>
    APIS.map((api) => ({ refusal, api, out_order_no: `E-${i}-${api}` })),
  )
  beforeAll(async () => {
    for (const { refusal, api, out_order_no } of refusedTwice) {
      placeOrder(world, api, out_order_no)
      world.wechatpay.refuseNext({ refusal, times: 2, match: { kind: 'sync', out_order_no } })
      await handOver(world, 'HTTP API 2.0', noticeOf(api, out_order_no))
    }
    await world.pass(3 * MINUTE)
  })

  it.each(refusedTwice)('($refusal, $api) ends the order, after a query in between', async ({ api, out_order_no }) => {
    const told = await handOver(world, 'HTTP API 2.0', noticeOf(api, out_order_no))

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
    expect(await rowOf(world, api, out_order_no)).not.toHaveProperty('due')
    const calls = world.wechatpay.history.calls.filter((call) => call.out_order_no === out_order_no)
    expect(calls.map(({ kind, status }) => [kind, status])).toEqual([
      ['sync', 400],
      ['query', 200],
      ['sync', 400],
    ])
  })

  it.each(refusedTwice)('($refusal, $api) is mended by a corrected notice', async ({ api, out_order_no }) => {
    const corrected = { ...noticeOf(api, out_order_no), detail: { paid_time: '20250301115900' } }

    const told = await handOver(world, 'HTTP API 2.0', corrected)
    await world.pass(11 * MINUTE)

    expect(told).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)
    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true, paid_time: '20250301115900' })
    expect(world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)).toEqual([false, false, true])
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
