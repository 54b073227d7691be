import { compilePattern } from './event-bus/pattern.ts'
import { createFifo } from './fifo.ts'
import type { FunctionError, Invocable } from './lambda/invocation.ts'
import { invokeUntilItRuns } from './lambda/until-it-runs.ts'
import type { OnRecord, StreamRecord } from './ledger-stream.ts'

export type StreamMapping = {
  /** Records that failed for good, each alone. */
  readonly deadLetters: readonly { readonly record: StreamRecord; readonly error: FunctionError }[]
  /** Settles when every record so far was processed or failed for good. */
  idle(): Promise<void>
  /** Stops; waiting records are dropped. */
  close(): void
}

/**
 * Sends the stream of a table to a Lambda function: batches in order, one at a time, as from one shard. A batch that
 * fails is retried, then split in two, until the record that fails is alone and is given up.
 */
export const mapStream = (options: {
  readonly table: { onRecord(listener: OnRecord): () => void }
  readonly lambda: Invocable
  /** Filter patterns, of which a record must match one. Without them every record is sent. */
  readonly filters?: readonly Readonly<Record<string, unknown>>[]
  /** By default 100. */
  readonly batchSize?: number
  /** How long a batch may wait for more records; by default 20 ms. */
  readonly windowMs?: number
  /** How often a batch is tried before it is split; by default 3. */
  readonly tries?: number
}): StreamMapping => {
  const { table, lambda, filters, batchSize = 100, windowMs = 20, tries = 3 } = options
  const records = createFifo<StreamRecord>()
  const deadLetters: { record: StreamRecord; error: FunctionError }[] = []
  let window: NodeJS.Timeout | undefined
  let isRunning = false
  let isClosed = false
  let onIdle: (() => void)[] = []

  const tryBatch = async (batch: readonly StreamRecord[]): Promise<FunctionError | undefined> => {
    let error: FunctionError | undefined
    for (let attempt = 1; attempt <= tries && !isClosed; attempt++) {
      ;({ error } = await invokeUntilItRuns(lambda, { Records: batch }))
      if (!error) return undefined
    }
    return error
  }

  const handOver = async (batch: readonly StreamRecord[]): Promise<void> => {
    const error = await tryBatch(batch)
    const [first] = batch
    if (!error || !first) return
    if (batch.length === 1) deadLetters.push({ record: first, error })
    else {
      const middle = Math.ceil(batch.length / 2)
      await handOver(batch.slice(0, middle))
      await handOver(batch.slice(middle))
    }
  }

  const run = async () => {
    clearTimeout(window)
    window = undefined
    if (isRunning) return
    isRunning = true
    while (records.size > 0 && !isClosed) {
      const batch: StreamRecord[] = []
      for (let next = records.shift(); next; next = batch.length < batchSize ? records.shift() : undefined)
        batch.push(next)
      await handOver(batch)
      // The next batch has its own time window.
      if (records.size < batchSize) break
    }
    isRunning = false
    if (records.size > 0 && !isClosed) {
      window ??= setTimeout(run, windowMs)
      return
    }
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  const isWanted = filters?.map(compilePattern)
  const stop = table.onRecord((record) => {
    if (isWanted && !isWanted.some((matches) => matches(record))) return
    records.push(record)
    if (records.size >= batchSize) run()
    else window ??= setTimeout(run, windowMs)
  })

  return {
    deadLetters,
    idle: () =>
      records.size === 0 && !isRunning ? Promise.resolve() : new Promise((resolve) => void onIdle.push(resolve)),
    close: () => {
      isClosed = true
      stop()
      run()
    },
  }
}
