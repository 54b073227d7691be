import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultName } from '../../lib/local/wechatpay/faults.ts'
import { startWorld } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { APIS, type Api, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { askStatus, handOver, type Told } from '../support/till.ts'

const MINUTE = 60_000

const world = await startWorld({ merchants: APIS.map((api) => SERVED[api]), maxConcurrency: 12 })
const invocations = watchInvocations(world)
afterAll(() => world.close())

/**
 * How a sync that meets the fault ends for its caller: state, verdict, code and next step; whether WeChat Pay took it all
 * the same; and how often it is queried until it is proved. The call's own limit is 8 s.
 */
type Case = {
  readonly delayMs?: number
  readonly state: 'PENDING' | 'SYNCED'
  readonly verdict?: string
  readonly code?: string
  readonly turn?: 'shop' | 'engineer'
  readonly next: 'sync' | 'query'
  readonly taken: boolean
  readonly queries: 1 | 2
}

const lost = (code?: string): Case => ({
  state: 'PENDING',
  verdict: 'unknown',
  ...(code && { code }),
  next: 'query',
  taken: false,
  queries: 2,
})
const lostButTaken = (code?: string): Case => ({ ...lost(code), taken: true, queries: 1 })
const accepted: Case = { state: 'SYNCED', next: 'query', taken: true, queries: 1 }

const SYNC_FAULTS: Readonly<Record<FaultName, Case>> = {
  'no-answer': lost('ABORT_ERR'),
  'reset-before-applying': lost('ECONNRESET'),
  'unsigned-4xx': { ...lost('PARAM_ERROR'), verdict: 'invalid', turn: 'shop' },
  'unsigned-5xx': lost(),
  'throttled-429': { ...lost('FREQUENCY_LIMITED'), verdict: 'throttled' },
  'accepted-202': lost(),
  redirect: lost(),
  'no-answer-after-applying': lostButTaken('ABORT_ERR'),
  'reset-after-applying': lostButTaken('ECONNRESET'),
  'half-a-body': lostButTaken('ECONNRESET'),
  'wrong-signature': lostButTaken('UNTRUSTED_SIGNATURE'),
  'signtest-signature': lostButTaken('UNTRUSTED_SIGNATURE'),
  'stale-time': lostButTaken('UNTRUSTED_STALE'),
  'future-time': lostButTaken('UNTRUSTED_STALE'),
  'unknown-serial': lostButTaken('UNTRUSTED_SERIAL'),
  unsigned: lostButTaken('UNTRUSTED_HEADER'),
  'unsigned-5xx-after-applying': lostButTaken(),
  'unsigned-401-after-applying': { ...lostButTaken('SIGN_ERROR'), verdict: 'config', turn: 'engineer' },
  'unsigned-403-after-applying': { ...lostButTaken('NO_AUTH'), verdict: 'config', turn: 'engineer' },
  'unsigned-429-after-applying': { ...lostButTaken('FREQUENCY_LIMITED'), verdict: 'throttled' },
  'refusal-of-another-order': { ...lostButTaken('PARAM_ERROR'), verdict: 'invalid', turn: 'shop' },
  'limit-of-another-order': { ...lostButTaken('FREQUENCY_LIMITED'), verdict: 'throttled' },
  'bare-204': accepted,
  'body-10-mib': lostButTaken('ANSWER_TOO_LARGE'),
  'body-64-mib': lostButTaken('ANSWER_TOO_LARGE'),
  'packed-gzip': accepted,
  'packed-deflate': accepted,
  'packed-br': accepted,
  'packed-half': lostButTaken('ANSWER_DAMAGED'),
  'packed-unknown': lostButTaken('ANSWER_ENCODING'),
  'packed-32-mib': lostButTaken('ANSWER_TOO_LARGE'),
  'byte-order-mark': accepted,
  'slow-answer': accepted,
  'other-order': lostButTaken('OTHER_ORDER'),
  'late-request': { ...lostButTaken('ABORT_ERR'), delayMs: 9000 },
}

/** The API whose answer to a sync has a body and is no proof, so that every fault has something to spoil. */
const API: Api = 'payafter-orders'

const CASES = Object.entries(SYNC_FAULTS).map(([fault, wanted], i) => ({
  fault: fault as FaultName, // of the table above
  out_order_no: `F-${i}`,
  wanted,
}))

/** An answer that is slow, or packed, and right is no fault of a query. */
const isHarmless = ({ fault }: { fault: FaultName }) =>
  /^(slow-answer|packed-(gzip|deflate|br)|byte-order-mark)$/.test(fault)

const QUERY_CASES = CASES.filter((one) => !isHarmless(one)).map(({ fault }, i) => ({
  fault,
  out_order_no: `Q-${i}`,
  api: (['payafter-orders', 'partner', 'acquiringbank'] as const)[i % 3] ?? 'partner',
}))

const isSlow = ({ fault }: { fault: FaultName }) => /no-answer|slow|late/.test(fault)

/** Every order meets its fault: those that cost seconds all at once, and the others meanwhile one after the other. */
const meetFaults = async <Case extends { readonly fault: FaultName }, Met>(
  cases: readonly Case[],
  meet: (one: Case) => Promise<Met>,
): Promise<Map<FaultName, Met>> => {
  const slow = cases.filter(isSlow).map(async (one) => [one.fault, await meet(one)] as const)
  const met = new Map<FaultName, Met>()
  for (const one of cases.filter((one) => !isSlow(one))) met.set(one.fault, await meet(one))
  for (const [fault, result] of await Promise.all(slow)) met.set(fault, result)
  return met
}

const letTimePass = async (): Promise<void> => {
  const late = CASES.find(({ fault }) => fault === 'late-request')?.out_order_no ?? ''
  while (!world.wechatpay.history.posts(late).some(({ applied }) => applied)) await setTimeout(50)
  await world.pass(15 * MINUTE)
}

let told: Map<FaultName, Told>

// Queries and syncs meet their faults side by side, so that the seconds of a call's limit are waited for once.
beforeAll(async () => {
  for (const { api, fault, out_order_no } of QUERY_CASES) {
    placeOrder(world, api, out_order_no)
    world.wechatpay.faultNext({ fault, match: { kind: 'query', out_order_no }, delayMs: 9000 })
    await handOver(world, 'HTTP API 2.0', noticeOf(api, out_order_no))
  }
  world.clock.advance(11 * MINUTE)
  const queries = world.runReconcile()
  told = await meetFaults(CASES, ({ fault, out_order_no, wanted: { delayMs } }) => {
    placeOrder(world, API, out_order_no)
    world.wechatpay.faultNext({ fault, match: { kind: 'sync', out_order_no }, ...(delayMs && { delayMs }) })
    return handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
  })
  await queries
})

describe('a sync that meets', () => {
  it.each(CASES)('$fault is $wanted.state, $wanted.next is next', async ({ fault, out_order_no, wanted }) => {
    const { status, body } = told.get(fault) ?? {}

    expect(status).toBe(wanted.state === 'SYNCED' ? 200 : 202)
    expect(body).toMatchObject({ state: wanted.state, replayed: false })
    if (wanted.verdict) expect(body?.last_error).toMatchObject({ verdict: wanted.verdict })
    if (wanted.code) expect(body?.last_error).toMatchObject({ code: wanted.code })
    if (wanted.verdict) expect(body).toMatchObject({ turn: wanted.turn ?? 'service' })
    expect(await rowOf(world, API, out_order_no)).toMatchObject({
      state: wanted.state,
      next: wanted.next,
    })
    expect(world.wechatpay.history.posts(out_order_no)).toHaveLength(1)
  })
})

describe('a query that meets', () => {
  it.each(QUERY_CASES)('$fault changes nothing: SYNCED, and asked about again', async ({ api, out_order_no }) => {
    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)

    expect(body).toMatchObject({ state: 'SYNCED', confirmed: false, next: 'query', turn: 'service' })
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(1)
  })
})

describe('a query whose answer is as a server or a proxy may make it', () => {
  const orders = CASES.filter(isHarmless).map(({ fault }, i) => ({ fault, out_order_no: `H-${i}` }))

  it('proves the sync at once', async () => {
    for (const { fault, out_order_no } of orders) {
      placeOrder(world, API, out_order_no)
      await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
      world.wechatpay.faultNext({ fault, match: { kind: 'query', out_order_no } })
    }
    await world.pass(11 * MINUTE)

    for (const { out_order_no } of orders) {
      const { body } = await askStatus(world, SERVED[API].mchid, out_order_no)
      expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
      expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(1)
    }
  })

  it('was asked for as it is, as every answer was', () => {
    expect(new Set(world.wechatpay.history.calls.map(({ acceptEncoding }) => acceptEncoding))).toEqual(
      new Set(['identity']),
    )
  })
})

describe('a quarter of an hour later, without the fault,', () => {
  beforeAll(letTimePass)

  it.each(CASES)('the order whose sync met $fault is confirmed', async ({ out_order_no, wanted }) => {
    const { body } = await askStatus(world, SERVED[API].mchid, out_order_no)

    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
    const posts = world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)
    expect(posts).toEqual(wanted.taken ? [true] : [false, true])
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(wanted.queries)
  })

  it.each(QUERY_CASES)('the order whose query met $fault is confirmed, without another sync', async (one) => {
    const { api, out_order_no } = one

    const { body } = await askStatus(world, SERVED[api].mchid, out_order_no)

    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(2)
    expect(world.wechatpay.history.posts(out_order_no)).toHaveLength(1)
  })
})

it('makes at most one signed call in an invocation, and never two at once for an order', () => {
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
  expect(world.wechatpay.history.overlaps()).toEqual([])
})
