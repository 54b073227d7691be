import { type Agent, type ClientRequest, type RequestOptions, request } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { createAgents, READING, TimeUp } from '../connections.ts'
import { AS_IT_IS, unpack } from '../content-coding.ts'
import type { RawAnswer } from './answer.ts'

export type SendRequest = {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * What became of one request. `unsent`: it failed before a byte of it went out, WeChat Pay cannot have acted.
 * `lost`: no whole answer came, WeChat Pay may have acted. `reason` is an error code, never a message.
 */
export type Sent =
  | { readonly kind: 'answered'; readonly answer: RawAnswer }
  | { readonly kind: 'unsent' | 'lost'; readonly reason: string }

export type Send = (request: SendRequest) => Promise<Sent>

export type SendLimits = { readonly timeoutMs: number; readonly maxAnswerBytes: number; readonly maxIdleMs: number }

/** `connect` opens the socket of the next request ahead of it, without a request. Settles in every case. */
export type Connection = Send & { readonly connect: () => Promise<void> }

/**
 * The only place that opens a socket to WeChat Pay. One request, one answer: no redirect is followed, nothing is repeated.
 * @param origin scheme, host and port
 */
export const createSend = (origin: URL, limits: SendLimits): Connection => {
  const sockets = keepAliveAgent(origin, limits)
  const send: Send = ({ method, target, headers, body }) => {
    sockets.dropIdle()
    // It is the agent that speaks TLS, or does not.
    const options: RequestOptions = {
      ...READING,
      ...sockets.address,
      agent: sockets.agent,
      protocol: origin.protocol,
      method,
      path: target,
      headers: {
        ...headers,
        ...AS_IT_IS,
        ...(body !== '' && { 'Content-Length': String(Buffer.byteLength(body)) }),
      },
    }
    const outgoing = request(options)
    const sent = sentBy(outgoing, limits)
    outgoing.end(body)
    return sent
  }
  return Object.assign(send, { connect: sockets.connect })
}

/** What becomes of a request. Resolves in every case; a failure is told apart by whether a byte of the request can have gone out. */
const sentBy = (request: ClientRequest, limits: SendLimits): Promise<Sent> =>
  new Promise((settle) => {
    const resolve = (sent: Sent) => {
      clearTimeout(timer)
      settle(sent)
    }
    let isOut = false
    const fail = (error: Error & { code?: string }) =>
      resolve({ kind: isOut ? 'lost' : 'unsent', reason: String(error.code ?? error.name) })
    // An AbortSignal would say the same at more than the price of the whole request. A request that has no socket yet does
    // not tell that it was destroyed.
    const timer = setTimeout(() => {
      const error = new TimeUp('request')
      request.destroy(error)
      fail(error)
    }, limits.timeoutMs)

    // Only a connection that is ready is handed to a request.
    request.on('socket', () => {
      isOut = true
    })
    request.on('error', fail)
    // Unheard, a 101 would end the request with neither an answer nor an error.
    request.on('upgrade', (_answer, socket) => {
      socket.destroy()
      resolve({ kind: 'lost', reason: 'UPGRADE' })
    })
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= limits.maxAnswerBytes) chunks.push(chunk)
        else {
          resolve({ kind: 'lost', reason: 'ANSWER_TOO_LARGE' })
          // Without an error: when all of the answer is here already, nobody listens for it any more.
          request.destroy()
        }
      })
      response.on('error', fail)
      response.on('end', () => {
        const { statusCode = 0, rawHeaders } = response
        const body = unpack(Buffer.concat(chunks), rawHeaders, limits.maxAnswerBytes)
        if (typeof body === 'string') resolve({ kind: 'lost', reason: body })
        else resolve({ kind: 'answered', answer: { status: statusCode, rawHeaders, body } })
      })
    })
  })

/**
 * An agent that keeps one socket. A frozen sandbox runs no timers, so a socket's idle time is taken from the wall
 * clock when it is about to be used again: WeChat Pay closes its side after 8 s.
 */
const keepAliveAgent = (origin: URL, { maxIdleMs, timeoutMs }: SendLimits) => {
  const isTls = origin.protocol === 'https:'
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const address = { host, port: Number(origin.port) || (isTls ? 443 : 80) }
  const agent: Agent = createAgents(timeoutMs, { maxFreeSockets: 1 })[isTls ? 'https:' : 'http:']
  const open = agent.createConnection.bind(agent)
  const idleSince = new WeakMap<Socket, number>()
  let ahead: Socket | undefined

  agent.on('free', (socket: Socket) => idleSince.set(socket, Date.now()))
  agent.createConnection = (...args) => {
    const ready = ahead
    ahead = undefined
    return ready ? ready.ref() : open(...args)
  }

  const dropIdle = () => {
    const free = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])
    for (const socket of ahead ? [...free, ahead] : free)
      if (Date.now() - (idleSince.get(socket) ?? 0) > maxIdleMs) socket.destroy()
    if (ahead?.destroyed) ahead = undefined
  }

  const connect = () =>
    new Promise<void>((resolve) => {
      open({ ...address, ...(isTls && !isIP(host) && { servername: host }) }, (_error, socket) => {
        // Without one the next request tells what is wrong.
        ahead = socket as Socket | undefined
        if (ahead) idleSince.set(ahead.unref(), Date.now())
        resolve()
      })
    })

  return { agent, address, dropIdle, connect }
}
