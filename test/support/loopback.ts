import type { KeyObject } from 'node:crypto'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { pem } from './keys.ts'

/** Listens on loopback until the test ends, on a free port by default. */
export const listen = async (server: Server, address = '127.0.0.1', port = 0): Promise<number> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay()
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    sockets.add(socket)
  })
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  await new Promise<void>((resolve) => server.listen(port, address, resolve))
  return (server.address() as AddressInfo).port // a TCP server has no other kind of address
}

/** A server that sends raw text, and records requests. */
export type RawServer = {
  readonly port: number
  /** Each complete request as bytes. */
  readonly requests: string[]
  /** Accepted sockets, in order. */
  readonly sockets: Socket[]
}

type Answering = (socket: Socket, request: string) => void

/** Calls `answer` for each complete request: the header, and as many bytes of body as Content-Length says. */
export const serveRaw = async (
  answer: Answering,
  tls?: { readonly privateKey: KeyObject; readonly certificate: string },
  address?: string,
  port?: number,
): Promise<RawServer> => {
  const requests: string[] = []
  const sockets: Socket[] = []
  const onSocket = (socket: Socket) => {
    sockets.push(socket)
    let unread = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1')
      for (let length = requestLength(unread); length <= unread.length; length = requestLength(unread)) {
        const request = unread.slice(0, length)
        unread = unread.slice(length)
        requests.push(Buffer.from(request, 'latin1').toString())
        answer(socket, request)
      }
    })
  }
  const server = tls
    ? createTlsServer({ key: pem(tls.privateKey), cert: tls.certificate }, onSocket)
    : createServer(onSocket)
  server.on('tlsClientError', () => {})
  return { port: await listen(server, address, port), requests, sockets }
}

/** Infinity until the header is complete. */
const requestLength = (text: string): number => {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return Number.POSITIVE_INFINITY
  return end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
}
