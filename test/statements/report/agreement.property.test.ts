import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Entry } from '../../../lib/statements/classify-line.ts'
import { CLASS_NAMES, type LineClass } from '../../../lib/statements/line-classes.ts'
import { reportPage } from '../../../lib/statements/report/page.ts'
import { csvHeader, csvRow } from '../../../lib/statements/report/report-csv.ts'
import { JSON_BEGIN, jsonEnd, jsonEntry } from '../../../lib/statements/report/report-json.ts'
import { createTotals } from '../../../lib/statements/totals.ts'
import { NOW } from '../../support/orders.ts'
import type { ReportData } from '../../support/statement-deps.ts'

const line: fc.Arbitrary<Entry> = fc
  .record(
    {
      class: fc.constantFrom(...CLASS_NAMES),
      amount: fc.constantFrom(undefined, 1, 1280, 128_800, -1280),
      shop_id: fc.constantFrom(undefined, '福田店', '南山店', '宝安店'),
      paid_time: fc.constantFrom(undefined, '20261124', '20261124093000', '20261124150000', '20261124235959'),
      needs_person: fc.boolean(),
      is_open: fc.boolean(),
      charged: fc.constantFrom(undefined, 3900),
      settled: fc.constantFrom(undefined, false, true),
      synced_at: fc.constantFrom(undefined, NOW),
    },
    { noNullPrototype: true },
  )
  .map(
    (entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as unknown as Entry,
  ) // whole, as above

/** Which lines are payments that came to a stage, written out apart from the code's own table. */
const SYNCED: readonly LineClass[] = ['synced_before', 'synced_by_statement', 'paid_time_differs']
const NO_PAYMENT: readonly LineClass[] = ['malformed', 'repeated', 'repeated_differs', 'not_paid', 'till_sum']
const NO_MONEY: readonly LineClass[] = ['repeated', 'repeated_differs', 'not_paid', 'till_sum']

/** Cells of each row of a table of the page, as numbers where they are. */
const tableOf = (page: string, id: string): readonly (readonly string[])[] =>
  [
    ...(new RegExp(`<section id="${id}">.*?</section>`, 's').exec(page)?.[0] ?? '').matchAll(/<tr[^>]*>(.*?)<\/tr>/gs),
  ].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, '').replaceAll(',', ''),
    ),
  )
const fenOf = (yuan: string | undefined) => Math.round(Number(yuan) * 100)

it('tiles, tables, charts, CSV and JSON of a report agree, whatever the lines', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (given) => {
      const entries = given.map((entry, at): Entry => ({ ...entry, line: at + 2, out_order_no: `A-${at}` }))
      const tally = createTotals()
      for (const entry of entries) tally.addLine(entry, false)
      const report = { statement: { mchid: '1', name: 'x.csv' }, made_at: NOW, days: [], tally: tally.result() }

      const page = reportPage(report)
      const { summary }: ReportData = JSON.parse(
        JSON_BEGIN + entries.map((entry, at) => jsonEntry(entry, at === 0)).join('') + jsonEnd(report),
      )
      const rows: Record<string, string>[] = parse(csvHeader() + entries.map(csvRow).join(''), { columns: true })

      const count = (holds: (entry: Entry) => boolean) => entries.filter(holds).length
      const is = (names: readonly LineClass[]) => (entry: Entry) => names.some((name) => name === entry.class)
      const synced = count(is(SYNCED))
      const pending = count(is(['pending']))
      const person = count(({ needs_person }) => needs_person)
      const amount = entries
        .filter((entry) => !is(NO_MONEY)(entry))
        .reduce((sum, entry) => sum + (entry.amount ?? 0), 0)

      // JSON.
      expect([summary.lines, summary.amount, summary.needs_person]).toEqual([entries.length, amount, person])
      expect(summary.stages).toMatchObject({ synced, pending, none: count(is(NO_PAYMENT)) })
      const shop = (of: (one: (typeof summary.shops)[number]) => number) =>
        summary.shops.reduce((sum, one) => sum + of(one), 0)
      expect([
        shop((one) => one.lines),
        shop((one) => one.amount),
        shop((one) => one.synced),
        shop((one) => one.pending),
        shop((one) => one.person),
      ]).toEqual([entries.length, amount, synced, pending, person])
      const hours = (of: 'synced' | 'pending' | 'other') =>
        summary.hours.reduce((sum, hour) => sum + (hour[of] ?? 0), 0)
      expect(hours('synced') + hours('pending') + hours('other') + summary.untimed).toBe(
        entries.length - count(is(NO_PAYMENT)),
      )
      expect(summary.delays.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(hours('synced'))

      // The CSV.
      const column = (name: string) => Object.keys(rows[0] ?? {}).find((one) => one.endsWith(name)) ?? ''
      expect(rows).toHaveLength(entries.length)
      expect(rows.reduce((sum, row) => sum + fenOf(row[column('counted_yuan')] || '0'), 0)).toBe(amount)
      expect(rows.filter((row) => row[column('needs_person')] === '是 yes')).toHaveLength(person)
      for (const name of CLASS_NAMES)
        expect(rows.filter((row) => row.class_en === name)).toHaveLength(summary.classes[name]?.lines ?? -1)

      // The page: tiles.
      expect(page).toContain(`<b>${person}</b>需处理`)
      expect(page).toContain(`<b>${entries.length}</b>明细行数`)
      expect(page).toContain(`已同步 ${synced} 行`)
      if (amount > 0) expect(page.replaceAll(',', '')).toContain(`<b>¥${(amount / 100).toFixed(2)}</b>线下收款`)

      // Tables: the last row of each holds its sums, and the rows above add up to them.
      const classes = tableOf(page, 'classes').filter((row) => row.length > 0)
      const total = classes.at(-1) ?? []
      expect([Number(total[1]), Number(total[3])]).toEqual([entries.length, person])
      const down = (
        table: readonly (readonly string[])[],
        at: number,
        of: (cell: string | undefined) => number = Number,
      ) => table.slice(0, -1).reduce((sum, row) => sum + of(row[at]), 0)
      expect([down(classes, 1), down(classes, 3)]).toEqual([entries.length, person])
      if (amount > 0) expect([fenOf(total[4]), down(classes, 4, fenOf)]).toEqual([amount, amount])
      const shops = tableOf(page, 'shops').filter((row) => row.length > 0)
      if (shops.length === 0) return
      const width = shops[0]?.length ?? 0
      const sums = shops.at(-1) ?? []
      const [money, lines, done, waits] = [width - 4, width - 3, width - 2, width - 1]
      expect([
        fenOf(sums[money]),
        Number(sums[lines]),
        Number(sums[done]),
        Number(sums[waits]),
        Number(sums[1]),
      ]).toEqual([amount, entries.length, synced, pending, person])
      expect([
        down(shops, money, fenOf),
        down(shops, lines),
        down(shops, done),
        down(shops, waits),
        down(shops, 1),
      ]).toEqual([amount, entries.length, synced, pending, person])
    }),
    { numRuns: 300 },
  )
})
