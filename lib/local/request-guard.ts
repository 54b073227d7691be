import type { IncomingMessage, ServerResponse } from 'node:http'

const WHY = {
  target: 'a request target must be a path',
  host: 'this Host is none of this machine',
  origin: 'requests from a web page of another origin are not served',
}

/**
 * Why a request is refused: it comes from a web page. Every page that is open in a browser on this machine can reach a
 * server on loopback: without a preflight request if it does not read the response, and under any host name that
 * resolves to 127.0.0.1 (DNS rebinding). Undefined for a request of a program on this machine.
 */
export const whyStranger = ({ headers, rawHeaders, url = '', socket }: IncomingMessage): string | undefined => {
  if (!url.startsWith('/')) return WHY.target
  const names = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`]
  const { host = '', origin, 'sec-fetch-site': site } = headers
  if (!names.includes(host) || timesSaid('host', rawHeaders) !== 1) return WHY.host
  const isOwn = origin === undefined || origin === `http://${host}`
  return isOwn && (site === undefined || site === 'same-origin' || site === 'none') ? undefined : WHY.origin
}

/** Node keeps only the first of two Host headers. */
const timesSaid = (name: string, rawHeaders: readonly string[]): number =>
  rawHeaders.filter((said, i) => i % 2 === 0 && said.toLowerCase() === name).length

/** Refuses a request without reading it, and without a header that lets a page read the response. */
export const refuseStranger = (response: ServerResponse, why: string): void => {
  const text = JSON.stringify({ message: `Forbidden: ${why}` })
  response
    .writeHead(403, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Connection: 'close' })
    .end(text)
}
