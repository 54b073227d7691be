import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { Context } from 'aws-lambda'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Config, readConfig } from '../../lib/config/config.ts'
import { failed } from '../../lib/local/lambda/invocation.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { CLAIMED } from '../support/orders.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, decide, handOver, TRIGGERS } from '../support/till.ts'

const MINUTE = 60_000
const API = 'payafter-orders'
const { mchid } = SERVED[API]

let world: World
const lines: string[] = []

/** What is beside the code in a bundle. */
const BESIDE = mkdtempSync(join(tmpdir(), 'beside-'))

type Handler = (event: unknown, context: Context) => Promise<unknown>

/** The functions as they are written, in this process, where coverage sees them: each is loaded as at a cold start. */
const load = async (): Promise<Readonly<Record<string, Handler>>> => {
  vi.resetModules()
  for (const [name, text] of Object.entries(world.files)) writeFileSync(join(BESIDE, name), text)
  vi.doMock('../../lib/config/config.ts', async (importOriginal) => ({
    ...(await importOriginal<object>()),
    readConfig: (names: readonly (keyof Config)[]) => readConfig(names, process.env, BESIDE),
  }))
  const modules = {
    sync: await import('../../functions/sync.ts'),
    query: await import('../../functions/query.ts'),
    reconcile: await import('../../functions/reconcile.ts'),
    outcome: await import('../../functions/outcome.ts'),
    status: await import('../../functions/status.ts'),
    decide: await import('../../functions/decide.ts'),
    certificates: await import('../../functions/certificates.ts'),
  }
  // A middleware-wrapped handler takes more arguments than a runtime gives.
  return Object.fromEntries(Object.entries(modules).map(([name, { handler }]) => [name, handler as unknown as Handler]))
}

const CONTEXT = {
  invokedFunctionArn: 'arn:aws:lambda:ap-east-1:123456789012:function:a',
  awsRequestId: '8c1f6f0e-2f0c-4f57-9d10-6f5d0d0a0b0c',
  getRemainingTimeInMillis: () => 20_000,
} as Context // what a handler uses of it

beforeAll(async () => {
  // The clock of this process is the world's, so it is moved by hand and stands still in between.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  world = await startWorld({ merchants: Object.values(SERVED) })
  for (const [name, value] of Object.entries({ ...world.env, AWS_REGION: 'ap-east-1' })) vi.stubEnv(name, value)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)

  const handlers = await load()
  for (const [name, lambda] of Object.entries(world.lambdas)) {
    const handler = handlers[name]
    lambda.invoke = async (event) => {
      const about = { requestId: CONTEXT.awsRequestId, cold: false, logs: [], durationMs: 0 }
      try {
        const result = await handler?.(JSON.parse(JSON.stringify(event)), CONTEXT)
        return { ...about, result, timedOut: false }
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error // every error of ours is one
        return { ...about, ...failed({ errorType, errorMessage }) }
      }
    }
  }
})
afterAll(async () => {
  await world.close()
  vi.doUnmock('../../lib/config/config.ts')
  rmSync(BESIDE, { recursive: true })
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** Moves the clock and lets reconcile run, once. */
const later = async (ms: number) => {
  vi.setSystemTime(Date.now() + ms)
  return world.runReconcile()
}

const stateOf = async (out_order_no: string) => (await askStatus(world, mchid, out_order_no)).body
const calls = (out_order_no: string) =>
  world.wechatpay.history.calls.filter((call) => call.out_order_no === out_order_no).map(({ kind }) => kind)

it.each(TRIGGERS)('takes a notice by %s all the way', async (trigger) => {
  const out_order_no = `WAY-${trigger.charAt(0)}`
  placeOrder(world, API, out_order_no)

  await handOver(world, trigger, noticeOf(API, out_order_no))
  const taken = await stateOf(out_order_no)
  await later(11 * MINUTE)

  expect(taken).toMatchObject({ state: 'SYNCED', confirmed: false })
  expect(await stateOf(out_order_no)).toMatchObject({ state: 'SYNCED', confirmed: true })
  expect(calls(out_order_no)).toEqual(['sync', 'query'])
})

it('serves a due sync, a due query and the outcome of both', async () => {
  placeOrder(world, API, 'DUE')
  world.wechatpay.refuseNext({ refusal: 'system-error', match: { out_order_no: 'DUE' } })

  const told = await handOver(world, 'HTTP API 2.0', noticeOf(API, 'DUE'))
  const { result } = await later(2 * MINUTE)
  await later(11 * MINUTE)

  expect(told).toMatchObject({ status: 202, body: { last_error: { verdict: 'unknown' } } })
  expect(result).toMatchObject({ dispatched: 1 })
  expect(calls('DUE')).toEqual(['sync', 'query', 'sync', 'query'])
  const outcomes = world.bus.history.events.filter(
    ({ source, detail }) => /ledger/.test(source) && /"DUE"/.test(detail),
  )
  expect(outcomes.map(({ detailType }) => detailType)).toEqual(['Payscore Order Synced', 'Payscore Order Synced'])
})

it('leaves a due step that somebody else has taken', async () => {
  const event = { source: 'payscore.reconcile', 'detail-type': 'Payscore Order Due' }
  const detail = { mchid, out_order_no: 'DUE', next: 'sync' }

  const answers = [
    await world.lambdas.sync.invoke({ ...event, detail }),
    await world.lambdas.query.invoke({ ...event, detail: { ...detail, next: 'query' } }),
  ]

  expect(answers.map(({ result }) => result)).toEqual([{}, {}])
  expect(calls('DUE')).toHaveLength(4)
})

it('refuses what is no due event', async () => {
  const { error } = await world.lambdas.query.invoke({ source: 'payscore.reconcile', 'detail-type': 'Else' })

  expect(error).toMatchObject({ errorType: 'InputError', errorMessage: 'event: must be a due event' })
})

it('tells the status of an order, of one that nobody paid, and what WeChat Pay says now', async () => {
  placeOrder(world, API, 'UNPAID')

  const unknown = await askStatus(world, mchid, 'UNPAID')
  const checked = await askStatus(world, mchid, 'UNPAID', '?check=1')
  const checkedService = await askStatus(world, mchid, 'UNPAID', '?check=1&service_id=500001')
  world.wechatpay.refuseNext({ refusal: 'sign-mismatch', match: { out_order_no: 'UNPAID' } })
  const failedCheck = await askStatus(world, mchid, 'UNPAID', '?check=1')

  expect(unknown.status).toBe(404)
  expect(checked).toMatchObject({ status: 200, body: { verdict: 'unpaid', may_charge: true } })
  expect(checkedService.body).toMatchObject({ verdict: 'unpaid' })
  expect(failedCheck).toMatchObject({ status: 503, body: { title: 'Not known now', may_charge: true } })
})

it('carries out what a person decides, and refuses what does not fit', async () => {
  placeOrder(world, API, 'DECIDED')
  await handOver(world, 'HTTP API 2.0', { ...noticeOf(API, 'DECIDED'), amount: 1 })
  await world.idle()
  const order = noticeOf(API, 'DECIDED')

  const held = await stateOf('DECIDED')
  const refused = await decide(world, order, 'settle', { reason: 'a test', not_double: true })
  const released = await decide(world, order, 'release', { reason: 'it was right' })
  await world.idle()

  expect(held).toMatchObject({ state: 'HELD', reason: 'paid_less' })
  expect(refused).toMatchObject({ status: 409, body: { possible: ['release', 'close', 'withdraw'] } })
  expect(released).toMatchObject({ status: 200, body: { state: 'PENDING', next: 'sync' } })
  expect(await stateOf('DECIDED')).toMatchObject({ state: 'SYNCED' })
})

it('throws by event, and answers over HTTP, where a notice contradicts the first', async () => {
  const other = { ...noticeOf(API, 'DUE'), detail: { paid_time: '20250302' } }

  const overHttp = await handOver(world, 'HTTP API 2.0', other)
  const direct = await world.lambdas.sync.invoke(other)
  placeOrder(world, API, 'OPEN', { state: 'accepted' })
  await handOver(world, 'HTTP API 2.0', noticeOf(API, 'OPEN'))
  const pending = await world.lambdas.sync.invoke({ ...other, out_order_no: 'OPEN' })

  expect(overHttp).toMatchObject({ status: 409, body: { title: 'Conflict' } })
  expect(direct.result).toMatchObject({ title: 'Conflict' })
  expect(pending.error).toMatchObject({ errorType: 'TryAgainError' })
})

it('announces nothing of a row that has expired', async () => {
  const OldImage = marshall({ ...CLAIMED, pk: `${mchid}#EXPIRED`, state: 'REJECTED', reason: 'not_found' })
  const before = world.bus.history.events.length

  const { result } = await world.lambdas.outcome.invoke({ Records: [{ eventName: 'REMOVE', dynamodb: { OldImage } }] })

  expect(result).toEqual({})
  expect(world.bus.history.events).toHaveLength(before)
})

it('announces again by the alias of persons, from the ledger alone: no row that somebody made up', async () => {
  const alias = { ...CONTEXT, invokedFunctionArn: `${CONTEXT.invokedFunctionArn}:announce` }
  const { outcome } = await load()
  placeOrder(world, API, 'AGAIN')
  await handOver(world, 'HTTP API 2.0', noticeOf(API, 'AGAIN'))
  await world.idle()
  const before = world.bus.history.events.length
  const NewImage = marshall({ ...CLAIMED, state: 'REJECTED', reason: 'not_found' })

  const told = await outcome?.({ announce: [{ mchid, out_order_no: 'AGAIN' }] }, alias)
  const madeUp = outcome?.({ Records: [{ eventName: 'INSERT', dynamodb: { NewImage } }] }, alias)

  await expect(madeUp).rejects.toThrow('announce: must list at most 50 orders')
  expect(told).toEqual({ orders: [{ mchid, out_order_no: 'AGAIN', told: ['Payscore Order Synced'] }] })
  expect(world.bus.history.events.slice(before).map(({ source, detailType }) => [source, detailType])).toEqual([
    ['payscore.ledger', 'Payscore Order Synced'],
  ])
})

it('tells the alarms what needs a person also while the bus takes nothing', async () => {
  world.bus.faults.add({ kind: 'refuse-entries', times: 9 })
  const record = (image: object) => ({ eventID: 'R', eventName: 'INSERT', dynamodb: { NewImage: marshall(image) } })
  const before = lines.length

  const { error } = await world.lambdas.outcome.invoke({ Records: [record({ ...CLAIMED, state: 'HELD' })] })
  world.bus.faults.clear()

  expect(error).toMatchObject({ errorType: 'TryAgainError', errorMessage: 'the event bus refused entries' })
  expect(lines.slice(before).map((line) => JSON.parse(line))).toMatchObject([
    { function: 'outcome', held: 1, errors: 1, message: 'the event bus refused entries' },
  ])
})

it('paces the rows of a merchant that has many', async () => {
  const orders = Array.from({ length: 12 }, (_, i) => `MANY-${i}`)
  for (const out_order_no of orders) {
    placeOrder(world, API, out_order_no)
    await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
  }
  await world.idle()

  await later(11 * MINUTE)

  expect(orders.map(calls)).toEqual(orders.map(() => ['sync', 'query']))
})

it('tells how long the certificates last', async () => {
  vi.setSystemTime(Date.now() + MINUTE)

  const told = await (await load()).certificates?.({}, CONTEXT)

  expect(told).toEqual({
    merchants: ['1900000109', '1900000110', '1900000200', '1900000300'].map((signer) => ({
      mchid: signer,
      certificate_days_left: 399,
    })),
  })
})

it('writes one line of JSON for each invocation', () => {
  const written = lines.map((line) => JSON.parse(line))

  expect(new Set(written.map((line) => line.function))).toEqual(
    new Set(['sync', 'query', 'reconcile', 'outcome', 'status', 'decide', 'certificates']),
  )
  expect(written.every(({ aws_request_id }) => aws_request_id === CONTEXT.awsRequestId)).toBe(true)
})
