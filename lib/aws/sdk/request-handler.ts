import { type IncomingMessage, request } from 'node:http'
import { createAgents, PARSER_OPTIONS, TimeUp } from '../../connections.ts'
import { IDENTITY_ENCODING, unpack } from '../../content-coding.ts'
import { LIMITS } from '../../limits.ts'

/** The request that the SDK gives to its request handler, and the answer that it expects. */
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
    readonly body: Buffer
  }
}
type Options = { readonly abortSignal?: AbortSignal }

/** Limits in ms. A request ends, with its whole answer read, within `requestTimeout`. */
export type RequestLimits = { readonly connectionTimeout: number; readonly requestTimeout: number }

/**
 * Sends requests of the SDK whose body is a string or bytes: all except those of S3. The answer is returned when it is
 * complete; the SDK's own handler returns a stream and sets a timer for each stage of a request.
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
    // `request` of node:http serves both protocols: the agent opens the TLS connection, or a plain one.
    const outgoing = request({
      ...PARSER_OPTIONS,
      agent: protocol === 'https:' ? agents['https:'] : agents['http:'],
      protocol,
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: path + queryString(query),
      headers: { ...headers, ...IDENTITY_ENCODING },
    })
    const cleanUp = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    const fail = (error: Error & { readonly code?: string }) => {
      cleanUp()
      if (TIMED_OUT.has(error.code ?? '')) error.name = 'TimeoutError'
      reject(error)
    }
    // `fail` is called as well, since a destroyed request without a socket emits no error.
    const cancel = (error: Error) => {
      fail(error)
      outgoing.destroy(error)
    }
    const abort = () => cancel(Object.assign(new Error('aborted'), { name: 'AbortError' }))
    const timer = setTimeout(() => cancel(new TimeUp('request')), limits.requestTimeout)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()

    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= LIMITS.sdkAnswerBytes) chunks.push(chunk)
        else cancel(new Error('ANSWER_TOO_LARGE'))
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
        const unpacked = unpack(bytes, incoming.rawHeaders, LIMITS.sdkAnswerBytes)
        if (typeof unpacked === 'string') return fail(new Error(unpacked))
        cleanUp()
        resolve({ response: answerOf(incoming, unpacked) })
      })
    })
    outgoing.end(body)
  })

const queryString = (query: NonNullable<Request['query']>): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((item) => [name, item ?? ''] as const),
  )
  const text = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  return text && `?${text}`
}

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, body: Buffer): Answer['response'] => ({
  statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body,
})

/** Error codes that the SDK's own handler also reports as a time-out, and that the SDK retries. */
const TIMED_OUT = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])
