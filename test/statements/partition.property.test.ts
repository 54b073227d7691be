import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dayKey, type Row } from '../../lib/ledger/row.ts'
import type { Entry } from '../../lib/statements/classify-line.ts'
import { compareWithLedger } from '../../lib/statements/compare-with-ledger.ts'
import { readFirstPass, undoneLine } from '../../lib/statements/first-pass.ts'
import { CLASS_NAMES } from '../../lib/statements/line-classes.ts'
import { reportPage } from '../../lib/statements/report/page.ts'
import { readStatementKey } from '../../lib/statements/statement-key.ts'
import { createTotals, type Totals } from '../../lib/statements/totals.ts'
import { NOW, ORDER } from '../support/orders.ts'
import { plainLedger } from '../support/plain-ledger.ts'
import { MCHID } from '../support/statement-deps.ts'
import { LAST_ERRORS, WORD } from '../support/verdicts.ts'
import { readingOf, statementOf } from './parse/reading.ts'

/** So few that lines and ledger meet often. */
const number = fc.integer({ min: 0, max: 12 }).map((i) => `A${i}`)
const paid = fc.constantFrom(
  '20261124093000',
  '2026-11-24 09:31',
  '20261124',
  '20261123235900',
  '20261231000000',
  'x',
  '',
)
const amount = fc.constantFrom('', '12.80', '0.01', '-1', '1e3')
const shop = fc.constantFrom('', '福田店', '=1+1', '"', ',', '<b>')

const csvLine = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom('', '订', '"', 'A 1') }),
    paid,
    amount,
    shop,
  )
  .map(([out_order_no, paid_time, yuan, shop_id]) => [out_order_no, paid_time, yuan, quoted(shop_id)].join(','))
const quoted = (text: string) => (text === '"' || text === ',' ? `"${text.replaceAll('"', '""')}"` : text)

const row: fc.Arbitrary<Row> = fc
  .record(
    {
      out_order_no: number,
      paid_time: fc.constantFrom('20261124093000', '20261124094000', '20261123235900', '20261124000000'),
      state: fc.constantFrom<Row['state']>('PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'),
      isDue: fc.boolean(),
      isProved: fc.boolean(),
      reason: fc.constantFrom(
        'invalid',
        'not_found',
        'revoked',
        'too_old',
        'closed by hand',
        'observe_only',
        'paid_less',
        'unproved',
      ),
      last_error: fc.constantFrom(undefined, ...Object.values(LAST_ERRORS)),
      statement: fc.constantFrom(undefined, `${MCHID}/x.csv`, `${MCHID}/other.csv`),
      settled_at: fc.constantFrom(undefined, NOW),
      amount: fc.constantFrom(undefined, 0, 1280),
      shop_id: fc.constantFrom(undefined, '福田店', '南山店'),
      paid_time_clamped: fc.constantFrom(undefined, true as const),
    },
    { noNullPrototype: true },
  )
  .map(({ out_order_no, paid_time, isDue, isProved, ...given }) => {
    const pk = `${MCHID}#${out_order_no}`
    const all = {
      ...given,
      pk,
      attempt: 1,
      call: { ...ORDER.call, out_order_no, paid_time },
      call_hash: 'a call',
      day: dayKey(pk, paid_time),
      created_at: NOW,
      v: 1,
      ...(isDue && { due: `${MCHID}#0`, due_at: NOW, next: 'query' }),
      ...(isProved && { taken_at: WORD.sent_at, proved_at: WORD.sent_at }),
    }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Row // whole, as above: filtering forgets which members there are
  })

const STATEMENT = readStatementKey(`statements/${MCHID}/x.csv`)

const compare = async (csv: string, given: readonly Row[]) => {
  if (!STATEMENT) throw new Error('no statement')
  const { ledger, reader, rows, applied } = plainLedger(...given)
  const tally = createTotals()
  const entries: Entry[] = []
  const report = {
    line: async (entry: Entry, wasBooked: boolean) => {
      entries.push(entry)
      tally.addLine(entry, wasBooked)
    },
    ledgerOnly: async (entry: Entry) => {
      entries.push(entry)
      tally.addLedgerOnly(entry)
    },
  }
  const lines = await statementOf(csv)
  const reading = {
    ...(await readingOf(csv)),
    lines: (async function* () {
      yield lines.slice(0, 3)
      yield lines.slice(3)
    })(),
  }
  const foreseen = await readFirstPass(await readingOf(csv))
  const { days } = await compareWithLedger(STATEMENT, reading, foreseen, undefined, report, {
    ledger,
    reader,
    now: () => NOW,
  })
  return { lines, foreseen, entries, rows, applied, days, tally: tally.result() }
}

const sum = (tally: Totals, of: 'lines' | 'amount' | 'person') =>
  CLASS_NAMES.reduce((all, name) => all + tally.classes[name][of], 0)

it('puts each line of any statement into exactly one class, whatever the ledger, and the sums add up', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(csvLine, { maxLength: 25 }),
      fc.uniqueArray(row, { selector: ({ pk }) => pk, maxLength: 12 }),
      async (texts, given) => {
        const csv = `out_order_no,paid_time,amount_yuan,shop_id\n${texts.join('\n')}\n`

        const { lines, foreseen, entries, rows, applied, tally } = await compare(csv, given)

        const ofLines = entries.filter((entry) => entry.class !== 'ledger_only')
        expect(ofLines.map(({ line }) => line)).toEqual(lines.map(({ line }) => line))
        expect(tally.lines).toBe(lines.length)
        expect(sum(tally, 'lines')).toBe(lines.length)
        expect(sum(tally, 'person')).toBe(tally.needs_person)
        const shops = [...tally.shops.values()]
        expect(shops.reduce((all, one) => all + one.lines, 0)).toBe(lines.length)
        expect(shops.reduce((all, one) => all + one.person, 0)).toBe(tally.needs_person)
        expect(shops.reduce((all, one) => all + one.synced, 0)).toBe(tally.stages.synced)
        expect(shops.reduce((all, one) => all + one.pending, 0)).toBe(tally.classes.pending.lines)
        expect(shops.reduce((all, one) => all + one.amount, 0)).toBe(sum(tally, 'amount'))
        expect(shops.reduce((all, one) => all + one.to_refund, 0)).toBe(tally.to_refund)
        // Nothing that the list tells is missing in the ledger, and what it had is untouched.
        const told = new Set(
          lines.flatMap((line) =>
            line.kind === 'payment' && undoneLine(foreseen, line.order) === undefined
              ? [`${MCHID}#${line.order.out_order_no}`]
              : [],
          ),
        )
        for (const pk of told) expect(rows.has(pk)).toBe(true)
        for (const one of given) expect(rows.get(one.pk)).toBe(one)
        expect(applied).toEqual(Array(rows.size - given.length).fill('0 book'))
        // What the list lacks is told once, and never of an order that it has.
        const lacked = entries.filter((entry) => entry.class === 'ledger_only').map((entry) => entry.out_order_no)
        expect(new Set(lacked).size).toBe(lacked.length)
        expect(lacked.filter((out_order_no) => told.has(`${MCHID}#${out_order_no}`))).toEqual([])
        // The page can be made of all of it.
        expect(reportPage({ statement: { mchid: MCHID, name: 'x' }, made_at: NOW, days: [], tally })).not.toMatch(
          /undefined|NaN|\[object/,
        )
      },
    ),
    { numRuns: 300 },
  )
})

it('makes the same of the same statement again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(csvLine, { maxLength: 15 }),
      fc.uniqueArray(row, { selector: ({ pk }) => pk, maxLength: 8 }),
      async (texts, given) => {
        const csv = `out_order_no,paid_time,amount_yuan,shop_id\n${texts.join('\n')}\n`
        const first = await compare(csv, given)

        const second = await compare(csv, [...first.rows.values()])

        expect(second.applied).toEqual([])
        expect(second.entries).toEqual(first.entries)
        expect(second.tally).toEqual(first.tally)
      },
    ),
    { numRuns: 100 },
  )
})
