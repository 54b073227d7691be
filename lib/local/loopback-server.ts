import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { refuseStranger, whyStranger } from './request-guard.ts'

export type LoopbackServer = {
  readonly port: number
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Ends every connection, also one that waits for a response. */
  close(): Promise<void>
}

export type OnRequest = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Listens only on 127.0.0.1, on a free port unless one is given. Idle connections stay open until `close`. If the
 * handler throws or rejects, the connection is reset. Requests of a web page are refused before the handler.
 */
export const listenOnLoopback = async (onRequest: OnRequest, port = 0): Promise<LoopbackServer> => {
  const handle = async (request: IncomingMessage, response: ServerResponse) => onRequest(request, response)
  const server = createServer({ noDelay: true }, (request, response) => {
    const why = whyStranger(request)
    if (why) return refuseStranger(response, why)
    handle(request, response).catch((error: Error) => response.destroy(error))
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return {
    port: address.port,
    host: `127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The whole body. It never settles if the client disconnects first. */
export const readBody = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = []
    request.on('error', () => {})
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
  })

export const answerJson = (
  response: ServerResponse,
  status: number,
  value: unknown,
  contentType = 'application/json',
): void => {
  const text = JSON.stringify(value)
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) }).end(text)
}
