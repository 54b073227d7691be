import type { Ledger } from '../aws/ledger.ts'
import { type BookRow, type LedgerReader, READ_BATCH } from '../aws/ledger-reader.ts'
import { TryAgainError } from '../errors.ts'
import { LIMITS } from '../order/limits.ts'
import type { PaidOrder } from '../order/paid-order.ts'
import { dayShards, readRowKey, rowKey } from '../order/row.ts'
import { book } from '../order/transition/notice.ts'
import { judgeLedgerOnly, judgeLine, judgeMalformed } from '../statement/judge.ts'
import { createSeen } from '../statement/seen.ts'
import type { StatementKey } from '../statement/statement-key.ts'
import { statementMark } from '../statement/statement-key.ts'
import type { StatementLine } from '../statement/statement-line.ts'
import { isOverCap } from './hourly-cap.ts'
import type { ReportFiles } from './write-report.ts'

type Deps = {
  readonly ledger: Pick<Ledger, 'read' | 'apply' | 'count'>
  readonly reader: LedgerReader
  readonly now: () => number
}

/** Rows that are written at the same time. */
const BOOKED_AT_ONCE = 25
/** A day belongs to the statement when at least one line in ten is of it. */
const DAY_SHARE = 0.1
/** Shops of one statement that are told apart here. */
const SHOPS_MOST = 1000

/**
 * Holds the lines of a statement against the ledger, books what it lacks, then looks what the ledger has of those days
 * and the statement lacks. Gives the days, yyyymmdd: the one that the statement's name tells, or those that its lines do.
 */
export const compareStatement = async (
  statement: StatementKey,
  lines: AsyncIterable<readonly StatementLine[]>,
  named: string | undefined,
  report: Pick<ReportFiles, 'line' | 'ledgerOnly'>,
  deps: Deps,
): Promise<readonly string[]> => {
  const mark = statementMark(statement)
  const seen = createSeen(LIMITS.statementLines)
  const days = new Map<string, number>()
  const shops = createShops()
  let payments = 0

  for await (const batch of inBatches(lines, READ_BATCH)) {
    const rows = await rowsOf(batch, mark, deps)
    for (const line of batch) {
      if ('problem' in line) {
        await report.line(judgeMalformed(line), false)
        continue
      }
      payments += 1
      const { order } = line
      const row = rows.get(rowKey(order))
      if (!row) throw new TryAgainError('an order left the ledger while it was looked at')
      const day = order.call.paid_time.slice(0, 8)
      days.set(day, (days.get(day) ?? 0) + 1)
      shops.add(order.labels?.shop_id)
      const isRepeated = !seen.add(order.out_order_no)
      await report.line(judgeLine(line, row, mark, isRepeated), !isRepeated && row.statement === mark)
    }
  }

  const ownDays = named === undefined ? daysOf(days, payments) : [named]
  for (const day of ownDays)
    for (const key of dayShards(statement.mchid, day))
      for await (const pks of deps.reader.day(key))
        for (const some of chunksOf(
          pks.filter((pk) => !seen.has(readRowKey(pk).out_order_no)),
          READ_BATCH,
        ))
          for (const row of inKeyOrder(await deps.reader.readMany(some)))
            if (shops.mayHave(row.shop_id)) await report.ledgerOnly(judgeLedgerOnly(row))
  return ownDays
}

/** The row of each payment; booked now where there was none. */
const rowsOf = async (
  batch: readonly StatementLine[],
  mark: string,
  { ledger, reader, now }: Deps,
): Promise<ReadonlyMap<string, BookRow>> => {
  const orders = new Map(batch.flatMap((line) => ('order' in line ? [[rowKey(line.order), line.order] as const] : [])))
  const rows = new Map(orders.size === 0 ? [] : await reader.readMany([...orders.keys()]))
  const lacking = [...orders].filter(([pk]) => !rows.has(pk))
  for (const some of chunksOf(lacking, BOOKED_AT_ONCE))
    await Promise.all(
      some.map(async ([pk, order]) => {
        const row = await bookOrder(order, mark, ledger, now)
        if (row) rows.set(pk, row)
      }),
    )
  return rows
}

/** Whoever was first, a notice or this statement, made the row. */
const bookOrder = async (
  order: PaidOrder,
  mark: string,
  ledger: Deps['ledger'],
  now: () => number,
): Promise<BookRow | undefined> => {
  const isHeld = await isOverCap(order, { ledger, now })
  return (await ledger.apply(book(order, now(), mark, isHeld)))?.row ?? (await ledger.read(rowKey(order)))
}

const daysOf = (days: ReadonlyMap<string, number>, payments: number): readonly string[] =>
  [...days]
    .filter(([, lines]) => lines >= payments * DAY_SHARE)
    .map(([day]) => day)
    .sort()

/** Where every line names its shop, the list is of those shops, and it lacks nothing of another. */
const createShops = () => {
  const named = new Set<string>()
  let isPartial = true
  return {
    add: (shop: string | undefined) => {
      if (shop === undefined || named.size >= SHOPS_MOST) isPartial = false
      else named.add(shop)
    },
    mayHave: (shop: string | undefined) => !isPartial || shop === undefined || named.has(shop),
  }
}

/** The answer to a batch has no order of its own, and a report that is made again should be the same. */
const inKeyOrder = (rows: ReadonlyMap<string, BookRow>): readonly BookRow[] =>
  [...rows.values()].toSorted((a, b) => (a.pk < b.pk ? -1 : 1))

const inBatches = async function* <T>(lists: AsyncIterable<readonly T[]>, size: number): AsyncGenerator<readonly T[]> {
  let batch: T[] = []
  for await (const list of lists)
    for (const one of list) {
      batch.push(one)
      if (batch.length < size) continue
      yield batch
      batch = []
    }
  if (batch.length > 0) yield batch
}

const chunksOf = <T>(list: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
