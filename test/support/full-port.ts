import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

/** A port of loopback whose queue of connections is full and never emptied. */
export const fullPort = async (): Promise<number> => {
  const worker = new Worker(
    `const { createServer } = require('node:net')
     const { parentPort } = require('node:worker_threads')
     const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
     })`,
    { eval: true },
  )
  const [port] = await once(worker, 'message')
  const queue = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await once(queue[0] ?? worker, 'connect')
  onTestFinished(async () => {
    for (const socket of queue) socket.destroy()
    await worker.terminate()
  })
  return port
}
