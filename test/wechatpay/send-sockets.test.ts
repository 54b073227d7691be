import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createSend, type SendLimits, type SendRequest } from '../../lib/wechatpay/send.ts'
import { fullPort } from '../support/full-port.ts'
import { type RawServer, serveRaw } from '../support/loopback.ts'

const limits: SendLimits = { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 1_000 }
const request: SendRequest = { method: 'POST', target: '/v3/a', headers: {}, body: '{}' }
const answered = { kind: 'answered', answer: { status: 200 } }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'

const sendTo = ({ port }: Pick<RawServer, 'port'>, changed: Partial<SendLimits> = {}) =>
  createSend(new URL(`http://127.0.0.1:${port}`), { ...limits, ...changed })

describe('one socket', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('is used for two requests in a row', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server)

    await send(request)
    const second = await send(request)

    expect(second).toMatchObject(answered)
    expect(server.requests).toHaveLength(2)
    expect(server.sockets).toHaveLength(1)
  })

  test('is still used when it was idle for as long as it may be', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1795487400_000 })
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server)

    await send(request)
    vi.setSystemTime(1795487401_000)
    await send(request)

    expect(server.sockets).toHaveLength(1)
  })

  test('is given up when the wall clock says that it was idle for longer, though no timer ran', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1795487400_000 })
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server)

    await send(request)
    vi.setSystemTime(1795487401_001)
    const second = await send(request)

    expect(second).toMatchObject(answered)
    expect(server.sockets).toHaveLength(2)
  })

  test('counts as idle from its last answer, not from its first', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1795487400_000 })
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server)

    for (const at of [1795487400_000, 1795487400_900, 1795487401_800]) {
      vi.setSystemTime(at)
      await send(request)
    }

    expect(server.sockets).toHaveLength(1)
  })

  test('is kept of two that were needed at once', async () => {
    const waiting: (() => void)[] = []
    const server = await serveRaw((socket) => {
      waiting.push(() => socket.write(OK))
      if (waiting.length >= 2) for (const answer of waiting) answer()
    })
    const send = sendTo(server)
    await Promise.all([send(request), send(request)])

    await send(request)

    expect(server.sockets).toHaveLength(2)
    await expect.poll(() => server.sockets.filter(({ destroyed }) => destroyed)).toHaveLength(1)
  })

  test('is not used again after an answer that closes it', async () => {
    const server = await serveRaw((socket) => socket.end(OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')))
    const send = sendTo(server)

    await send(request)
    const second = await send(request)

    expect(second).toMatchObject(answered)
    expect(server.sockets).toHaveLength(2)
  })

  test('is not used again after an answer that was too large', async () => {
    const server = await serveRaw((socket) => socket.write(OK.replace('2\r\n\r\n{}', '9\r\n\r\n123456789')))
    const send = sendTo(server, { maxAnswerBytes: 8 })

    await send(request)
    await send(request)

    expect(server.sockets).toHaveLength(2)
  })

  test('that the other side has closed in the meantime is left alone', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server)
    await send(request)

    server.sockets[0]?.end()
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true)
    const second = await send(request)

    expect(second).toMatchObject(answered)
    expect(server.sockets).toHaveLength(2)
  })

  test('is not cut by the time limit of an earlier request', async () => {
    const server = await serveRaw((socket) => {
      if (server.requests.length === 1) socket.write(OK)
      else setTimeout(() => socket.write(OK), 300)
    })
    const send = sendTo(server, { timeoutMs: 600 })

    await send(request)
    await sleep(400)
    const second = await send(request)

    expect(second).toMatchObject(answered)
    expect(server.sockets).toHaveLength(1)
  })
})

describe('a request on a socket that was used before is lost, never unsent,', () => {
  const closings: [string, (server: RawServer) => unknown][] = [
    ['closes', ({ sockets }) => sockets[0]?.destroy()],
    ['ends', ({ sockets }) => sockets[0]?.end()],
    ['resets', ({ sockets }) => sockets[0]?.resetAndDestroy()],
  ]

  test.each(closings)('when the other side %s it at that very moment', async (_how, close) => {
    const server = await serveRaw((socket) => socket.write(OK))
    const send = sendTo(server)
    await send(request)

    close(server)
    const second = await send(request)

    expect(second).toStrictEqual({ kind: 'lost', reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) })
    expect(server.sockets).toHaveLength(1)
  })

  test.each(closings)('when the other side %s it once the request is there', async (_how, close) => {
    const server = await serveRaw((socket) => {
      if (server.requests.length === 1) socket.write(OK)
      else close(server)
    })
    const send = sendTo(server)
    await send(request)

    const second = await send(request)

    expect(second).toStrictEqual({ kind: 'lost', reason: 'ECONNRESET' })
    expect(server.requests).toHaveLength(2)
  })

  test('when no answer comes in time', async () => {
    const server = await serveRaw((socket) => {
      if (server.requests.length === 1) socket.write(OK)
    })
    const send = sendTo(server, { timeoutMs: 300 })
    await send(request)

    const second = await send(request)

    expect(second).toStrictEqual({ kind: 'lost', reason: 'ABORT_ERR' })
  })
})

test('a request is unsent when the time is up before there is a connection', async () => {
  const port = await fullPort()

  const sent = await sendTo({ port }, { timeoutMs: 100 })(request)

  expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ABORT_ERR' })
})
