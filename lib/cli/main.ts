#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { run } from './commands.ts'

// If the reader closes the pipe (`
// head -1`), the command still finishes with its own exit code.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
const ask = async (question: string): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  now: Date.now,
  ...(process.stdin.isTTY && { ask }),
})
