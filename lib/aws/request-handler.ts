import { Agent as HttpAgent, type IncomingMessage, request } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

/** What the SDK hands to its handler of requests, and wants back. */
type Request = {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
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
 * Carries requests of the SDK whose body is a string or bytes and whose path holds no query, as those of the JSON
 * protocols are. An answer is given once it is here whole: the SDK's own handler hands on a stream, with a timer for
 * each of a request's stages.
 */
export const createRequestHandler = (limits: RequestLimits) => {
  const options = { keepAlive: true, noDelay: true, maxSockets: 50 }
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
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

type Agents = { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent }

const exchange = (
  { protocol, hostname, port, method, path, headers, body }: Request,
  agents: Agents,
  limits: RequestLimits,
  signal: AbortSignal | undefined,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // It is the agent that speaks TLS, or does not.
    const outgoing = request({
      agent: protocol === 'https:' ? agents['https:'] : agents['http:'],
      protocol,
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path,
      headers,
      ...(signal && { signal }),
    })
    const giveUp = (limit: string) => () => outgoing.destroy(new TimeoutError(limit))
    const timer = setTimeout(giveUp('request'), limits.requestTimeout)
    let connecting: NodeJS.Timeout | undefined
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return
      connecting = setTimeout(giveUp('connection'), limits.connectionTimeout)
      socket.once('connect', () => clearTimeout(connecting))
    })
    outgoing.on('close', () => {
      clearTimeout(timer)
      clearTimeout(connecting)
    })
    const fail = (error: Error & { readonly code?: string }) => {
      if (TIMED_OUT.has(error.code ?? '')) error.name = 'TimeoutError'
      reject(error)
    }
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', fail)
      incoming.on('end', () => resolve({ response: answerOf(incoming, chunks) }))
    })
    outgoing.end(body)
  })

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, chunks: readonly Buffer[]): Answer['response'] => ({
  statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
})

/** What the SDK calls a time-out too, and tries again. */
const TIMED_OUT = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}
