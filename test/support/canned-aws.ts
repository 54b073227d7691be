import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type CannedAnswer = { readonly status: number; readonly body: string }

/** An AWS service that gives the same response to every request, and records operation and input. */
export const startCannedAws = async ({ status, body }: CannedAnswer) => {
  const asked: { readonly operation: string; readonly input: unknown }[] = []
  const server = createServer(async (request, response) => {
    asked.push({
      operation: String(request.headers['x-amz-target']).replace(/^.*\./, ''),
      input: JSON.parse(await text(request)),
    })
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body)
  })
  server.on('connection', (socket) => socket.setNoDelay(true))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a TCP port
  const close = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { endpoint: `http://127.0.0.1:${port}`, asked, close }
}
