import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createSend, type SendLimits, type SendRequest } from '../../lib/wechatpay/send.ts'
import { serveRaw } from '../support/loopback.ts'

const limits: SendLimits = { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 5_000 }
const request: SendRequest = { method: 'POST', target: '/v3/a', headers: { 'X-A': '1' }, body: '{}' }
const TEXT = '{"state":"DONE","note":"支付分"}'

/** A status line, headers and a body as it stands. */
const bytes = (headers: readonly string[], body: Uint8Array | string = '', status = '200 OK'): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`),
    Buffer.from(body),
  ])

const answerTo = async (answer: Buffer, changed: Partial<SendLimits> = {}) => {
  const server = await serveRaw((socket) => socket.write(answer))
  return createSend(new URL(`http://127.0.0.1:${server.port}`), { ...limits, ...changed })(request)
}
const packed = (coding: string, body: Uint8Array | string, changed: Partial<SendLimits> = {}) =>
  answerTo(bytes([`Content-Encoding: ${coding}`, `Content-Length: ${Buffer.byteLength(body)}`], body), changed)
const bodyOf = async (sent: Promise<unknown>): Promise<string> => {
  const { answer } = (await sent) as { readonly answer?: { readonly body: Buffer } }
  return answer ? answer.body.toString() : JSON.stringify(await sent)
}

test('an answer is asked for as it is, in place of whatever else was said', async () => {
  const server = await serveRaw((socket) => socket.write(bytes(['Content-Length: 0'])))
  const send = createSend(new URL(`http://127.0.0.1:${server.port}`), limits)

  await send({ ...request, headers: {} })

  expect(server.requests[0]).toMatch(/\r\nAccept-Encoding: identity\r\n/)
})

describe('an answer that is packed all the same', () => {
  test.each([
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['identity', TEXT],
    ['Identity, gzip', gzipSync(TEXT)],
    ['deflate,gzip', gzipSync(deflateSync(TEXT))],
    ['gzip , br ,\tx-gzip', gzipSync(brotliCompressSync(gzipSync(TEXT)))],
    ['', TEXT],
    [',', TEXT],
  ])('by %j is unpacked', async (coding, body) => {
    expect(await bodyOf(packed(coding, body))).toBe(TEXT)
  })

  test.each(['content-encoding', 'CONTENT-ENCODING', 'Content-encoding'])('is known by %s', async (name) => {
    const body = gzipSync(TEXT)

    expect(await bodyOf(answerTo(bytes([`${name}: gzip`, `Content-Length: ${body.length}`], body)))).toBe(TEXT)
  })

  test('by codings in two headers is unpacked from the last to the first', async () => {
    const body = gzipSync(deflateSync(TEXT))
    const headers = ['Content-Encoding: deflate', 'Content-Encoding: gzip', `Content-Length: ${body.length}`]

    expect(await bodyOf(answerTo(bytes(headers, body)))).toBe(TEXT)
  })

  test('in chunks, in many pieces, is put together first', async () => {
    const server = await serveRaw(async (socket) => {
      socket.write(bytes(['Content-Encoding: gzip', 'Transfer-Encoding: chunked']))
      for (const byte of gzipSync(TEXT)) {
        socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]))
        await new Promise((resolve) => setImmediate(resolve))
      }
      socket.write('0\r\n\r\n')
    })

    expect(await bodyOf(createSend(new URL(`http://127.0.0.1:${server.port}`), limits)(request))).toBe(TEXT)
  })

  test('until the connection closes is unpacked', async () => {
    const server = await serveRaw((socket) =>
      socket.end(bytes(['Content-Encoding: gzip', 'Connection: close'], gzipSync(TEXT))),
    )

    expect(await bodyOf(createSend(new URL(`http://127.0.0.1:${server.port}`), limits)(request))).toBe(TEXT)
  })

  test('is given with its header as it was written', async () => {
    const body = gzipSync(TEXT)

    const sent = await packed('gzip', body)

    expect(sent).toMatchObject({
      answer: { rawHeaders: ['Content-Encoding', 'gzip', 'Content-Length', String(body.length)] },
    })
  })

  test.each([
    ['204 No Content', ['Content-Encoding: gzip']],
    ['200 OK', ['Content-Encoding: gzip', 'Content-Length: 0']],
    ['200 OK', ['Content-Encoding: compress', 'Content-Length: 0']],
    ['304 Not Modified', ['Content-Encoding: br', 'Content-Length: 900']],
  ])('of %s with %j and no body has none', async (status, headers) => {
    expect(await answerTo(bytes(headers, '', status))).toMatchObject({
      kind: 'answered',
      answer: { body: Buffer.alloc(0) },
    })
  })

  test('of exactly the most bytes is taken', async () => {
    const body = gzipSync(Buffer.alloc(65_536, ' '))

    expect(await packed('gzip', body)).toMatchObject({ kind: 'answered', answer: { body: Buffer.alloc(65_536, ' ') } })
  })
})

describe('an answer is lost', () => {
  const TOO_MUCH = Buffer.alloc(65_537, ' ')
  const HUGE = Buffer.alloc(32 * 1024 * 1024)

  test.each([
    ['gzip', gzipSync(TOO_MUCH)],
    ['deflate', deflateSync(TOO_MUCH)],
    ['deflate', deflateRawSync(TOO_MUCH)],
    ['br', brotliCompressSync(TOO_MUCH)],
    ['zstd', zstdCompressSync(TOO_MUCH)],
    ['gzip', gzipSync(HUGE)],
    ['br', brotliCompressSync(HUGE)],
    ['gzip, gzip', gzipSync(gzipSync(HUGE))],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(HUGE)))],
  ])('when it unpacks to more than is allowed: %s', async (coding, body) => {
    const sent = await packed(coding, body)

    // Not the whole: what should not be there is too long to be printed.
    expect('reason' in sent ? sent.reason : sent.kind).toBe('ANSWER_TOO_LARGE')
  })

  test('when it is larger than is allowed before it is unpacked, though it would be small', async () => {
    const members = Buffer.concat(Array.from({ length: 10 }, () => gzipSync('')))

    expect(await packed('gzip', members, { maxAnswerBytes: 64 })).toStrictEqual({
      kind: 'lost',
      reason: 'ANSWER_TOO_LARGE',
    })
  })

  test.each([
    ['compress', TEXT],
    ['x-compress', TEXT],
    ['aes128gcm', TEXT],
    ['*', TEXT],
    ['gzip;q=1', gzipSync(TEXT)],
    ['constructor', TEXT],
    ['gzip, unheard-of', gzipSync(TEXT)],
    ['gzip, gzip, gzip, gzip, gzip', TEXT],
  ])('when it is packed by what nobody here can unpack: %j', async (coding, body) => {
    expect(await packed(coding, body)).toStrictEqual({ kind: 'lost', reason: 'ANSWER_ENCODING' })
  })

  const damaged = (body: Buffer): Buffer => {
    const copy = Buffer.from(body)
    copy[copy.length - 6] = (copy[copy.length - 6] ?? 0) ^ 1
    return copy
  }
  test.each([
    ['gzip', 'cut short', gzipSync(TEXT).subarray(0, -1)],
    ['gzip', 'of a few bytes', gzipSync(TEXT).subarray(0, 3)],
    ['gzip', 'with a bit turned', damaged(gzipSync(TEXT))],
    ['gzip', 'not packed at all', TEXT],
    ['gzip', 'packed by another coding', brotliCompressSync(TEXT)],
    ['gzip', 'with something behind it', Buffer.concat([gzipSync(TEXT), Buffer.from('more')])],
    ['deflate', 'cut short', deflateSync(TEXT).subarray(0, -1)],
    ['deflate', 'not packed at all', TEXT],
    ['br', 'cut short', brotliCompressSync(TEXT).subarray(0, -2)],
    ['br', 'not packed at all', TEXT],
    ['zstd', 'cut short', zstdCompressSync(TEXT).subarray(0, -2)],
    ['zstd', 'not packed at all', TEXT],
    ['gzip, deflate', 'packed the other way round', gzipSync(deflateSync(TEXT))],
  ])('when it is said to be %s and is damaged: %s', async (coding, _how, body) => {
    expect(await packed(coding, body)).toStrictEqual({ kind: 'lost', reason: 'ANSWER_DAMAGED' })
  })

  test('alone: the socket serves the next request', async () => {
    const server = await serveRaw((socket) =>
      socket.write(
        server.requests.length === 1
          ? bytes(['Content-Encoding: gzip', 'Content-Length: 4'], 'none')
          : bytes(['Content-Length: 2'], '{}'),
      ),
    )
    const send = createSend(new URL(`http://127.0.0.1:${server.port}`), limits)

    const sent = [await send(request), await send(request)]

    expect(sent).toMatchObject([{ kind: 'lost' }, { kind: 'answered' }])
    expect(server.sockets).toHaveLength(1)
  })
})

describe('what else a server may do with an answer', () => {
  test('trailers are no headers, whatever they are called', async () => {
    const sent = await answerTo(
      bytes(
        ['Transfer-Encoding: chunked', 'Trailer: Wechatpay-Signature, Content-Encoding'],
        '2\r\n{}\r\n0\r\nWechatpay-Signature: forged\r\nContent-Encoding: gzip\r\n\r\n',
      ),
    )

    expect(sent).toStrictEqual({
      kind: 'answered',
      answer: {
        status: 200,
        rawHeaders: ['Transfer-Encoding', 'chunked', 'Trailer', 'Wechatpay-Signature, Content-Encoding'],
        body: Buffer.from('{}'),
      },
    })
  })

  test.each(['100 Continue', '102 Processing', '103 Early Hints', '199 Mine'])(
    '%s before it is passed over',
    async (interim) => {
      const sent = await answerTo(
        Buffer.concat([
          bytes(['Content-Encoding: gzip', 'Wechatpay-Nonce: not this one'], '', interim),
          bytes(['Content-Length: 2'], '{}'),
        ]),
      )

      expect(sent).toStrictEqual({
        kind: 'answered',
        answer: { status: 200, rawHeaders: ['Content-Length', '2'], body: Buffer.from('{}') },
      })
    },
  )

  test('a charset changes nothing: the bytes are those that were signed', async () => {
    const body = Buffer.from([0xef, 0xbb, 0xbf, 0xd6, 0xa7])

    const sent = await answerTo(
      bytes(['Content-Type: application/json; charset=gbk', `Content-Length: ${body.length}`], body),
    )

    expect(sent).toMatchObject({ kind: 'answered', answer: { body } })
  })
})
