import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '../../../lib/statements/classify-line.ts'
import { compareWithLedger } from '../../../lib/statements/compare-with-ledger.ts'
import { openList, readForeseen } from '../../../lib/statements/parse/list.ts'
import { type Report, unaccounted } from '../../../lib/statements/report/report.ts'
import { readStatementKey } from '../../../lib/statements/statement-key.ts'
import { createTotals } from '../../../lib/statements/totals.ts'
import { NOW } from '../../support/orders.ts'
import { plainLedger } from '../../support/plain-ledger.ts'
import { MCHID, MERCHANTS } from '../../support/statement-deps.ts'
import { readAgain, type Seen } from './second-reader.ts'

const file = join(mkdtempSync(join(tmpdir(), 'lists-')), 'list')
const statement = readStatementKey(`statements/${MCHID}/list.csv`)

export type Outcome = {
  readonly isRefused: boolean
  readonly lines: number
  /** Lines of the file that the report does not account for. */
  readonly unaccounted: number
  /** Lines that stand in the report twice, or are no line of the file. */
  readonly doubled: number
  readonly booked: number
  /** Booked, and not seen by the second reader; seen by it, and not booked. */
  readonly invented: readonly Seen[]
  readonly lost: readonly Seen[]
}

/** Reads a list by the service's own reader and ledger, and by the second one. */
export const compareReaders = async (bytes: Buffer): Promise<Outcome> => {
  if (!statement) throw new Error('no statement')
  writeFileSync(file, bytes)
  const second = readAgain(bytes, NOW)
  const list = await openList(file, 'list.csv')
  if ('refused' in list) return refused(second.payments)
  try {
    const context = { mchid: MCHID, merchants: MERCHANTS, now: NOW }
    const both = await readForeseen(list, context)
    if ('refused' in both) return refused(second.payments)
    const { foreseen, reading: read } = both
    const { ledger, reader, rows } = plainLedger()
    const tally = createTotals()
    const seen: number[] = []
    const line = async (entry: Entry, wasBooked: boolean) => {
      tally.addLine(entry, wasBooked)
      seen.push(entry.line ?? 0)
    }
    const { days } = await compareWithLedger(
      statement,
      read,
      foreseen,
      undefined,
      { line, ledgerOnly: async () => undefined },
      { ledger, reader, now: () => NOW },
    )
    const report: Report = {
      statement,
      made_at: NOW,
      days,
      file: { lines: list.counted, ...read.beside() },
      tally: tally.result(),
    }
    const booked = [...rows.values()].map(({ call, expected_amount }) => ({
      number: call.out_order_no,
      time: call.paid_time,
      fen: expected_amount,
    }))
    const keyOf = ({ number, time, fen }: Seen) => `${number} ${time.padEnd(14, '0')} ${fen}`
    const other = new Set([...(second.payments?.values() ?? [])].map(keyOf))
    const own = new Set(booked.map(keyOf))
    return {
      isRefused: false,
      lines: list.counted,
      unaccounted: unaccounted(report) + (list.counted === second.lines ? 0 : 1_000_000),
      doubled: seen.length - new Set(seen).size + seen.filter((at) => at < 1 || at > list.counted).length,
      booked: booked.length,
      invented: booked.filter((one) => !other.has(keyOf(one))),
      lost: [...(second.payments?.values() ?? [])].filter((one) => !own.has(keyOf(one))),
    }
  } finally {
    list.close()
  }
}

/** A list that was refused as a whole told why; it has lost what the second reader sees in it. */
const refused = (payments: ReadonlyMap<string, Seen> | undefined): Outcome => ({
  isRefused: true,
  lines: 0,
  unaccounted: 0,
  doubled: 0,
  booked: 0,
  invented: [],
  lost: [...(payments?.values() ?? [])],
})
