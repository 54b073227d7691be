import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunOrder, RunResult } from '../proof/flood/run-statement.ts'
import { EVENING } from '../support/statement-day.ts'
import { MCHID, startStatementBucket } from '../support/statement-deps.ts'

/** A small heap: V8 keeps the room that it once took. What stays resident is then what is held. */
const HEAP = ['--expose-gc', '--max-semi-space-size=2', '--max-old-space-size=96']
const SCRIPT = fileURLToPath(new URL('../proof/flood/run-statement.ts', import.meta.url))

/** A ledger's table, named payscore-ledger. */
type Table = { readonly endpoint: string; close(): Promise<void> }

/** A bucket in this process beside a table, and statements that are read in processes of their own, which may be killed. */
export const startOutside = async <T extends Table>(table: T) => {
  const { bucket, scratch, upload, file, close } = await startStatementBucket(EVENING)

  const start = (name: string, lines: number, folder = MCHID): ChildProcess => {
    const order: RunOrder = {
      dynamo: table.endpoint,
      table: 'payscore-ledger',
      s3: bucket.endpoint,
      folder,
      name,
      lines,
      scratch,
      now: EVENING,
    }
    return fork(SCRIPT, [JSON.stringify(order)], {
      execArgv: HEAP,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  return { table, bucket, start, upload, file, close: () => Promise.all([table.close(), close()]) }
}

/** What a run came to; undefined when it was killed. */
export const resultOf = (child: ChildProcess): Promise<RunResult | undefined> =>
  new Promise((resolve, reject) => {
    let result: RunResult | undefined
    child.on('message', (message) => {
      result = message as RunResult // it sends nothing else
    })
    child.on('exit', (code, signal) => {
      if (result) resolve(result)
      else if (signal) resolve(undefined)
      else reject(new Error(`the run ended with code ${code}`))
    })
  })
