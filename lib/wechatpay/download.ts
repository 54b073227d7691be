import { type IncomingMessage, request as open } from 'node:http'
import { createAgents, PARSER_OPTIONS, TimeUp } from '../connections.ts'
import { IDENTITY_ENCODING } from '../content-coding.ts'
import { type DownloadVerdict, downloadRequest, downloadVerdict } from './bill-api.ts'
import type { Request } from './order-api.ts'
import type { SignedPlace } from './origin.ts'
import { type Signer, signedHeaders } from './signed-call.ts'

/** `bytes` are to be read at once; they throw where the connection breaks, or the time is over. */
export type Download =
  | { readonly kind: 'ready'; readonly bytes: AsyncIterable<Uint8Array> }
  | { readonly kind: Exclude<DownloadVerdict['kind'], 'ready'>; readonly status: number; readonly code?: string }
  | { readonly kind: 'lost'; readonly code: string }

export type FetchBill = (place: SignedPlace, signer: Signer) => Promise<Download>

export type DownloadLimits = {
  /** Until the head of the answer is there. */
  readonly answerMs: number
  /** Of the whole download. */
  readonly timeoutMs: number
  /** Of a body that is no bill. */
  readonly maxRefusalBytes: number
}
type DownloadDeps = { readonly now: () => number; readonly nonce: () => string }

/**
 * Downloads a bill, on a connection of its own since the place may be at another host than the calls. One request, one
 * answer: no redirect is followed, and nothing is retried. Never throws because of the network before `bytes` are read.
 */
export const createDownload =
  (limits: DownloadLimits, { now, nonce }: DownloadDeps): FetchBill =>
  async (place, signer) => {
    const request = downloadRequest(place)
    const headers = signedHeaders(request, signer, now(), nonce())
    try {
      const response = await headOf(place.origin, request, headers, limits)
      const { statusCode: status = 0 } = response
      if (status === 200) return { kind: 'ready', bytes: response }
      const verdict = downloadVerdict(status, await firstBytes(response, limits.maxRefusalBytes))
      return { ...verdict, kind: verdict.kind === 'ready' ? 'unknown' : verdict.kind }
    } catch (error) {
      return { kind: 'lost', code: codeOf(error) }
    }
  }

/** Resolves with the answer as soon as its head has arrived. */
const headOf = (
  { protocol, hostname, port }: URL,
  { method, target }: Request,
  headers: Readonly<Record<string, string>>,
  { answerMs, timeoutMs }: DownloadLimits,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const isTls = protocol === 'https:'
    // `request` of node:http, here `open`, serves both protocols: the agent opens the TLS connection, or a plain one.
    const outgoing = open({
      ...PARSER_OPTIONS,
      agent: createAgents(answerMs, { keepAlive: false })[isTls ? 'https:' : 'http:'],
      protocol,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (isTls ? 443 : 80),
      method,
      path: target,
      headers: { ...headers, ...IDENTITY_ENCODING },
    })
    let response: IncomingMessage | undefined
    const end = (what: string) => () => {
      const error = new TimeUp(what)
      response?.destroy(error)
      outgoing.destroy(error)
      reject(error)
    }
    const answerTimer = setTimeout(end('answer'), answerMs)
    const timer = setTimeout(end('download'), timeoutMs)
    outgoing.on('error', reject)
    // Without this listener an answer 101 would end the request with neither a response nor an error.
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy()
      reject(Object.assign(new Error('UPGRADE'), { code: 'UPGRADE' }))
    })
    outgoing.on('response', (answer) => {
      clearTimeout(answerTimer)
      response = answer
      // Whoever reads gets the error; one that comes before the first read must not end the process.
      answer.on('error', () => {})
      resolve(answer)
    })
    outgoing.on('close', () => {
      clearTimeout(answerTimer)
      clearTimeout(timer)
    })
    outgoing.end()
  })

/** No more of a body than is needed to read why there is no bill. */
const firstBytes = async (response: IncomingMessage, most: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > most) return Buffer.alloc(0)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error ? String(error.code) : error.name
}
