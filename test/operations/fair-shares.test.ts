import { describe, expect, it } from 'vitest'
import type { DueQueue } from '../../lib/operations/fair-shares.ts'
import { fairShares } from '../../lib/operations/fair-shares.ts'

const PROVIDER = '1800000000'
const AHEAD = { kept: 40_000, read: 200_000, ofOne: 1000 }

type DueRow = { readonly pk: string; readonly next: 'query'; readonly due_at: number }

/** Rows in the order in which they became due, each by its shop and its number: `A1`. */
const rowsOf = (...names: readonly string[]): readonly DueRow[] =>
  names.map((name, i) => ({ pk: `${name.slice(0, 1)}#${name}`, next: 'query', due_at: i }))

/** `asked` notes how many rows were asked for. Throws from the row with the number `failsAt` on. */
const queueOf = (rows: readonly DueRow[], failsAt = Number.POSITIVE_INFINITY) => {
  const asked: number[] = []
  let at = 0
  const queue: DueQueue = {
    take: async (count) => {
      asked.push(count)
      if (at + count > failsAt) throw new Error('the index failed')
      const taken = rows.slice(at, at + count)
      at += taken.length
      return taken
    },
    left: () => ({ stayed: 0, more: at < rows.length }),
    oldest: () => (at > 0 ? rows[0]?.due_at : undefined),
  }
  return { queue, asked }
}

const namesOf = (rows: readonly { readonly pk: string }[]) => rows.map(({ pk }) => pk.split('#')[1])

describe('the rows of a provider', () => {
  it('are taken in turns of its shops, in each turn the oldest first', async () => {
    const { queue } = queueOf(rowsOf('A1', 'A2', 'A3', 'B1', 'A4', 'C1', 'B2', 'A5'))
    const fair = fairShares(PROVIDER, queue, AHEAD)

    expect(namesOf(await fair.take(4))).toEqual(['A1', 'B1', 'C1', 'A2'])
    expect(namesOf(await fair.take(10))).toEqual(['B2', 'A3', 'A4', 'A5'])
    expect(await fair.take(10)).toEqual([])
  })

  it('leave to a shop with very many of them what the others do not take', async () => {
    const flood = Array.from({ length: 5000 }, (_, i) => `F${i}`)
    const { queue } = queueOf(rowsOf(...flood, 'A1', 'B1'))
    const fair = fairShares(PROVIDER, queue, AHEAD)

    expect(namesOf(await fair.take(5))).toEqual(['F0', 'A1', 'B1', 'F1', 'F2'])
    expect(await fair.take(2000)).toHaveLength(997)
    expect(fair.left()).toEqual({ stayed: 4000, more: false })
  })

  it('give a shop of which no row is in memory any more its turn as to any other', async () => {
    const { queue } = queueOf(rowsOf('A1', 'B1', 'A2', 'C1'))
    const fair = fairShares(PROVIDER, queue, { ...AHEAD, kept: 1, read: 1 })

    expect(namesOf([...(await fair.take(2)), ...(await fair.take(2))])).toEqual(['A1', 'B1', 'A2', 'C1'])
  })

  it('are read ahead as far as memory and time allow', async () => {
    const shops = (count: number) =>
      Array.from({ length: count }, (_, i) => `${String.fromCharCode(65 + (i % 26))}${i}`)
    const few = queueOf(rowsOf(...shops(9000)))
    const long = queueOf(rowsOf(...Array.from({ length: 9000 }, (_, i) => `F${i}`)))

    await fairShares(PROVIDER, few.queue, { ...AHEAD, kept: 3000 }).take(10)
    await fairShares(PROVIDER, long.queue, { ...AHEAD, ofOne: 10, read: 5000 }).take(10)

    const sum = (asked: readonly number[]) => asked.reduce((total, count) => total + count, 0)
    expect(sum(few.asked)).toBe(3000)
    expect(sum(long.asked)).toBe(5000)
  })

  it('are dispatched as far as they were read before the index failed', async () => {
    const { queue } = queueOf(rowsOf('A1', 'A2', 'B1', ...Array.from({ length: 2000 }, (_, i) => `C${i}`)), 1003)
    const fair = fairShares(PROVIDER, queue, { ...AHEAD, ofOne: 2 })

    expect(namesOf(await fair.take(2))).toEqual(['A1', 'B1'])
    expect(namesOf(await fair.take(2))).toEqual(['C0', 'A2'])
    await expect(fair.take(2)).rejects.toThrow('the index failed')
  })

  it('say of the oldest for how long it has been due', () => {
    const { queue } = queueOf([])

    expect(fairShares(PROVIDER, queue, AHEAD).oldest()).toBeUndefined()
  })
})

describe('the rows of a direct merchant', () => {
  it('are taken as they come, and none is read ahead', async () => {
    const { queue, asked } = queueOf(rowsOf('A1', 'A2', 'A3', 'A4'))
    const direct = fairShares('A', queue, AHEAD)

    expect(namesOf(await direct.take(3))).toEqual(['A1', 'A2', 'A3'])
    expect(asked).toEqual([3])
    expect(direct.left()).toEqual({ stayed: 0, more: true })
    expect(namesOf(await direct.take(3))).toEqual(['A4'])
  })

  it('are dispatched beyond what one run could, if there is time', async () => {
    const { queue } = queueOf(rowsOf('A1', 'A2', 'A3'))

    expect(namesOf(await fairShares('A', queue, { ...AHEAD, ofOne: 2 }).take(3))).toEqual(['A1', 'A2', 'A3'])
  })
})
