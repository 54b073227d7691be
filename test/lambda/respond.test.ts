import { describe, expect, it } from 'vitest'
import { ConfigError, InputError, TryAgainError, UnavailableError } from '../../lib/errors.ts'
import type { OperationResult } from '../../lib/operations/result.ts'
import { problem, type Reply } from '../../lib/views/reply.ts'
import { busEvent, goodNotice, httpApiEvent, restApiEvent } from '../wechatpay/samples.ts'
import { chain, failureOf } from './chain.ts'

const HTTP = [
  ['an HTTP API', httpApiEvent(goodNotice())],
  ['a REST API', restApiEvent(goodNotice())],
] as const
const OTHERS = [
  ['EventBridge', busEvent(goodNotice())],
  ['a direct caller', goodNotice()],
] as const

const giving = (reply: Reply, more: Partial<OperationResult> = {}) => chain(async () => ({ reply, log: {}, ...more }))
const throwing = (error: unknown) =>
  chain(async () => {
    throw error
  })

describe.each(HTTP)('respond to %s', (_, event) => {
  it('gives a reply as JSON that nobody may keep', async () => {
    const { invoke } = giving({ status: 200, body: { state: 'SYNCED', note: '\u5df2\u540c\u6b65' } })

    expect(await invoke(event)).toStrictEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"state":"SYNCED","note":"\u5df2\u540c\u6b65"}',
    })
  })

  it.each([
    [202, 'application/json'],
    [399, 'application/json'],
    [400, 'application/problem+json'],
    [409, 'application/problem+json'],
    [422, 'application/problem+json'],
    [503, 'application/problem+json'],
  ])('gives a reply of %i as %s', async (status, contentType) => {
    const { invoke } = giving({ status, body: { detail: 'x' } })

    expect(await invoke(event)).toMatchObject({ statusCode: status, headers: { 'content-type': contentType } })
  })

  it('gives the headers of a reply beside its own', async () => {
    const { invoke } = giving({ status: 202, headers: { 'retry-after': '30' }, body: {} })

    expect(await invoke(event)).toMatchObject({
      headers: { 'retry-after': '30', 'content-type': 'application/json', 'cache-control': 'no-store' },
    })
  })

  it('throws nothing, even what an event would get thrown', async () => {
    const { invoke } = giving({ status: 409, body: {} }, { throwsByEvent: true })

    expect(await invoke(event)).toMatchObject({ statusCode: 409 })
  })

  it('turns bad input into a 400 that names the field', async () => {
    const { invoke } = throwing(new InputError('detail.paid_time', 'is missing'))

    expect(await invoke(event)).toStrictEqual({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: '{"type":"about:blank","title":"Bad input","status":400,"detail":"detail.paid_time: is missing","field":"detail.paid_time"}',
    })
  })

  it('turns a fault of the deployment into a 503', async () => {
    const { invoke } = throwing(new ConfigError('secret p/1900000109: Secrets Manager says AccessDeniedException'))

    expect(await invoke(event)).toMatchObject({
      statusCode: 503,
      headers: { 'content-type': 'application/problem+json' },
      body:
        '{"type":"about:blank","title":"Deployment must be mended","status":503,' +
        '"detail":"secret p/1900000109: Secrets Manager says AccessDeniedException; nothing was sent"}',
    })
  })

  it.each([
    new UnavailableError('secret p/1900000109: Secrets Manager says ECONNRESET'),
    new TryAgainError('secret p/1900000109: Secrets Manager says ECONNRESET'),
  ])('turns what passes into a 503: $name', async (error) => {
    const { invoke } = throwing(error)

    expect(await invoke(event)).toMatchObject({
      statusCode: 503,
      body:
        '{"type":"about:blank","title":"Try again","status":503,' +
        '"detail":"secret p/1900000109: Secrets Manager says ECONNRESET; nothing was sent"}',
    })
  })

  it.each([
    ['an Error', new Error('key 4711 is broken')],
    ['an Error with a code of Node', Object.assign(new TypeError('4711'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['a plain object that looks like one of ours', { code: 'ERR_UNAVAILABLE', message: '4711' }],
    ['text', '4711'],
    ['null', null],
  ])('turns %s into a 500 that does not say what it said', async (_, error) => {
    const { invoke } = throwing(error)

    expect(await invoke(event)).toMatchObject({
      statusCode: 500,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Internal error","status":500,"detail":"see the log of this request"}',
    })
  })
})

describe.each(OTHERS)('respond to %s', (_, event) => {
  it.each([200, 202, 409, 422, 503])('gives the bare body of a reply of %i', async (status) => {
    const body = { state: 'SYNCED' }
    const { invoke } = giving({ status, body, headers: { 'retry-after': '30' } })

    expect(await invoke(event)).toBe(body)
  })

  it('gives an empty object where nobody waits for a reply', async () => {
    const { invoke } = chain(async () => ({ log: {} }))

    expect(await invoke(event)).toStrictEqual({})
  })

  it('throws a reply that must not be lost, so that it is tried again', async () => {
    const { invoke } = giving(problem(409, 'Conflict', 'another notice stands'), { throwsByEvent: true })

    const error = await failureOf(invoke(event))

    expect(error).toBeInstanceOf(TryAgainError)
    expect(error).toMatchObject({ name: 'TryAgainError', code: 'ERR_TRY_AGAIN', message: 'another notice stands' })
  })

  it.each([
    ['bad input', new InputError('mchid', 'is missing')],
    ['a fault of the deployment', new ConfigError('x')],
    ['what passes', new UnavailableError('x')],
    ['any other error', new Error('x')],
    ['text', 'x'],
  ])('throws %s as it is', async (_, error) => {
    const { invoke } = throwing(error)

    expect(await failureOf(invoke(event))).toBe(error)
  })
})

it('throws for an event that is null', async () => {
  const error = new InputError('event', 'must be an object')
  const { invoke } = throwing(error)

  expect(await failureOf(invoke(null))).toBe(error)
})
