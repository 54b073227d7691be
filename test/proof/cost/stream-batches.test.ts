import { describe, expect, it } from 'vitest'
import { batchesOf } from './stream-batches.ts'

describe('how often a function is invoked for one order of a million in a month', () => {
  it('is once for each event, where nothing is collected', () => {
    expect(batchesOf('sync', 1)).toBe(1)
    expect(batchesOf('query', 2)).toBe(2)
  })

  it('is less than once for each write, where the stream is collected: 5 writes by 10 s, 2 answers by 300 s', () => {
    // Four shards with a write every 2.07 s collect for 10 s from each first one: 4 / 12.07 s, 0.386 orders a second.
    expect(batchesOf('outcome', 5)).toBeCloseTo(0.859, 2)
    // Four shards with an answer every 5.18 s: 4 / 305.18 s.
    expect(batchesOf('evidence', 2)).toBeCloseTo(0.034, 3)
  })
})
