import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSend, type SendLimits, type SendRequest } from '../../lib/wechatpay/send.ts'
import { rsaPair } from '../support/keys.ts'
import { listen, serveRaw } from '../support/loopback.ts'
import { selfSignedCertificate } from '../support/openssl.ts'

const limits: SendLimits = { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 5_000 }
const request: SendRequest = { method: 'POST', target: '/v3/a', headers: { 'X-A': '1' }, body: '{"attach":"支付分"}' }
const OK = 'HTTP/1.1 200 OK\r\nRequest-ID: 08F0-0\r\nContent-Length: 2\r\n\r\n{}'

const { privateKey } = rsaPair('server')
const trusted = { privateKey, certificate: '' }
const ofAnotherHost = { privateKey, certificate: '' }
const untrusted = { privateKey, certificate: '' }

const trustedBefore = getCACertificates('default')
beforeAll(async () => {
  trusted.certificate = await selfSignedCertificate(privateKey, { subject: '/CN=a', names: 'IP:127.0.0.1' })
  ofAnotherHost.certificate = await selfSignedCertificate(privateKey, { subject: '/CN=b', names: 'DNS:example.com' })
  untrusted.certificate = await selfSignedCertificate(privateKey, { subject: '/CN=c', names: 'IP:127.0.0.1' })
  setDefaultCACertificates([trusted.certificate, ofAnotherHost.certificate])
})
afterAll(() => setDefaultCACertificates(trustedBefore))

const sendTo = (port: number, changed: Partial<SendLimits> = {}) =>
  createSend(new URL(`https://127.0.0.1:${port}`), { ...limits, ...changed })

describe('over TLS', () => {
  test('the same bytes go out and come back, twice over one socket', async () => {
    const server = await serveRaw((socket) => socket.write(OK), trusted)
    const send = sendTo(server.port)

    const sent = [await send(request), await send(request)]

    const bytes =
      'POST /v3/a HTTP/1.1\r\n' +
      'X-A: 1\r\n' +
      'Accept-Encoding: identity\r\n' +
      'Content-Length: 22\r\n' +
      `Host: 127.0.0.1:${server.port}\r\n` +
      'Connection: keep-alive\r\n' +
      '\r\n' +
      '{"attach":"支付分"}'
    const answer = { status: 200, rawHeaders: ['Request-ID', '08F0-0', 'Content-Length', '2'], body: Buffer.from('{}') }
    expect(server.requests).toEqual([bytes, bytes])
    expect(sent).toStrictEqual([
      { kind: 'answered', answer },
      { kind: 'answered', answer },
    ])
    expect(server.sockets).toHaveLength(1)
  })

  test('a request is lost when its socket is reset after it was read', async () => {
    const server = await serveRaw((socket) => socket.destroy(), trusted)

    const sent = await sendTo(server.port)(request)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ECONNRESET' })
    expect(server.requests).toHaveLength(1)
  })

  test('a request on a used socket is lost when the other side closes it at that very moment', async () => {
    const server = await serveRaw((socket) => socket.write(OK), trusted)
    const send = sendTo(server.port)
    await send(request)

    server.sockets[0]?.destroy()
    const second = await send(request)

    expect(second).toStrictEqual({ kind: 'lost', reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) })
  })

  test('a request is lost when no answer comes in time', async () => {
    const server = await serveRaw(() => {}, trusted)

    const sent = await sendTo(server.port, { timeoutMs: 500 })(request)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ABORT_ERR' })
  })
})

describe('a request is unsent, and no byte of it is seen,', () => {
  test('when nobody we trust signed the certificate', async () => {
    const server = await serveRaw((socket) => socket.write(OK), untrusted)

    const sent = await sendTo(server.port)(request)

    await sleep(50)
    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(server.requests).toEqual([])
  })

  test('when the certificate is another host’s', async () => {
    const server = await serveRaw((socket) => socket.write(OK), ofAnotherHost)

    const sent = await sendTo(server.port)(request)

    await sleep(50)
    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(server.requests).toEqual([])
  })

  const plainServer = async (answer: string | undefined) => {
    let received = ''
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
        if (answer !== undefined) socket.end(answer)
      })
    })
    return { port: await listen(server), received: () => received }
  }

  test('when the other side does not speak TLS', async () => {
    const server = await plainServer('HTTP/1.1 400 Bad Request\r\n\r\n')

    const sent = await sendTo(server.port)(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: expect.stringMatching(/^(EPROTO|ERR_SSL_.+)$/) })
    expect(server.received()).not.toContain('POST')
  })

  test('when the other side hangs up during the handshake', async () => {
    const server = await plainServer('')

    const sent = await sendTo(server.port)(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ECONNRESET' })
    expect(server.received()).not.toContain('POST')
  })

  test('when the time is up during the handshake', async () => {
    const server = await plainServer(undefined)

    const sent = await sendTo(server.port, { timeoutMs: 100 })(request)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ABORT_ERR' })
    expect(server.received()).not.toContain('POST')
  })
})
