import { type Agent, type ClientRequest, type RequestOptions, request } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { createAgents, PARSER_OPTIONS, TimeUp } from '../connections.ts'
import { IDENTITY_ENCODING, unpack } from '../content-coding.ts'
import type { RawAnswer } from './answer.ts'

export type SendRequest = {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * What became of one request. `unsent`: it failed before any byte was sent, so WeChat Pay cannot have acted. `lost`: no
 * complete answer came, so WeChat Pay may have acted. `reason` is an error code, never a message.
 */
export type Sent =
  | { readonly kind: 'answered'; readonly answer: RawAnswer }
  | { readonly kind: 'unsent' | 'lost'; readonly reason: string }

export type Send = (request: SendRequest) => Promise<Sent>

export type SendLimits = { readonly timeoutMs: number; readonly maxAnswerBytes: number; readonly maxIdleMs: number }

/** `connect` opens the socket for the next request in advance. It never rejects. */
export type Connection = Send & { readonly connect: () => Promise<void> }

/**
 * The only place, beside the download of a bill, that opens a socket to WeChat Pay. One request, one answer: no redirect
 * is followed, and nothing is retried.
 * @param origin scheme, host and port
 */
export const createSend = (origin: URL, limits: SendLimits): Connection => {
  const sockets = keepAliveAgent(origin, limits)
  const send: Send = ({ method, target, headers, body }) => {
    sockets.dropIdle()
    // `request` of node:http serves both protocols: the agent opens the TLS connection, or a plain one.
    const options: RequestOptions = {
      ...PARSER_OPTIONS,
      ...sockets.address,
      agent: sockets.agent,
      protocol: origin.protocol,
      method,
      path: target,
      headers: {
        ...headers,
        ...IDENTITY_ENCODING,
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

/**
 * Waits for the result of a request. Always resolves; a failure is `lost` if any byte of the request may have been
 * sent.
 */
const sentBy = (request: ClientRequest, limits: SendLimits): Promise<Sent> =>
  new Promise((resolvePromise) => {
    const resolve = (sent: Sent) => {
      clearTimeout(timer)
      resolvePromise(sent)
    }
    let mayBeSent = false
    const fail = (error: Error & { code?: string }) =>
      resolve({ kind: mayBeSent ? 'lost' : 'unsent', reason: String(error.code ?? error.name) })
    // A timer, since AbortSignal.timeout() costs more CPU than the whole request. `fail` is called as well, since a
    // destroyed request without a socket emits no error.
    const timer = setTimeout(() => {
      const error = new TimeUp('request')
      request.destroy(error)
      fail(error)
    }, limits.timeoutMs)

    // The agent gives a request only a connected socket, so from here on bytes may be sent.
    request.on('socket', () => {
      mayBeSent = true
    })
    request.on('error', fail)
    // Without this listener an answer 101 would end the request with neither a response nor an error.
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
          // No error is passed: if the whole answer has arrived already, nothing listens for the error any more.
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
 * An agent that keeps one socket. No timer runs while Lambda freezes the sandbox, so the idle time is computed from the
 * clock before the socket is used again: WeChat Pay closes an idle connection after 8 s.
 */
const keepAliveAgent = (origin: URL, { maxIdleMs, timeoutMs }: SendLimits) => {
  const isTls = origin.protocol === 'https:'
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const address = { host, port: Number(origin.port) || (isTls ? 443 : 80) }
  const agent: Agent = createAgents(timeoutMs, { maxFreeSockets: 1 })[isTls ? 'https:' : 'http:']
  const openSocket = agent.createConnection.bind(agent)
  const idleSince = new WeakMap<Socket, number>()
  let preparedSocket: Socket | undefined

  agent.on('free', (socket: Socket) => idleSince.set(socket, Date.now()))
  agent.createConnection = (...args) => {
    const prepared = preparedSocket
    preparedSocket = undefined
    return prepared ? prepared.ref() : openSocket(...args)
  }

  const dropIdle = () => {
    const free = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])
    for (const socket of preparedSocket ? [...free, preparedSocket] : free)
      if (Date.now() - (idleSince.get(socket) ?? 0) > maxIdleMs) socket.destroy()
    if (preparedSocket?.destroyed) preparedSocket = undefined
  }

  const connect = () =>
    new Promise<void>((resolve) => {
      openSocket({ ...address, ...(isTls && !isIP(host) && { servername: host }) }, (_error, socket) => {
        // Without a socket the next request opens one and reports the error.
        preparedSocket = socket as Socket | undefined
        if (preparedSocket) idleSince.set(preparedSocket.unref(), Date.now())
        resolve()
      })
    })

  return { agent, address, dropIdle, connect }
}
