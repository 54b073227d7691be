// npm run prove -- flood [LINES]: a statement as large as one may be, the same again, one that begins among its last lines, and
// one of a provider in which each line is of another sub-merchant; then what became of it: how many rows there are, how often each order would be called, how fast it was, and its memory.
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { formatChinaTime } from '../../../lib/china-time.ts'
import { dayKey, type Row, readRowKey } from '../../../lib/ledger/row.ts'
import { processDue } from '../../../lib/operations/process-due.ts'
import type { Send } from '../../../lib/wechatpay/send.ts'
import { type Item, startSwiftTable } from '../../statements/in-memory-table.ts'
import { resultOf, startOutside } from '../../statements/outside.ts'
import { fakeDeps } from '../../support/fake-deps.ts'
import { NO_ANSWER } from '../../support/fake-wechatpay.ts'
import { ORDER } from '../../support/orders.ts'
import { EVENING } from '../../support/statement-day.ts'
import { MCHID, PROVIDER, type ReportData } from '../../support/statement-deps.ts'
import { WORD } from '../../support/verdicts.ts'

type Marshalled = Record<string, AttributeValue>

const say = (text: string) => process.stdout.write(`${text}\n`)

const numberOf = (i: number): string => `FLOOD${String(i).padStart(9, '0')}`
const paidOf = (i: number): string => formatChinaTime(EVENING - 12 * 3_600_000 + (i % 40_000) * 1000)

/** A list of so many payments from the given one on. */
const floodCsv = (from: number, lines: number): string => {
  const rows = Array.from({ length: lines }, (_, i) => {
    const number = from + i
    return `${numberOf(number)},${paidOf(number)},shop-${number % 40},R-${number}`
  })
  return `out_order_no,paid_time,shop_id,pos_ref\n${rows.join('\n')}\n`
}

/** A list of a provider, with a payment of each of so many sub-merchants. */
const providerCsv = (lines: number): string => {
  const rows = Array.from({ length: lines }, (_, i) => `${1_900_100_000 + i},S${numberOf(i)},${paidOf(i)}`)
  return `sub_mchid,out_order_no,paid_time\n${rows.join('\n')}\n`
}

/** One payment in so many whose notice never came. */
const UNKNOWN_EVERY = 20

/** The rows of those whose notice came, synced and proved. */
const knownRows = function* (lines: number): Generator<Row> {
  for (let i = 0; i < lines; i += 1) {
    if (i % UNKNOWN_EVERY === 0) continue
    const pk = `${MCHID}#${numberOf(i)}`
    const paid_time = paidOf(i)
    yield {
      pk,
      state: 'SYNCED',
      attempt: 3,
      call: { ...ORDER.call, out_order_no: numberOf(i), paid_time },
      call_hash: 'a call',
      day: dayKey(pk, paid_time),
      shop_id: `shop-${i % 40}`,
      receipt: WORD,
      proof: WORD,
      created_at: EVENING,
      v: 1,
    }
  }
}

export type Flood = {
  readonly lines: number
  readonly lost: number
  readonly rowsPerSecond: readonly number[]
  readonly rssRatio: readonly number[]
  readonly sumsFit: boolean
  readonly doubled: number
  readonly called: number
}

export const flood = async (lines: number): Promise<Flood> => {
  const table = await startSwiftTable()
  const outside = await startOutside(table)
  for (const row of knownRows(lines)) table.put(row.pk, marshall(row) as Item)
  const runs = [
    { name: 'whole', folder: MCHID, lines, csv: () => floodCsv(0, lines) },
    { name: 'whole', folder: MCHID, lines, csv: () => floodCsv(0, lines) },
    { name: 'overlapping', folder: MCHID, lines: lines / 50, csv: () => floodCsv(lines * 0.99, lines / 50) },
    { name: 'provider', folder: PROVIDER, lines: lines / 2, csv: () => providerCsv(lines / 2) },
  ]
  const rowsPerSecond: number[] = []
  const rssRatio: number[] = []
  let sumsFit = true
  try {
    for (const { name, folder, lines: some, csv } of runs) {
      outside.upload(name, csv(), 'csv', folder)
      const result = await resultOf(outside.start(name, some, folder))
      if (!result) throw new Error('a run was killed')
      rowsPerSecond.push(Math.round(some / (result.ms / 1000)))
      const ratio = Number((result.rssAtEnd / result.rssAtTenth).toFixed(3))
      // A short list ends before the process has warmed up.
      if (some >= lines / 2) rssRatio.push(ratio)
      say(
        `${name.padEnd(12)} ${JSON.stringify(result.log)}\n` +
          `${''.padEnd(12)} ${rowsPerSecond.at(-1)} rows a second, RSS ${mb(result.rssAtTenth)} at 10 %, ${mb(result.rssAtEnd)} at the end: ${ratio}`,
      )
      const { summary } = JSON.parse(outside.file(name, 'json', 'csv', folder) ?? '{}') as ReportData // our own report
      const sum = Object.values(summary.classes).reduce((total, one) => total + one.lines, 0)
      sumsFit &&= sum === some && summary.lines === some
    }
    const rows = [...table.items.values()].map((item) => unmarshall(item as Marshalled) as Row) // only transitions write here
    const numbers = new Set(rows.map(({ pk }) => readRowKey(pk).out_order_no))
    const lost = Array.from({ length: lines * 1.01 }, (_, i) => `FLOOD${String(i).padStart(9, '0')}`).filter(
      (number) => !numbers.has(number),
    ).length
    return { lines, lost, rowsPerSecond, rssRatio, sumsFit, ...(await callAll(rows)) }
  } finally {
    await outside.close()
  }
}

/** Every row is told to be due twice over, as by two dispatches: how many calls go out, and how many orders get a second? */
const callAll = async (rows: readonly Row[]): Promise<{ doubled: number; called: number }> => {
  const pending = rows.filter(({ state }) => state === 'PENDING')
  const calls = new Map<string, number>()
  const send: Send = async ({ target }) => {
    calls.set(target, (calls.get(target) ?? 0) + 1)
    return NO_ANSWER
  }
  const { deps } = fakeDeps({ rows: pending, send, now: () => EVENING })
  for (const { pk } of pending) {
    const due = { ...readRowKey(pk), next: 'sync' as const }
    await Promise.all([processDue(due, deps), processDue(due, deps)])
  }
  return { called: calls.size, doubled: [...calls.values()].filter((count) => count > 1).length }
}

const mb = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`

if (process.argv[1] === import.meta.filename) {
  const result = await flood(Number(process.argv[2] ?? 200_000))
  say(JSON.stringify(result, undefined, 2))
  const isRight =
    result.lost === 0 && result.doubled === 0 && result.sumsFit && result.rssRatio.every((ratio) => ratio <= 1.1)
  say(isRight ? 'nothing lost, nothing called twice, memory flat' : 'NOT as it should be')
  process.exitCode = isRight ? 0 : 1
}
