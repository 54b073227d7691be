import { expect, it } from 'vitest'
import { mapStream } from '../../lib/local/event-source-mapping.ts'
import { failed, type Invocable, type Outcome, TooManyRequestsException } from '../../lib/local/lambda/invocation.ts'
import type { OnRecord, StreamRecord } from '../../lib/local/ledger-stream.ts'

const createStream = () => {
  const listeners = new Set<OnRecord>()
  let sequence = 0
  const write = (...keys: string[]) => {
    for (const pk of keys) {
      const SequenceNumber = String(++sequence)
      // Only the parts that the mapping and these tests look at.
      const record = { dynamodb: { Keys: { pk: { S: pk } }, SequenceNumber } } as unknown as StreamRecord
      for (const listener of listeners) listener(record)
    }
  }
  const onRecord = (listener: OnRecord) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return { table: { onRecord }, write }
}

/** Keeps the keys of each batch, and fails when told to. */
const createLambda = (fails: (keys: readonly unknown[]) => boolean = () => false) => {
  const batches: unknown[][] = []
  const lambda: Invocable = {
    invoke: async (event) => {
      const { Records } = event as { Records: StreamRecord[] }
      const keys = Records.map(({ dynamodb }) => dynamodb.Keys.pk?.S)
      batches.push(keys)
      await new Promise((resolve) => setImmediate(resolve))
      const outcome: Outcome = fails(keys)
        ? failed({ errorType: 'Error', errorMessage: 'no' })
        : { result: null, timedOut: false }
      return { ...outcome, requestId: 'request', cold: false, logs: [], durationMs: 0 }
    },
  }
  return { lambda, batches }
}

const keys = (count: number) => Array.from({ length: count }, (_, index) => `key-${index}`)

it('hands over what a short while brought together', async () => {
  const { table, write } = createStream()
  const { lambda, batches } = createLambda()
  const mapping = mapStream({ table, lambda, windowMs: 5 })

  write('A', 'B')
  await mapping.idle()
  write('C')
  await mapping.idle()

  expect(batches).toEqual([['A', 'B'], ['C']])
})

it('hands over no more than a batch at once, in order', async () => {
  const { table, write } = createStream()
  const { lambda, batches } = createLambda()
  const mapping = mapStream({ table, lambda })

  write(...keys(250))
  await mapping.idle()

  expect(batches.map((batch) => batch.length)).toEqual([100, 100, 50])
  expect(batches.flat()).toEqual(keys(250))
})

it('hands over only what its filters want', async () => {
  const { table, write } = createStream()
  const { lambda, batches } = createLambda()
  const mapping = mapStream({ table, lambda, filters: [{ dynamodb: { Keys: { pk: { S: [{ prefix: 'B' }] } } } }] })

  write('A1', 'B1', 'A2', 'B2')
  await mapping.idle()

  expect(batches).toEqual([['B1', 'B2']])
})

it('tries a batch three times', async () => {
  const { table, write } = createStream()
  let failures = 2
  const { lambda, batches } = createLambda(() => failures-- > 0)
  const mapping = mapStream({ table, lambda, windowMs: 1 })

  write('A', 'B')
  await mapping.idle()

  expect(batches).toEqual([
    ['A', 'B'],
    ['A', 'B'],
    ['A', 'B'],
  ])
  expect(mapping.deadLetters).toEqual([])
})

it('halves a batch until the record that fails is alone, and goes on', async () => {
  const { table, write } = createStream()
  const { lambda, batches } = createLambda((batch) => batch.includes('bad'))
  const mapping = mapStream({ table, lambda, windowMs: 1, tries: 1 })

  write('A', 'B', 'bad', 'D', 'E')
  await mapping.idle()

  expect(batches).toEqual([['A', 'B', 'bad', 'D', 'E'], ['A', 'B', 'bad'], ['A', 'B'], ['bad'], ['D', 'E']])
  expect(mapping.deadLetters).toMatchObject([
    { record: { dynamodb: { Keys: { pk: { S: 'bad' } } } }, error: { errorMessage: 'no' } },
  ])
})

it('waits while the Lambda is throttled, without counting it as a try', async () => {
  const { table, write } = createStream()
  let refusals = 5
  const { lambda, batches } = createLambda(() => {
    refusals -= 1
    if (refusals >= 0) throw new TooManyRequestsException('Rate Exceeded.')
    return false
  })
  const mapping = mapStream({ table, lambda, windowMs: 1 })

  write('A')
  await mapping.idle()

  expect(batches).toHaveLength(6)
  expect(mapping.deadLetters).toEqual([])
})

it('hands over nothing once it is closed', async () => {
  const { table, write } = createStream()
  const { lambda, batches } = createLambda()
  const mapping = mapStream({ table, lambda, windowMs: 1 })

  write('A')
  mapping.close()
  write('B')
  await new Promise((resolve) => setTimeout(resolve, 10))

  expect(batches).toEqual([])
})
