import type { AddressInfo } from 'node:net'
import dynalite from 'dynalite'

/** A DynamoDB in memory, on loopback and a free port. */
export const startDynalite = async () => {
  const server = dynalite({ createTableMs: 0 })
  server.on('connection', (socket) => socket.setNoDelay(true))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a TCP port
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { endpoint: `http://127.0.0.1:${port}`, close }
}
