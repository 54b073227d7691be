import { type IncomingMessage, request } from 'node:http'
import { createAgents, READING, TimeUp } from '../../connections.ts'
import { AS_IT_IS, unpack } from '../../content-coding.ts'
import { LIMITS } from '../../limits.ts'

/** What the SDK hands to its handler of requests, and wants back. */
type Request = {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}
type Answer = {
  readonly response: {
    readonly statusCode: number
    readonly headers: Record<string, string>
    readonly body: Uint8Array
  }
}
type Options = { readonly abortSignal?: AbortSignal }

/** ms; a request is over, its answer read whole, within `requestTimeout`. */
export type RequestLimits = { readonly connectionTimeout: number; readonly requestTimeout: number }

/**
 * Carries requests of the SDK whose body is a string or bytes, as all are but those of S3. An answer is given once it is
 * here whole: the SDK's own handler hands on a stream, with a timer for each of a request's stages.
 */
export const createRequestHandler = (limits: RequestLimits) => {
  const agents = createAgents(limits.connectionTimeout, { maxSockets: 50 })
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request: Request, { abortSignal }: Options = {}): Promise<Answer> =>
      exchange(request, agents, limits, abortSignal),
    destroy: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  }
}

const exchange = (
  { protocol, hostname, port, method, path, query = {}, headers, body }: Request,
  agents: ReturnType<typeof createAgents>,
  limits: RequestLimits,
  signal: AbortSignal | undefined,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // It is the agent that speaks TLS, or does not.
    const outgoing = request({
      ...READING,
      agent: protocol === 'https:' ? agents['https:'] : agents['http:'],
      protocol,
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: path + queryString(query),
      headers: { ...headers, ...AS_IT_IS },
    })
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    const fail = (error: Error & { readonly code?: string }) => {
      end()
      if (TIMED_OUT.has(error.code ?? '')) error.name = 'TimeoutError'
      reject(error)
    }
    // A request that has no socket yet does not tell that it was destroyed.
    const giveUp = (error: Error) => {
      fail(error)
      outgoing.destroy(error)
    }
    const abort = () => giveUp(Object.assign(new Error('aborted'), { name: 'AbortError' }))
    const timer = setTimeout(() => giveUp(new TimeUp('request')), limits.requestTimeout)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()

    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= LIMITS.sdkAnswerBytes) chunks.push(chunk)
        else giveUp(new Error('ANSWER_TOO_LARGE'))
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
        const unpacked = unpack(bytes, incoming.rawHeaders, LIMITS.sdkAnswerBytes)
        if (typeof unpacked === 'string') return fail(new Error(unpacked))
        end()
        resolve({ response: answerOf(incoming, unpacked) })
      })
    })
    outgoing.end(body)
  })

const queryString = (query: NonNullable<Request['query']>): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one ?? ''] as const),
  )
  const text = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  return text && `?${text}`
}

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, body: Uint8Array): Answer['response'] => ({
  statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body,
})

/** What the SDK calls a time-out too, and tries again. */
const TIMED_OUT = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])
