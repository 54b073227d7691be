import type { Ledger } from '../aws/ledger.ts'
import { type LedgerReader, READ_BATCH } from '../aws/ledger-reader.ts'
import { TryAgainError } from '../errors.ts'
import type { PaymentNotice } from '../ledger/notice.ts'
import { type BookRow, dayShards, readRowKey, rowKey } from '../ledger/row.ts'
import { createFromStatement } from '../ledger/transitions/notice.ts'
import { LIMITS } from '../limits.ts'
import { isOverCap } from '../operations/count-arrival.ts'
import { classifyLedgerOnly, classifyLine, classifyOther, classifyUndone } from './classify-line.ts'
import { type FirstPass, undoneLine } from './first-pass.ts'
import type { Reading } from './parse/read-lines.ts'
import type { Payment, StatementLine } from './parse/statement-line.ts'
import type { Problem } from './problem.ts'
import { createSeen } from './seen-order-numbers.ts'
import type { StatementKey } from './statement-key.ts'
import { statementMark } from './statement-key.ts'
import { createTillSums } from './till-sum.ts'
import type { ReportFiles } from './write-report.ts'

type Deps = {
  readonly ledger: Pick<Ledger, 'read' | 'apply' | 'count'>
  readonly reader: Pick<LedgerReader, 'readMany' | 'day'>
  readonly now: () => number
}

/** How many rows are written in parallel. */
const CREATED_AT_ONCE = 25
/** A day belongs to the statement if at least one line in ten has this day. */
const DAY_SHARE = 0.1
/** Most shops that are told apart in one statement. */
const SHOPS_MOST = 1000
/** Most parts of days that are read to find what the statement lacks, and how many of them at once. */
const PARTS_MOST = 50_000
const PARTS_AT_ONCE = 10

/** The result of the comparison, without its entries. */
export type Compared = {
  /** yyyymmdd: from the name of the statement, else from its lines. */
  readonly days: readonly string[]
  /**
   * Where the POS's own totals differ from the sum of its lines, and order numbers that a spreadsheet rounded to the
   * same number.
   */
  readonly notes: readonly Problem[]
}

/**
 * Compares the lines of a statement with the ledger and creates the orders that the ledger lacks. Then looks for orders
 * of the same days that the ledger has and the statement lacks.
 */
export const compareWithLedger = async (
  statement: StatementKey,
  { lines, hasAmounts, titleSums }: Pick<Reading, 'lines' | 'hasAmounts' | 'titleSums'>,
  foreseen: FirstPass,
  named: string | undefined,
  report: Pick<ReportFiles, 'line' | 'ledgerOnly'>,
  deps: Deps,
): Promise<Compared> => {
  const { collapsed } = foreseen
  const mark = statementMark(statement)
  const seen = createSeen(foreseen.lines)
  const payees = new Set<string>()
  const days = new Map<string, number>()
  const shops = createShops()
  const sums = createTillSums()
  const notes: Problem[] = [...collapsed].slice(0, NOTES_MOST).map(([number, times]) => collapsedNumber(number, times))
  let payments = 0

  const other = (line: Exclude<StatementLine, Payment>): Problem | undefined => {
    if (line.kind === 'till_sum') {
      const problem = sums.compare(line.sum, hasAmounts())
      if (problem && notes.length < NOTES_MOST) notes.push(problem)
      return problem
    }
    sums.add({
      amount: line.kept.amount,
      isPaid: line.kind === 'malformed',
      isUndone: line.kind === 'not_paid' && line.undoes !== undefined,
    })
    const times = line.kind === 'malformed' && line.mangled !== undefined ? collapsed.get(line.mangled) : undefined
    return times === undefined ? undefined : collapsedNumber(line.text, times)
  }

  for await (const batch of inBatches(lines, READ_BATCH)) {
    const rows = await rowsOf(batch, mark, foreseen, deps)
    for (const line of batch) {
      if (line.kind !== 'payment') {
        await report.line(classifyOther(line, other(line)), false)
        continue
      }
      const { order } = line
      const amount = order.expected_amount
      const pk = rowKey(order)
      const row = rows.get(pk)
      const undoneIn = undoneLine(foreseen, order)
      sums.add({ amount, isPaid: true, isUndone: false })
      if (!row && undoneIn !== undefined) {
        await report.line(classifyUndone(line, undoneIn), false)
        continue
      }
      if (!row) throw new TryAgainError('an order left the ledger while it was looked at')
      payments += 1
      const day = order.call.paid_time.slice(0, 8)
      days.set(day, (days.get(day) ?? 0) + 1)
      shops.add(order.mchid, order.labels?.shop_id)
      if (payees.size <= PAYEES_MOST) payees.add(order.mchid)
      const first = seen.add(pk, { line: line.line, amount, paid_time: line.paid_time })
      await report.line(classifyLine(line, row, mark, first), first === undefined && row.statement === mark)
    }
  }
  for (const sum of titleSums())
    notes.push(...[sums.compare(sum, hasAmounts())].filter((problem) => problem !== undefined))

  const ownDays = named === undefined ? daysOf(days, payments) : [named]
  const looked = Math.floor(PAYEES_MOST / Math.max(1, ownDays.length))
  if (payees.size > looked) notes.push(notAllLooked(looked))
  const whose = payees.size === 0 ? [statement.mchid] : [...payees].slice(0, looked)
  const parts = ownDays.flatMap((day) => whose.toSorted().flatMap((mchid) => dayShards(mchid, day)))
  for (const some of chunksOf(parts, PARTS_AT_ONCE))
    for await (const pks of pagesOf(some, deps.reader))
      for (const lacking of chunksOf(
        pks.filter((pk) => !seen.has(pk)),
        READ_BATCH,
      ))
        for (const row of inKeyOrder(await deps.reader.readMany(lacking)))
          if (shops.mayHave(readRowKey(row.pk).mchid, row.shop_id)) await report.ledgerOnly(classifyLedgerOnly(row))
  return { days: ownDays, notes }
}

/** Who was paid may be a hundred thousand sub-merchants, and a day of each is read apart. */
const PAYEES_MOST = PARTS_MOST / LIMITS.shards

/** The keys of these parts of days, in their order. The first page of each is read at the same time. */
const pagesOf = async function* (parts: readonly string[], reader: Deps['reader']): AsyncGenerator<readonly string[]> {
  const days = parts.map((key) => reader.day(key))
  const firsts = await Promise.all(days.map((day) => day.next()))
  for (const [at, day] of days.entries()) {
    const first = firsts[at]
    if (!first || first.done) continue
    yield first.value
    yield* day
  }
}

const notAllLooked = (looked: number): Problem => ({
  en: `orders that the ledger has and this list lacks were looked for of its first ${looked} sub-merchants alone`,
  zh: `“台账有、明细无”仅核对了本明细中前 ${looked} 个特约商户`,
})

/** Most notes of one kind at the top of a report. Each line has its own note as well. */
const NOTES_MOST = 20

const collapsedNumber = (number: string, times: number): Problem => ({
  en: `${times} lines of this list have the rounded order number ${number}: a spreadsheet has made one number of several; format the column as text and export it again`,
  zh: `本明细有 ${times} 行的订单号都成了 ${number}:表格软件把多个订单号舍入成了同一个;请将该列设为文本格式后重新导出`,
})

/** Reads the row of each payment, or creates it. If several lines have the same number, the first one counts. */
const rowsOf = async (
  batch: readonly StatementLine[],
  mark: string,
  foreseen: FirstPass,
  { ledger, reader, now }: Deps,
): Promise<ReadonlyMap<string, BookRow>> => {
  const orders = new Map(
    batch.flatMap((line) => (line.kind === 'payment' ? [[rowKey(line.order), line.order] as const] : [])).toReversed(),
  )
  const rows = new Map(orders.size === 0 ? [] : await reader.readMany([...orders.keys()].toReversed()))
  const lacking = [...orders]
    .toReversed()
    .filter(([pk, order]) => !rows.has(pk) && undoneLine(foreseen, order) === undefined)
  for (const some of chunksOf(lacking, CREATED_AT_ONCE))
    await Promise.all(
      some.map(async ([pk, order]) => {
        const row = await createOrder(order, mark, ledger, now)
        if (row) rows.set(pk, row)
      }),
    )
  return rows
}

/** Creates the row, unless a payment notice has created it meanwhile; gives the row that is there. */
const createOrder = async (
  order: PaymentNotice,
  mark: string,
  ledger: Deps['ledger'],
  now: () => number,
): Promise<BookRow | undefined> => {
  const isHeld = await isOverCap(order, { ledger, now })
  return (
    (await ledger.apply(createFromStatement(order, now(), mark, isHeld)))?.row ?? (await ledger.read(rowKey(order)))
  )
}

const daysOf = (days: ReadonlyMap<string, number>, payments: number): readonly string[] =>
  [...days]
    .filter(([, lines]) => lines >= payments * DAY_SHARE)
    .map(([day]) => day)
    .sort()

/** If every line has a shop_id, orders of other shops are not reported as missing. */
const createShops = () => {
  const named = new Set<string>()
  let isPartial = true
  return {
    add: (mchid: string, shop: string | undefined) => {
      if (shop === undefined || named.size >= SHOPS_MOST) isPartial = false
      else named.add(`${mchid} ${shop}`)
    },
    mayHave: (mchid: string, shop: string | undefined) =>
      !isPartial || shop === undefined || named.has(`${mchid} ${shop}`),
  }
}

/** BatchGetItem answers in no fixed order; sorted, so that the same statement always gives the same report. */
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
