import dns from 'node:dns'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { LIMITS } from '../../lib/limits.ts'
import { createSend, type SendLimits, type SendRequest } from '../../lib/wechatpay/send.ts'
import { everyHostIs } from '../support/addresses.ts'
import { fullPort } from '../support/full-port.ts'
import { rsaPair } from '../support/keys.ts'
import { listen, serveRaw } from '../support/loopback.ts'
import { selfSignedCertificate } from '../support/openssl.ts'
import { trustOnly } from '../support/trust.ts'

const limits: SendLimits = { timeoutMs: LIMITS.call, maxAnswerBytes: 65_536, maxIdleMs: 5_000 }
const request: SendRequest = { method: 'POST', target: '/v3/a', headers: {}, body: '{}' }
const answered = { kind: 'answered', answer: { status: 200 } }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'

/** Nobody listens on this one. */
const REFUSES = '127.0.0.3'
/** A handshake with it is not answered. */
const SILENT = '127.0.0.1'
const ANSWERS = '127.0.0.2'

const sendTo = (port: number, changed: Partial<SendLimits> = {}) =>
  createSend(new URL(`http://wechatpay.example:${port}`), { ...limits, ...changed })

describe('a host with several addresses', () => {
  test.each([
    ['the first is silent', [SILENT, ANSWERS]],
    ['the first two are silent', [SILENT, SILENT, ANSWERS]],
    ['the first refuses', [REFUSES, ANSWERS]],
    ['the others are silent', [ANSWERS, SILENT, SILENT]],
    ['one refuses, one is silent', [REFUSES, SILENT, ANSWERS]],
  ])('is reached when %s, and asked once', async (_which, addresses) => {
    const port = await fullPort({ address: SILENT })
    const server = await serveRaw((socket) => socket.write(OK), undefined, ANSWERS, port)
    everyHostIs(...addresses)

    const sent = await sendTo(port)(request)

    expect(sent).toMatchObject(answered)
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    ['first', [SILENT, REFUSES]],
    ['last', [REFUSES, SILENT]],
  ])('is reached at one that takes a second to shake hands, when it comes %s', async (_which, addresses) => {
    // Its SYN is dropped, and sent again by the kernel a second later.
    const port = await fullPort({ address: SILENT, forMs: 500 })
    everyHostIs(...addresses)

    const sent = await sendTo(port)(request)

    expect(sent).toMatchObject(answered)
  })

  test('is reached when one takes the connection and says no word of TLS', async () => {
    const { privateKey } = rsaPair('server')
    const certificate = await selfSignedCertificate(privateKey, { subject: '/CN=a', names: 'DNS:wechatpay.example' })
    trustOnly(certificate)
    const port = await listen(createServer(), SILENT)
    const server = await serveRaw((socket) => socket.write(OK), { privateKey, certificate }, ANSWERS, port)
    everyHostIs(SILENT, ANSWERS)

    const sent = await createSend(new URL(`https://wechatpay.example:${port}`), limits)(request)

    expect(sent).toMatchObject(answered)
    expect(server.sockets.map((socket) => 'servername' in socket && socket.servername)).toEqual(['wechatpay.example'])
  })

  test('is connected to ahead as well', async () => {
    const port = await fullPort({ address: SILENT })
    const server = await serveRaw((socket) => socket.write(OK), undefined, ANSWERS, port)
    everyHostIs(SILENT, ANSWERS)
    const send = sendTo(port)

    await send.connect()
    const sent = await send(request)

    expect(sent).toMatchObject(answered)
    expect(server.sockets).toHaveLength(1)
  })

  test('leaves no connection behind but the one that is used', async () => {
    const [first, second] = ['127.0.0.4', '127.0.0.5']
    const slow = await serveRaw((socket) => socket.write(OK), undefined, first)
    const port = slow.port
    const other = await serveRaw((socket) => socket.write(OK), undefined, second, port)
    everyHostIs(first, second)

    await sendTo(port)(request)

    expect([slow.sockets.length, other.sockets.length]).toEqual([1, 0])
  })

  test('makes a request unsent when all are silent, once its time is up', async () => {
    const port = await fullPort({ address: SILENT })
    everyHostIs(SILENT, SILENT)

    const sent = await sendTo(port, { timeoutMs: 400 })(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ABORT_ERR' })
  })

  test('makes a request unsent when all refuse, without waiting', async () => {
    everyHostIs(REFUSES, '127.0.0.4')

    const sent = await sendTo(await fullPort({ address: SILENT }))(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ECONNREFUSED' })
  })
})

test('a request whose time was up before there was a connection never goes out on it', async () => {
  const server = await serveRaw((socket) => socket.write(OK))
  const tell: (() => void)[] = []
  vi.spyOn(dns, 'lookup').mockImplementation((...given: unknown[]) => {
    const answer = given.at(-1) as (error: null, addresses: readonly object[]) => void // the callback comes last
    tell.push(() => answer(null, [{ address: '127.0.0.1', family: 4 }]))
  })
  onTestFinished(() => {
    vi.restoreAllMocks()
  })

  const sent = await sendTo(server.port, { timeoutMs: 200 })(request)
  for (const one of tell) one()
  await sleep(100)

  expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ABORT_ERR' })
  expect(tell).toHaveLength(1)
  expect(server.requests).toEqual([])
})
