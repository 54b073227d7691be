import { afterEach, describe, expect, test, vi } from 'vitest'
import { createSend, type SendLimits, type SendRequest } from '../../lib/wechatpay/send.ts'
import { fullPort } from '../support/full-port.ts'
import { rsaPair } from '../support/keys.ts'
import { serveRaw } from '../support/loopback.ts'
import { selfSignedCertificate } from '../support/openssl.ts'
import { trustOnly } from '../support/trust.ts'

const limits: SendLimits = { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 1_000 }
const request: SendRequest = { method: 'POST', target: '/v3/a', headers: {}, body: '{}' }
const answered = { kind: 'answered', answer: { status: 200 } }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'

const sendTo = (port: number, changed: Partial<SendLimits> = {}) =>
  createSend(new URL(`http://127.0.0.1:${port}`), { ...limits, ...changed })

describe('a socket opened ahead', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('carries no request until there is one, and then that one and the next', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server.port)

    await send.connect()
    await expect.poll(() => server.sockets).toHaveLength(1)
    const seenBefore = [...server.requests]
    const sent = [await send(request), await send(request)]

    expect(seenBefore).toEqual([])
    expect(sent).toMatchObject([answered, answered])
    expect(server.requests).toHaveLength(2)
    expect(server.sockets).toHaveLength(1)
  })

  test('is shaken hands on when it goes over TLS', async () => {
    const { privateKey } = rsaPair('server')
    const names = { subject: '/CN=a', names: 'IP:127.0.0.1' }
    const certificate = await selfSignedCertificate(privateKey, names)
    trustOnly(certificate)
    const server = await serveRaw((socket) => socket.write(OK), { privateKey, certificate })
    const send = createSend(new URL(`https://127.0.0.1:${server.port}`), limits)

    await send.connect()
    await expect.poll(() => server.sockets).toHaveLength(1)
    const sent = await send(request)

    expect(sent).toMatchObject(answered)
    expect(server.sockets).toHaveLength(1)
  })

  test('names the host in the handshake, so that a server of many hosts shows its certificate', async () => {
    const { privateKey } = rsaPair('server')
    const certificate = await selfSignedCertificate(privateKey, { subject: '/CN=a', names: 'DNS:localhost' })
    trustOnly(certificate)
    const server = await serveRaw((socket) => socket.write(OK), { privateKey, certificate })
    const send = createSend(new URL(`https://localhost:${server.port}`), limits)

    await send.connect()
    const sent = await send(request)

    expect(sent).toMatchObject(answered)
    expect(server.sockets.map((socket) => 'servername' in socket && socket.servername)).toEqual(['localhost'])
  })

  test('serves one of two requests that go out at once', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server.port)

    await send.connect()
    const sent = await Promise.all([send(request), send(request)])

    expect(sent).toMatchObject([answered, answered])
    expect(server.sockets).toHaveLength(2)
  })

  test('is still used when it has lain idle for as long as it may', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1795487400_000 })
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server.port)

    await send.connect()
    vi.setSystemTime(1795487401_000)
    await send(request)

    expect(server.sockets).toHaveLength(1)
  })

  test('is given up when the wall clock says that it has lain idle for longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1795487400_000 })
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server.port)

    await send.connect()
    vi.setSystemTime(1795487401_001)
    const sent = await send(request)

    expect(sent).toMatchObject(answered)
    expect(server.sockets).toHaveLength(2)
  })

  test('is left alone when the other side has closed it in the meantime', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server.port)
    await send.connect()
    await expect.poll(() => server.sockets).toHaveLength(1)

    server.sockets[0]?.end()
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true)
    const sent = await send(request)

    expect(sent).toMatchObject(answered)
    expect(server.sockets).toHaveLength(2)
  })

  test('makes a request lost, never unsent, when it is closed at that very moment', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server.port)
    await send.connect()
    await expect.poll(() => server.sockets).toHaveLength(1)

    server.sockets[0]?.resetAndDestroy()
    const sent = await send(request)

    expect(sent).toStrictEqual({ kind: 'lost', reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) })
  })

  test('makes a request lost when no answer comes in time', async () => {
    const server = await serveRaw(() => {})
    const send = sendTo(server.port, { timeoutMs: 300 })

    await send.connect()
    const sent = await send(request)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ABORT_ERR' })
    expect(server.sockets).toHaveLength(1)
  })
})

describe('connecting ahead settles, and the next request tells what is wrong,', () => {
  test('when nobody listens', async () => {
    const send = sendTo(1)

    await send.connect()
    const sent = await send(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ECONNREFUSED' })
  })

  test('when the handshake fails', async () => {
    const { privateKey } = rsaPair('server')
    const certificate = await selfSignedCertificate(privateKey, { subject: '/CN=c', names: 'IP:127.0.0.1' })
    const server = await serveRaw((socket) => socket.write(OK), { privateKey, certificate })
    const send = createSend(new URL(`https://127.0.0.1:${server.port}`), limits)

    await send.connect()
    const sent = await send(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(server.requests).toEqual([])
  })

  test('when the other side never takes the connection', async () => {
    const send = sendTo(await fullPort(), { timeoutMs: 100 })

    await send.connect()
    const sent = await send(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ABORT_ERR' })
  })
})

test('a request does not wait for a socket that is still being opened ahead', async () => {
  const server = await serveRaw((socket) => socket.write(OK))
  const send = sendTo(server.port)

  const connecting = send.connect()
  const sent = await send(request)
  await connecting

  expect(sent).toMatchObject(answered)
  await expect.poll(() => server.sockets).toHaveLength(2)
})
