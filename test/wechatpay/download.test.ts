import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createDownload, type DownloadLimits } from '../../lib/wechatpay/download.ts'
import { verify } from '../../lib/wechatpay/signature.ts'
import { SIGNER } from '../support/fake-wechatpay.ts'
import { rsaPair } from '../support/keys.ts'
import { listen, serveRaw } from '../support/loopback.ts'
import { NOW } from '../support/orders.ts'

const LIMITS: DownloadLimits = { answerMs: 5000, timeoutMs: 5000, maxRefusalBytes: 1024 }
const TARGET = '/v3/billdownload/file?token=a%2Bb'

const downloadFrom = (port: number, changed: Partial<DownloadLimits> = {}) =>
  createDownload({ ...LIMITS, ...changed }, { now: () => NOW, nonce: () => '593BEC0C930BF1AFEB40B4A08C8FB242' })(
    { origin: new URL(`http://127.0.0.1:${port}`), target: TARGET },
    SIGNER,
  )

const read = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('the download of a bill', () => {
  it('gives the bytes as they come', async () => {
    const { port } = await serveRaw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'),
    )

    const download = await downloadFrom(port)

    expect(download.kind === 'ready' && (await read(download.bytes))).toBe('abcde')
  })

  it('signs the path with its query and an empty body, and asks for no encoding', async () => {
    const { port, requests } = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))

    await downloadFrom(port)

    const [request = ''] = requests
    const signature = /,signature="([^"]+)"/.exec(request)?.[1] ?? ''
    const signed = `GET\n${TARGET}\n1795487400\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n`
    expect(request).toMatch(/^GET \/v3\/billdownload\/file\?token=a%2Bb HTTP\/1\.1\r\n/)
    expect(request).toContain('\r\nAccept-Encoding: identity\r\n')
    expect(verify(Buffer.from(signed), signature, rsaPair('merchant').publicKey)).toBe(true)
  })

  it.each([
    ['HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n', { kind: 'redirected' }],
    [
      'HTTP/1.1 400 Bad Request\r\nContent-Length: 26\r\n\r\n{"code":"INVALID_REQUEST"}',
      { kind: 'expired', code: 'INVALID_REQUEST' },
    ],
    [`HTTP/1.1 400 Bad Request\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(2000)}`, { kind: 'unknown', status: 400 }],
    ['HTTP/1.1 206 Partial Content\r\nContent-Length: 0\r\n\r\n', { kind: 'unknown', status: 206 }],
    [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      { kind: 'lost', code: 'UPGRADE' },
    ],
  ])('is none after %j', async (answer, expected) => {
    const { port, requests } = await serveRaw((socket) => socket.write(answer))

    expect(await downloadFrom(port)).toMatchObject(expected)
    expect(requests).toHaveLength(1)
  })

  it('throws where the connection breaks in the middle', async () => {
    const { port } = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'))

    const download = await downloadFrom(port)

    await expect(download.kind === 'ready' && read(download.bytes)).rejects.toThrow('aborted')
  })

  it('throws when its time is over', async () => {
    const { port } = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'))

    const download = await downloadFrom(port, { timeoutMs: 300 })

    await expect(download.kind === 'ready' && read(download.bytes)).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('is lost without an answer in time, and without a connection', async () => {
    const { port } = await serveRaw(() => {})
    const closed = createServer()
    const free = await listen(closed)
    await new Promise((resolve) => closed.close(resolve))

    expect(await downloadFrom(port, { answerMs: 100 })).toEqual({ kind: 'lost', code: 'ABORT_ERR' })
    expect(await downloadFrom(free)).toEqual({ kind: 'lost', code: 'ECONNREFUSED' })
  })
})
