import { constants } from 'node:crypto'
import dns from 'node:dns'
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { LIMITS } from './limits.ts'

/**
 * Options of every connection. Most of them are Node's defaults as well. But a default can be changed by an environment
 * variable or an option of the process (NODE_TLS_REJECT_UNAUTHORIZED, --tls-min-v1.0, --tls-cipher-list, --trace-tls);
 * an explicit option cannot. The trusted CAs are left to the deployment: a company adds its own proxy with
 * NODE_EXTRA_CA_CERTS.
 */
const CONNECTION = {
  noDelay: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2',
  ciphers: constants.defaultCoreCipherList,
  enableTrace: false,
} as const

/** Options for reading every answer, set explicitly against --insecure-http-parser and --max-http-header-size. */
export const PARSER_OPTIONS = { insecureHTTPParser: false, maxHeaderSize: LIMITS.answerHeaderBytes } as const

/**
 * One agent for each protocol. A connection must be ready for a request within `withinMs`; otherwise it fails with
 * TimeUp.
 */
export const createAgents = (withinMs: number, more: AgentOptions = {}) => ({
  'http:': withConcurrentConnects(new HttpAgent({ keepAlive: true, ...more }), 'connect', withinMs),
  'https:': withConcurrentConnects(new HttpsAgent({ keepAlive: true, ...more }), 'secureConnect', withinMs),
})

/** The SDK retries errors of this name. The code is that of an AbortSignal. */
export class TimeUp extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'ABORT_ERR'
}

/**
 * Makes an agent try the addresses of a host concurrently, each started a little after the one before, and use the
 * first connection that is ready. Node itself gives each address 250 ms, and never returns to a slower one.
 */
const withConcurrentConnects = <A extends HttpAgent>(
  agent: A,
  ready: 'connect' | 'secureConnect',
  withinMs: number,
): A => {
  const createSocket = agent.createConnection.bind(agent)

  const open = (options: ClientRequestArgs, done: (error: Error | null, socket?: Socket) => void): void => {
    const sockets = new Set<Socket>()
    let waiting: readonly string[] = []
    let pause: NodeJS.Timeout | undefined
    let failure: Error | undefined
    let isDone = false

    const end = (error: Error | null, socket?: Socket): void => {
      if (isDone) return
      isDone = true
      clearTimeout(deadline)
      clearTimeout(pause)
      for (const other of sockets) if (other !== socket) other.destroy()
      done(error, socket)
    }
    const tryAddress = (host: string): void => {
      const socket = createSocket({ ...options, ...CONNECTION, host }) as Socket // both protocols return the socket at once
      // Without this, --tls-keylog would write the keys of every connection to a file.
      socket.removeAllListeners('keylog')
      sockets.add(socket)
      socket.on('error', (error) => {
        failure ??= error
      })
      socket.once('close', () => {
        sockets.delete(socket)
        tryNext()
      })
      socket.once(ready, () => end(null, socket))
    }
    const tryNext = (): void => {
      clearTimeout(pause)
      if (isDone) return
      const [host, ...others] = waiting
      waiting = others
      if (host !== undefined) tryAddress(host)
      else if (sockets.size === 0) end(failure ?? new Error('no address'))
      if (others.length > 0) pause = setTimeout(tryNext, LIMITS.nextAddress)
    }

    const deadline = setTimeout(() => end(new TimeUp('connection')), withinMs)
    dns.lookup(options.host ?? '', { all: true, hints: dns.ADDRCONFIG }, (error, addresses) => {
      failure = error ?? undefined
      waiting = (addresses ?? []).map(({ address }) => address)
      tryNext()
    })
  }

  agent.createConnection = (options, callback) => {
    open(options, (error, socket) => callback?.(error, socket as Socket)) // Node's type requires a socket even with an error
    return undefined
  }
  return agent
}
