import { describe, expect, it } from 'vitest'
import { BROKEN_VARIANTS } from './broken-variants.ts'
import { explore } from './search.ts'
import { breakBy } from './variants.ts'

describe('the search', () => {
  it('tells the shortest way to what is broken, move by move', () => {
    const variant = BROKEN_VARIANTS.find(({ name }) => name === "a lease under the function's limit")

    const report = variant && breakBy(variant)

    expect(report?.violation).toStrictEqual({
      broken: 'two calls are out at once under valid leases',
      trace: [
        'the order is waiting',
        'notice 1 comes | waiting | no row',
        'the invocation of notice 1 writes "1 create" | waiting | PENDING for a, query in 12 s',
        'the invocation of notice 1 sends the sync | waiting | PENDING for a, query in 12 s',
        '7 s pass | waiting | PENDING for a, query in 5 s',
        'a due event claims the query | waiting | PENDING for a, query in 17 s',
        'the due query, with a fast clock, sends the query | waiting | PENDING for a, query in 17 s',
      ],
    })
  })

  it('goes everywhere once', () => {
    const notices = [{ call: 'a', noticed_at: 1 }]

    const report = explore({ name: 'one way', notices, orders: ['cancelled'], invocations: 1, faults: 0 })

    // The moves: notice arrives, create, sync, answer, later; a minute passes; a query claims, calls, is answered, ends
    // the order.
    expect(report).toMatchObject({ states: 11, moves: 10 })
  })
})
