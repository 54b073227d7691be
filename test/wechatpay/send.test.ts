import { createServer, type Server } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSend, type SendLimits, type SendRequest } from '../../lib/wechatpay/send.ts'
import { serveRaw } from '../support/loopback.ts'

const limits: SendLimits = { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 5_000 }

const sync: SendRequest = {
  method: 'POST',
  target: '/v3/payscore/serviceorder/A%7CB*/sync',
  headers: {
    Authorization: 'WECHATPAY2-SHA256-RSA2048 mchid="1"',
    Accept: 'application/json',
    'User-Agent': 'payscore-sync',
  },
  body: '{"type":"Order_Paid"}',
}
const query: SendRequest = { ...sync, method: 'GET', target: '/v3/payscore/serviceorder?out_order_no=A%7CB*', body: '' }

const sendTo = (port: number, changed: Partial<SendLimits> = {}) =>
  createSend(new URL(`http://127.0.0.1:${port}`), { ...limits, ...changed })

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'

describe('the bytes on the wire', () => {
  test('of a POST are the target and headers as given, the length of the body, and the body', async () => {
    const server = await serveRaw((socket) => socket.write(OK))

    await sendTo(server.port)(sync)

    expect(server.requests).toEqual([
      'POST /v3/payscore/serviceorder/A%7CB*/sync HTTP/1.1\r\n' +
        'Authorization: WECHATPAY2-SHA256-RSA2048 mchid="1"\r\n' +
        'Accept: application/json\r\n' +
        'User-Agent: payscore-sync\r\n' +
        'Accept-Encoding: identity\r\n' +
        'Content-Length: 21\r\n' +
        `Host: 127.0.0.1:${server.port}\r\n` +
        'Connection: keep-alive\r\n' +
        '\r\n' +
        '{"type":"Order_Paid"}',
    ])
  })

  test('of a GET have no body and no length', async () => {
    const server = await serveRaw((socket) => socket.write(OK))

    await sendTo(server.port)(query)

    expect(server.requests).toEqual([
      'GET /v3/payscore/serviceorder?out_order_no=A%7CB* HTTP/1.1\r\n' +
        'Authorization: WECHATPAY2-SHA256-RSA2048 mchid="1"\r\n' +
        'Accept: application/json\r\n' +
        'User-Agent: payscore-sync\r\n' +
        'Accept-Encoding: identity\r\n' +
        `Host: 127.0.0.1:${server.port}\r\n` +
        'Connection: keep-alive\r\n' +
        '\r\n',
    ])
  })

  test('count a body that is not ASCII in bytes of UTF-8', async () => {
    const server = await serveRaw((socket) => socket.write(OK))

    await sendTo(server.port)({ ...sync, headers: {}, body: '{"attach":"支付分"}' })

    expect(server.requests).toEqual([
      'POST /v3/payscore/serviceorder/A%7CB*/sync HTTP/1.1\r\n' +
        'Accept-Encoding: identity\r\n' +
        'Content-Length: 22\r\n' +
        `Host: 127.0.0.1:${server.port}\r\n` +
        'Connection: keep-alive\r\n' +
        '\r\n' +
        '{"attach":"支付分"}',
    ])
  })
})

describe('an answer', () => {
  const answerTo = async (text: string | Buffer, changed: Partial<SendLimits> = {}) => {
    const server = await serveRaw((socket) => socket.write(text))
    return sendTo(server.port, changed)(sync)
  }

  test('comes with its header as it was written and its body’s bytes', async () => {
    const sent = await answerTo(
      Buffer.concat([
        Buffer.from(
          'HTTP/1.1 400 Bad Request\r\nwechatPAY-Nonce:  aBc \r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\n',
        ),
        Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x0a]),
      ]),
    )

    expect(sent).toStrictEqual({
      kind: 'answered',
      answer: {
        status: 400,
        rawHeaders: ['wechatPAY-Nonce', 'aBc', 'X-A', '1', 'x-a', '2', 'Content-Length', '5'],
        body: Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x0a]),
      },
    })
  })

  test('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })

    await answerTo(OK)

    expect(vi.getTimerCount()).toBe(0)
  })

  test('of 204 has an empty body', async () => {
    const sent = await answerTo('HTTP/1.1 204 No Content\r\nRequest-Id: 08F0-0\r\n\r\n')

    expect(sent).toStrictEqual({
      kind: 'answered',
      answer: { status: 204, rawHeaders: ['Request-Id', '08F0-0'], body: Buffer.alloc(0) },
    })
  })

  test('in chunks is put together', async () => {
    const sent = await answerTo(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
    )

    expect(sent).toMatchObject({ kind: 'answered', answer: { body: Buffer.from('{"a":1}') } })
  })

  test('after an interim one is the answer', async () => {
    const sent = await answerTo(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`)

    expect(sent).toMatchObject({ kind: 'answered', answer: { status: 200, body: Buffer.from('{}') } })
  })

  test('of exactly the most bytes is taken', async () => {
    const sent = await answerTo('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678', { maxAnswerBytes: 8 })

    expect(sent).toMatchObject({ kind: 'answered', answer: { body: Buffer.from('12345678') } })
  })

  test('that redirects is given as it is and not followed', async () => {
    const elsewhere = await serveRaw((socket) => socket.write(OK))
    const server = await serveRaw((socket) =>
      socket.write(
        `HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:${elsewhere.port}/\r\nContent-Length: 0\r\n\r\n`,
      ),
    )

    const sent = await sendTo(server.port)(sync)

    expect(sent).toMatchObject({ kind: 'answered', answer: { status: 307 } })
    expect(server.requests).toHaveLength(1)
    expect(elsewhere.requests).toHaveLength(0)
  })
})

describe('a request is unsent', () => {
  const closedPort = async () => {
    const server: Server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(Number(Object(server.address()).port)))
    })
    await new Promise((resolve) => server.close(resolve))
    return port
  }

  test('when the connection is refused', async () => {
    const sent = await sendTo(await closedPort())(sync)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: 'ECONNREFUSED' })
  })

  test('when the host has no address', async () => {
    const send = createSend(new URL('http://wechatpay.invalid'), { ...limits, timeoutMs: 2_000 })

    const sent = await send(sync)

    // ABORT_ERR where a resolver takes its time.
    expect(sent).toStrictEqual({ kind: 'unsent', reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|ABORT_ERR)$/) })
  })

  test('when nothing listens at an address in brackets', async () => {
    const send = createSend(new URL(`http://[::1]:${await closedPort()}`), limits)

    const sent = await send(sync)

    expect(sent).toStrictEqual({ kind: 'unsent', reason: expect.stringMatching(/^(ECONNREFUSED|EADDRNOTAVAIL)$/) })
  })
})

describe('a request is lost', () => {
  test('when no answer comes in time', async () => {
    const server = await serveRaw(() => {})

    const sent = await sendTo(server.port, { timeoutMs: 300 })(sync)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ABORT_ERR' })
    expect(server.requests).toHaveLength(1)
  })

  test('when an answer drips on past the limit', async () => {
    const server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
      const drip = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(drip))
    })

    const sent = await sendTo(server.port, { timeoutMs: 300 })(sync)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ABORT_ERR' })
  })

  test('when only an interim answer comes', async () => {
    const server = await serveRaw((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'))

    const sent = await sendTo(server.port, { timeoutMs: 300 })(sync)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ABORT_ERR' })
  })

  test.each([
    ['is reset after it was read', '', 'ECONNRESET'],
    ['is reset within the header of the answer', 'HTTP/1.1 200 OK\r\nContent-Le', 'ECONNRESET'],
    ['is reset after half of the answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"appid"', 'ECONNRESET'],
  ])('when its socket %s', async (_how, text, reason) => {
    const server = await serveRaw((socket) => socket.write(text, () => setImmediate(() => socket.resetAndDestroy())))

    const sent = await sendTo(server.port)(sync)

    expect(sent).toStrictEqual({ kind: 'lost', reason })
  })

  test.each([
    ['without a word', '', 'ECONNRESET'],
    ['within its header', 'HTTP/1.1 200 OK\r\nContent-Le', 'ECONNRESET'],
    ['after half of its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"appid"', 'ECONNRESET'],
    ['after half of its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n', 'ECONNRESET'],
    ['after something that is not HTTP', 'SSH-2.0-OpenSSH\r\n', 'HPE_INVALID_CONSTANT'],
    [
      'after two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      'HPE_UNEXPECTED_CONTENT_LENGTH',
    ],
    ['after a header beyond reason', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 'HPE_HEADER_OVERFLOW'],
    [
      'after an offer of another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'UPGRADE',
    ],
  ])('when the answer ends %s', async (_how, text, reason) => {
    const server = await serveRaw((socket) => socket.end(text))

    const sent = await sendTo(server.port)(sync)

    expect(sent).toStrictEqual({ kind: 'lost', reason })
  })

  test('and its socket is given up, when another protocol is offered', async () => {
    const closed = new Promise<void>((resolve) => {
      void serveRaw((socket) => {
        socket.on('close', () => resolve())
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
      }).then((server) => sendTo(server.port)(sync))
    })

    await expect(closed).resolves.toBeUndefined()
  })

  test.each([
    ['announces one byte more', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789'],
    [
      'has one byte more in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n1\r\n9\r\n0\r\n\r\n',
    ],
    ['has one byte more and closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n123456789'],
  ])('when the answer %s than is allowed', async (_how, text) => {
    const server = await serveRaw((socket) => (text.includes('close') ? socket.end(text) : socket.write(text)))

    const sent = await sendTo(server.port, { maxAnswerBytes: 8 })(sync)

    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ANSWER_TOO_LARGE' })
  })

  test('early when 64 MiB are streamed: the server gets rid of a small part', async () => {
    const MEBIBYTE = Buffer.alloc(1024 * 1024)
    let written = 0
    const server = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${64 * MEBIBYTE.length}\r\n\r\n`)
      const stream = () => {
        while (written < 64 && !socket.destroyed) {
          written += 1
          if (!socket.write(MEBIBYTE)) return
        }
      }
      socket.on('drain', stream)
      stream()
    })

    const sent = await sendTo(server.port)(sync)

    await new Promise((resolve) => server.sockets[0]?.once('close', resolve))
    expect(sent).toStrictEqual({ kind: 'lost', reason: 'ANSWER_TOO_LARGE' })
    expect(written).toBeLessThan(16)
  })
})
