import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

type Place = {
  readonly address?: string
  readonly port?: number
  /** After this time the queue is emptied, and every request gets 200 `{}`; never by default. */
  readonly forMs?: number
}

/** A loopback port whose accept queue is full, so that a TCP handshake gets no answer. */
export const fullPort = async ({ address = '127.0.0.1', port: asked = 0, forMs }: Place = {}): Promise<number> => {
  const worker = new Worker(
    `const { createServer } = require('node:net')
     const { parentPort, workerData: { port, host, forMs } } = require('node:worker_threads')
     const server = createServer((socket) => {
       socket.on('error', () => {})
       socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}'))
     })
     server.listen({ port, host, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
     })`,
    { eval: true, workerData: { port: asked, host: address, forMs } },
  )
  const [port] = await once(worker, 'message')
  const queue = Array.from({ length: 4 }, () => connect(port, address).on('error', () => {}))
  await once(queue[0] ?? worker, 'connect')
  onTestFinished(async () => {
    for (const socket of queue) socket.destroy()
    await worker.terminate()
  })
  return port
}
