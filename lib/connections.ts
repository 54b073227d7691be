import { constants } from 'node:crypto'
import dns from 'node:dns'
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { LIMITS } from './limits.ts'

/**
 * What is asked of every connection. Most of it is Node's default as well, but a variable or an option of the process
 * (NODE_TLS_REJECT_UNAUTHORIZED, --tls-min-v1.0, --tls-cipher-list, --trace-tls) changes a default, and not what is said.
 * Whom to trust is left to the deployment: NODE_EXTRA_CA_CERTS is how a company lets its own proxy be trusted.
 */
const CONNECTION = {
  noDelay: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2',
  ciphers: constants.defaultCoreCipherList,
  enableTrace: false,
} as const

/** What is asked of every answer, against --insecure-http-parser and --max-http-header-size. */
export const READING = { insecureHTTPParser: false, maxHeaderSize: LIMITS.answerHeaderBytes } as const

/** An agent for each protocol. A connection is ready to carry a request within `withinMs`, or it fails with TimeUp. */
export const createAgents = (withinMs: number, more: AgentOptions = {}) => ({
  'http:': openingReady(new HttpAgent({ keepAlive: true, ...more }), 'connect', withinMs),
  'https:': openingReady(new HttpsAgent({ keepAlive: true, ...more }), 'secureConnect', withinMs),
})

/** The name is the SDK's, which tries again; the code is that of an AbortSignal. */
export class TimeUp extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'ABORT_ERR'
}

/**
 * Makes an agent try the addresses of a host side by side, each begun a little after the one before, and take the one
 * that is ready first. Node by itself gives an address 250 ms, and never comes back to one that is slower.
 */
const openingReady = <A extends HttpAgent>(agent: A, ready: 'connect' | 'secureConnect', withinMs: number): A => {
  const createSocket = agent.createConnection.bind(agent)

  const open = (options: ClientRequestArgs, done: (error: Error | null, socket?: Socket) => void): void => {
    const begun = new Set<Socket>()
    let waiting: readonly string[] = []
    let pause: NodeJS.Timeout | undefined
    let failure: Error | undefined
    let isOver = false

    const end = (error: Error | null, socket?: Socket): void => {
      if (isOver) return
      isOver = true
      clearTimeout(deadline)
      clearTimeout(pause)
      for (const one of begun) if (one !== socket) one.destroy()
      done(error, socket)
    }
    const begin = (host: string): void => {
      const socket = createSocket({ ...options, ...CONNECTION, host }) as Socket // both protocols give one at once
      // Against --tls-keylog, which writes the keys of every connection to a file.
      socket.removeAllListeners('keylog')
      begun.add(socket)
      socket.on('error', (error) => {
        failure ??= error
      })
      socket.once('close', () => {
        begun.delete(socket)
        next()
      })
      socket.once(ready, () => end(null, socket))
    }
    const next = (): void => {
      clearTimeout(pause)
      if (isOver) return
      const [host, ...others] = waiting
      waiting = others
      if (host !== undefined) begin(host)
      else if (begun.size === 0) end(failure ?? new Error('no address'))
      if (others.length > 0) pause = setTimeout(next, LIMITS.nextAddress)
    }

    const deadline = setTimeout(() => end(new TimeUp('connection')), withinMs)
    dns.lookup(options.host ?? '', { all: true, hints: dns.ADDRCONFIG }, (error, addresses) => {
      failure = error ?? undefined
      waiting = (addresses ?? []).map(({ address }) => address)
      next()
    })
  }

  agent.createConnection = (options, callback) => {
    open(options, (error, socket) => callback?.(error, socket as Socket)) // Node's type knows no failure
    return undefined
  }
  return agent
}
