import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MOTO_SERVER = fileURLToPath(new URL('../../.local/moto/bin/moto_server', import.meta.url))

/** Whether test/support/moto.sh has installed moto. */
export const isMotoHere = existsSync(MOTO_SERVER)

/** A moto DynamoDB in its own process, on loopback and a free port. Its writes are not atomic. */
export const startMoto = async () => {
  const moto = spawn(MOTO_SERVER, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const stop = () => moto.kill('SIGKILL')
  process.once('exit', stop)
  const ended = new Promise<void>((resolve) => moto.once('close', () => resolve()))
  const lines = createInterface(moto.stderr)
  const endpoint = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
      if (found) resolve(found)
    })
    lines.once('close', () => reject(new Error('moto_server ended before it listened')))
  })
  const close = async () => {
    process.removeListener('exit', stop)
    stop()
    await ended
  }
  return { endpoint, close }
}
