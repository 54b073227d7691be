import dns from 'node:dns'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRequestHandler } from '../../../lib/aws/sdk/request-handler.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { everyHostIs } from '../../support/addresses.ts'
import { fullPort } from '../../support/full-port.ts'
import { rsaPair } from '../../support/keys.ts'
import { serveRaw } from '../../support/loopback.ts'
import { selfSignedCertificate } from '../../support/openssl.ts'
import { trustOnly } from '../../support/trust.ts'

const limits = { connectionTimeout: 300, requestTimeout: 600 }
const OK = 'HTTP/1.1 200 OK\r\nX-Amzn-RequestId: 1\r\nContent-Length: 2\r\n\r\n{}'

const handlers: ReturnType<typeof createRequestHandler>[] = []
afterEach(() => {
  for (const handler of handlers.splice(0)) handler.destroy()
  vi.restoreAllMocks()
  vi.useRealTimers()
})
const start = () => {
  const handler = createRequestHandler(limits)
  handlers.push(handler)
  return handler
}

const request = (port: number, body: string | Uint8Array = '{"a":"支"}') => ({
  protocol: 'http:',
  hostname: '127.0.0.1',
  port,
  method: 'POST',
  path: '/',
  headers: { host: `127.0.0.1:${port}`, 'content-length': String(Buffer.byteLength(body)) },
  body,
})

const failureOf = (exchange: Promise<unknown>): Promise<unknown> => exchange.catch((error: unknown) => error)

describe('a request', () => {
  it('goes out as it was given, and its answer comes back whole', async () => {
    const server = await serveRaw((socket) => socket.write(OK))

    const { response } = await start().handle(request(server.port))

    expect(server.requests).toEqual([
      `POST / HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-length: 11\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n{"a":"支"}`,
    ])
    expect(response).toEqual({
      statusCode: 200,
      headers: { 'x-amzn-requestid': '1', 'content-length': '2' },
      body: Buffer.from('{}'),
    })
  })

  it('may be of bytes', async () => {
    const server = await serveRaw((socket) => socket.write(OK))

    await start().handle(request(server.port, new TextEncoder().encode('{"b":1}')))

    expect(server.requests[0]).toMatch(/\r\n\r\n\{"b":1\}$/)
  })

  it('uses the socket of the one before', async () => {
    const server = await serveRaw((socket) => socket.write(OK))
    const handler = start()

    await handler.handle(request(server.port))
    await handler.handle(request(server.port))

    expect(server.sockets).toHaveLength(1)
  })

  it('is answered by what came in pieces', async () => {
    const server = await serveRaw(async (socket) => {
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\n{"')
      await sleep(20)
      socket.write('a}')
    })

    const { response } = await start().handle(request(server.port))

    expect(response).toMatchObject({ statusCode: 400, body: Buffer.from('{"a}') })
  })
})

describe('an answer', () => {
  const answerTo = async (headers: string, body: Uint8Array) => {
    const server = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${headers}\r\n`)
      socket.write(body)
    })
    return start().handle(request(server.port))
  }

  it('that is packed, though nobody asked for that, is unpacked', async () => {
    const { response } = await answerTo('Content-Encoding: gzip\r\n', gzipSync('{"a":"支"}'))

    expect(response).toMatchObject({ statusCode: 200, body: Buffer.from('{"a":"支"}') })
  })

  it.each([
    ['ANSWER_ENCODING', 'Content-Encoding: compress\r\n', Buffer.from('{}')],
    ['ANSWER_DAMAGED', 'Content-Encoding: gzip\r\n', Buffer.from('{}')],
    ['ANSWER_TOO_LARGE', 'Content-Encoding: gzip\r\n', gzipSync(Buffer.alloc(16 * 1024 * 1024 + 1))],
    ['ANSWER_TOO_LARGE', '', Buffer.alloc(16 * 1024 * 1024 + 1)],
  ])('fails by %s when it cannot be had: %s', async (message, headers, body) => {
    expect(await failureOf(answerTo(headers, body))).toMatchObject({ message })
  })
})

it('puts a query behind the path', async () => {
  const server = await serveRaw((socket) => socket.write(OK))

  await start().handle({ ...request(server.port), query: { 'role name': 'a/b&c', list: ['1', '2'], flag: null } })

  expect(server.requests[0]).toMatch(/^POST \/\?role%20name=a%2Fb%26c&list=1&list=2&flag= HTTP/)
})

describe('a host with several addresses', () => {
  const [SILENT, ANSWERS, REFUSES] = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
  const patient = () => {
    const handler = createRequestHandler({ connectionTimeout: LIMITS.sdkConnect, requestTimeout: LIMITS.sdkRequest })
    handlers.push(handler)
    return handler
  }
  const toHost = (port: number) => ({ ...request(port), hostname: 'dynamodb.example' })

  it.each([
    ['the first is silent', [SILENT, ANSWERS]],
    ['the first two are silent', [SILENT, SILENT, ANSWERS]],
    ['the first refuses', [REFUSES, ANSWERS]],
    ['the last is silent', [ANSWERS, SILENT]],
  ])('is reached within the time for a connection when %s', async (_which, addresses) => {
    const port = await fullPort({ address: SILENT })
    await serveRaw((socket) => socket.write(OK), undefined, ANSWERS, port)
    everyHostIs(...addresses)

    const { response } = await patient().handle(toHost(port))

    expect(response).toMatchObject({ statusCode: 200 })
  })

  it.each([
    ['first', [SILENT, REFUSES]],
    ['last', [REFUSES, SILENT]],
  ])(
    'is waited for, at the one that shakes hands slowly, for as long as was said, when it comes %s',
    async (_, addresses) => {
      // Its SYN is dropped, and sent again by the kernel a second later.
      const port = await fullPort({ address: SILENT, forMs: 500 })
      everyHostIs(...addresses)
      const handler = createRequestHandler({
        connectionTimeout: LIMITS.commandConnect,
        requestTimeout: LIMITS.commandRequest,
      })
      handlers.push(handler)

      const { response } = await handler.handle(toHost(port))

      expect(response).toMatchObject({ statusCode: 200 })
    },
  )

  it('is given up, as a time-out, when all are silent', async () => {
    const port = await fullPort({ address: SILENT })
    everyHostIs(SILENT, SILENT)

    expect(await failureOf(start().handle(toHost(port)))).toMatchObject({ name: 'TimeoutError', message: 'connection' })
  })
})

it.each([
  ['is answered', async () => (await serveRaw((socket) => socket.write(OK))).port],
  ['reaches nobody', async () => 1],
])('leaves no timer behind when it %s', async (_, portOf) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const port = await portOf()

  await start()
    .handle(request(port))
    .catch(() => {})

  // The request closes a little after its answer; no faked time goes by meanwhile.
  for (let ticks = 0; vi.getTimerCount() > 0 && ticks < 100; ticks += 1) await tick()
  expect(vi.getTimerCount()).toBe(0)
})

it('lets go of its sockets when its client is done with', async () => {
  const server = await serveRaw((socket) => socket.write(OK))
  const handler = start()
  await handler.handle(request(server.port))
  const [socket] = server.sockets

  handler.destroy()

  if (socket?.closed === false) await once(socket, 'close')
  expect(socket).toMatchObject({ closed: true, errored: null })
})

describe('over TLS', () => {
  const { privateKey } = rsaPair('server')
  const overTls = async (names: string, isTrusted = true) => {
    const certificate = await selfSignedCertificate(privateKey, { subject: '/CN=a', names })
    if (isTrusted) trustOnly(certificate)
    const server = await serveRaw((socket) => socket.write(OK), { privateKey, certificate })
    const headers = { host: `localhost:${server.port}`, 'content-length': '11' }
    const exchange = () =>
      start().handle({ ...request(server.port), protocol: 'https:', hostname: 'localhost', headers })
    return { server, exchange }
  }

  it('a request names its host in the handshake, and is answered', async () => {
    const { server, exchange } = await overTls('DNS:localhost')

    const { response } = await exchange()

    expect(response).toMatchObject({ statusCode: 200, body: Buffer.from('{}') })
    expect(server.requests).toEqual([
      `POST / HTTP/1.1\r\nhost: localhost:${server.port}\r\ncontent-length: 11\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n{"a":"支"}`,
    ])
    expect(server.sockets.map((socket) => 'servername' in socket && socket.servername)).toEqual(['localhost'])
  })

  it.each([
    ['another host', 'DNS:example.com', true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['nobody who is trusted', 'DNS:localhost', false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('no byte goes out where the certificate is of %s', async (_whose, names, isTrusted, code) => {
    const { server, exchange } = await overTls(names, isTrusted)

    expect(await failureOf(exchange())).toMatchObject({ code })
    expect(server.requests).toEqual([])
  })
})

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === '::1'))
it.skipIf(!hasIpv6)('reaches an address of IPv6, which a URL has in brackets (needs ::1)', async () => {
  const server = await serveRaw((socket) => socket.write(OK), undefined, '::1')

  const { response } = await start().handle({ ...request(server.port), hostname: '[::1]' })

  expect(response).toMatchObject({ statusCode: 200 })
})

describe('a request fails as a time-out, which the SDK tries again,', () => {
  const timeout = (what: object) => expect.objectContaining({ name: 'TimeoutError', ...what })
  const toNobody = { ...request(443), hostname: 'aws.example' }

  it('when no answer comes', async () => {
    const server = await serveRaw(() => {})

    expect(await failureOf(start().handle(request(server.port)))).toEqual(timeout({ message: 'request' }))
  })

  it('when an answer stops half way', async () => {
    const server = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}'))

    expect(await failureOf(start().handle(request(server.port)))).toEqual(timeout({ message: 'request' }))
  })

  it('when the connection is not made', async () => {
    vi.spyOn(dns, 'lookup').mockImplementation(() => {}) // nobody ever tells the address

    expect(await failureOf(start().handle(toNobody))).toEqual(timeout({ message: 'connection' }))
  })

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('when the connection ends by %s', async (code) => {
    vi.spyOn(dns, 'lookup').mockImplementation((...given: unknown[]) => {
      const answer = given.at(-1) as (error: Error) => void // the callback of `lookup` comes last
      answer(Object.assign(new Error(code), { code }))
    })

    expect(await failureOf(start().handle(toNobody))).toEqual(timeout({ code }))
  })

  it('when its socket is reset', async () => {
    const server = await serveRaw((socket) => socket.resetAndDestroy())

    expect(await failureOf(start().handle(request(server.port)))).toEqual(timeout({ code: 'ECONNRESET' }))
  })

  it('when the answer breaks off', async () => {
    const server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}')
      setTimeout(() => socket.destroy(), 50)
    })

    expect(await failureOf(start().handle(request(server.port)))).toEqual(timeout({ code: 'ECONNRESET' }))
  })
})

it('says why nobody could be reached', async () => {
  expect(await failureOf(start().handle(request(1)))).toMatchObject({ code: 'ECONNREFUSED' })
})

it('ends a request by its own signal', async () => {
  const server = await serveRaw(() => {})

  const failure = await failureOf(start().handle(request(server.port), { abortSignal: AbortSignal.timeout(50) }))

  expect(failure).toMatchObject({ name: 'AbortError' })
})

it('ends a request by its own signal while there is no connection yet', async () => {
  const port = await fullPort()
  const handler = createRequestHandler({ connectionTimeout: 5_000, requestTimeout: 5_000 })
  handlers.push(handler)

  const failure = await failureOf(handler.handle(request(port), { abortSignal: AbortSignal.timeout(50) }))

  expect(failure).toMatchObject({ name: 'AbortError' })
})

it('sends nothing when its signal says so already', async () => {
  const server = await serveRaw((socket) => socket.write(OK))

  const failure = await failureOf(start().handle(request(server.port), { abortSignal: AbortSignal.abort() }))

  await sleep(50)
  expect(failure).toMatchObject({ name: 'AbortError' })
  expect(server.requests).toEqual([])
})
