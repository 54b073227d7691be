import type { DueRow } from '../aws/ledger.ts'
import { readRowKey } from '../ledger/row.ts'

/** What a dispatch needs of a row: so many are in memory that what it does not need is dropped. */
export type QueuedRow = Pick<DueRow, 'pk' | 'next' | 'due_at'>

/** The rows of one signer that are due, in the order in which they are dispatched. */
export type DueQueue = {
  /** The next rows; fewer than `count` only when no more rows are due. */
  readonly take: (count: number) => Promise<readonly QueuedRow[]>
  /** How many rows were read and not taken, and whether there are more to read. */
  readonly left: () => { readonly stayed: number; readonly more: boolean }
  /** `due_at` of the oldest row; undefined when none was taken. */
  readonly oldest: () => number | undefined
}

export type Ahead = {
  /** Rows in memory at the same time. */
  readonly kept: number
  /** Rows that are read in one run before the first is dispatched. */
  readonly read: number
  /** Rows of one shop that a run could dispatch: more of them stay where they are. */
  readonly ofOne: number
}

/** The rows of one turn, in the order in which they were read, and how many of them were taken. */
type Turn = { readonly rows: QueuedRow[]; taken: number }

/** Keeps no more taken rows in memory than others. */
const dropTaken = (turn: Turn): void => {
  if (turn.taken < 32 || 2 * turn.taken < turn.rows.length) return
  turn.rows.splice(0, turn.taken)
  turn.taken = 0
}

/** Rows that are read from a queue at once. */
const BATCH = 1000

/**
 * Gives the shops of a provider their turns: of the rows in memory no shop has its second one before every shop has had
 * its first one, and of one turn the oldest row comes first. So a shop with very many rows that are due takes of the provider's pace what the
 * other shops leave. For that, rows are read ahead. A direct merchant's rows are taken as they come.
 */
export const fairShares = (signer: string, rows: DueQueue, ahead: Ahead): DueQueue => {
  const turns: (Turn | undefined)[] = []
  /** Of each shop with rows in memory: how many, and the turn of the last one. */
  const shops = new Map<string, { readonly queued: number; readonly last: number }>()
  let first = 0
  let kept = 0
  let seen = 0
  let skipped = 0
  let isRead = false
  let isShared = false
  /** Of reading ahead: what was read before it is dispatched nevertheless. */
  let failure: { readonly error: unknown } | undefined

  const add = (row: QueuedRow): void => {
    const shop = shopOf(row)
    const { queued, last } = shops.get(shop) ?? { queued: 0, last: first - 1 }
    if (queued >= ahead.ofOne) {
      skipped += 1
      return
    }
    const turn = Math.max(first, last + 1)
    shops.set(shop, { queued: queued + 1, last: turn })
    turns[turn] ??= { rows: [], taken: 0 }
    turns[turn].rows.push(row)
    kept += 1
  }

  const leave = (shop: string): void => {
    const { queued, last } = shops.get(shop) ?? { queued: 0, last: 0 }
    if (queued > 1) shops.set(shop, { queued: queued - 1, last })
    else shops.delete(shop)
  }

  const keep = (batch: readonly QueuedRow[], asked: number): void => {
    isRead = batch.length < asked
    seen += batch.length
    for (const row of batch) add(row)
  }

  const read = async (count: number): Promise<void> => keep(await rows.take(count), count)

  const readAhead = async (): Promise<void> => {
    try {
      while (!isRead && kept < ahead.kept && seen < ahead.read)
        await read(Math.min(BATCH, ahead.kept - kept, ahead.read - seen))
    } catch (error) {
      failure = { error }
    }
  }

  const next = (): QueuedRow | undefined => {
    for (; first < turns.length; first += 1) {
      const turn = turns[first]
      const row = turn?.rows[turn.taken]
      if (turn && row) {
        turn.taken += 1
        kept -= 1
        dropTaken(turn)
        leave(shopOf(row))
        return row
      }
      turns[first] = undefined // so that its rows do not stay in memory
    }
    return undefined
  }

  const takeOfShops = async (count: number): Promise<readonly QueuedRow[]> => {
    if (failure && kept < count) throw failure.error
    while (!isRead && kept < count) await read(count - kept)
    if (!failure) await readAhead()
    return Array.from({ length: Math.min(count, kept) }, next).filter((row) => row !== undefined)
  }

  const take = async (count: number): Promise<readonly QueuedRow[]> => {
    if (isShared) return takeOfShops(count)
    const batch = await rows.take(count)
    isShared = batch.some((row) => shopOf(row) !== signer)
    if (!isShared) return batch
    keep(batch, count)
    return takeOfShops(count)
  }

  const left = () => {
    const { stayed, more } = rows.left()
    return { stayed: stayed + kept + skipped, more }
  }

  return { take, left, oldest: rows.oldest }
}

const shopOf = ({ pk }: QueuedRow): string => readRowKey(pk).mchid
