import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refuseStranger, whyStranger } from '../request-guard.ts'

export type LoopbackServer = { readonly origin: string; readonly close: () => Promise<void> }

/** Listens on 127.0.0.1; port 0 takes a free one. Requests of a web page are refused before `onRequest`. */
export const startServer = async (
  port: number,
  onRequest: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<LoopbackServer> => {
  // WeChat Pay closes an idle connection after eight seconds and announces it in the Keep-Alive header.
  const server = createServer({ noDelay: true, keepAliveTimeout: 8000, requestTimeout: 0 }, (req, res) => {
    const why = whyStranger(req)
    if (why) refuseStranger(res, why)
    else onRequest(req, res)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo // A TCP server has no other kind of address.
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const MAX_REQUEST_BYTES = 1 << 20

/** Reads the whole body. The connection is closed if the body is too long. */
export const readBody = (req: IncomingMessage, onBody: (body: Buffer) => void): void => {
  const chunks: Buffer[] = []
  let length = 0
  req.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > MAX_REQUEST_BYTES) req.socket.destroy()
    else chunks.push(chunk)
  })
  req.on('end', () => onBody(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
  // A client that disconnects halfway needs no response.
  req.on('error', () => {})
}

/** Timers that are cleared when the server ends. */
export const createTimers = () => {
  const running = new Set<NodeJS.Timeout>()
  return {
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(() => {
        running.delete(timer)
        run()
      }, ms)
      running.add(timer)
    },
    clear: () => {
      for (const timer of running) clearTimeout(timer)
    },
  }
}
