import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'

export type LoopbackServer = {
  readonly port: number
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Ends every connection, also one that still waits for an answer. */
  close(): Promise<void>
}

/** Listens on 127.0.0.1 only; on a free port unless one is named. Idle connections stay open until `close`. */
export const listenOnLoopback = async (onRequest: RequestListener, port = 0): Promise<LoopbackServer> => {
  const server = createServer({ noDelay: true }, onRequest)
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

/** The whole body. Never settles when the client goes away first: then nobody is left to answer. */
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
