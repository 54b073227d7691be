import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { listenOnLoopback } from '../../../lib/local/loopback-server.ts'

const DOWNLOAD = /^\/v3\/billdownload\//

/** Stands before WeChat Pay's stand-in and keeps what goes over the line that nobody else may keep. */
export const startRecordingProxy = async () => {
  const target = { origin: '' }
  const signatures = new Set<string>()
  const nonces = new Set<string>()
  const bills: Buffer[] = []
  const agent = new Agent({ keepAlive: false })

  const keep = ({ headers }: IncomingMessage): void => {
    const { authorization = '', ...rest } = headers
    for (const [, name, value = ''] of authorization.matchAll(/(signature|nonce_str)="([^"]+)"/g))
      (name === 'signature' ? signatures : nonces).add(value)
    for (const [name, to] of [
      ['wechatpay-signature', signatures],
      ['wechatpay-nonce', nonces],
    ] as const)
      if (typeof rest[name] === 'string') to.add(rest[name])
  }

  const keepBill = (answer: IncomingMessage): void => {
    const pieces: Buffer[] = []
    answer.on('data', (piece: Buffer) => pieces.push(piece))
    answer.on('end', () => bills.push(Buffer.concat(pieces)))
  }

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    keep(incoming)
    const { method, url, rawHeaders } = incoming
    const on = request(
      `${target.origin}${url}`,
      { agent, method, headers: { ...pairs(rawHeaders), Host: new URL(target.origin).host }, setHost: false },
      (answer) => {
        keep(answer)
        outgoing.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
        answer.on('error', () => outgoing.destroy())
        answer.on('aborted', () => outgoing.destroy())
        if (DOWNLOAD.test(url ?? '')) keepBill(answer)
        answer.pipe(outgoing)
      },
    )
    on.on('error', () => outgoing.destroy())
    outgoing.on('close', () => on.destroy())
    incoming.pipe(on)
  }

  const { host, close } = await listenOnLoopback(pass)
  return { origin: `http://${host}`, target, signatures, nonces, bills: () => bills.flatMap(textOf), close }
}

/** None of one that arrived in part. */
const textOf = (bill: Buffer): readonly string[] => {
  try {
    return [(bill[0] === 0x1f ? gunzipSync(bill) : bill).toString()]
  } catch {
    return []
  }
}

const pairs = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 && !/^host$/i.test(name) ? [[name, raw[i + 1] ?? '']] : [])))
