import type { IncomingMessage, ServerResponse } from 'node:http'

const WHY = {
  target: 'a request target must be a path',
  host: 'this Host is none of this machine',
  origin: 'requests from a web page of another origin are not served',
}

/**
 * Why a request is not served: a web page's, sent by the browser of whoever runs the world. A listener on loopback is
 * reached by every page that is open on this machine: without a preflight as long as nobody reads the answer, and under any
 * name that its owner lets point to 127.0.0.1. Undefined where this machine's own programs ask.
 */
export const whyStranger = ({ headers, rawHeaders, url = '', socket }: IncomingMessage): string | undefined => {
  if (!url.startsWith('/')) return WHY.target
  const names = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`]
  const { host = '', origin, 'sec-fetch-site': site } = headers
  if (!names.includes(host) || timesSaid('host', rawHeaders) !== 1) return WHY.host
  const isOwn = origin === undefined || origin === `http://${host}`
  return isOwn && (site === undefined || site === 'same-origin' || site === 'none') ? undefined : WHY.origin
}

/** Node keeps the first of two Host headers and says nothing of the other. */
const timesSaid = (name: string, rawHeaders: readonly string[]): number =>
  rawHeaders.filter((said, i) => i % 2 === 0 && said.toLowerCase() === name).length

/** Answers a stranger; nothing of the request was looked at, and nothing lets a page read the answer. */
export const refuseStranger = (response: ServerResponse, why: string): void => {
  const text = JSON.stringify({ message: `Forbidden: ${why}` })
  response
    .writeHead(403, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Connection: 'close' })
    .end(text)
}
