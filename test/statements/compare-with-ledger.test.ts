import { describe, expect, it } from 'vitest'
import { TryAgainError, UnavailableError } from '../../lib/errors.ts'
import type { BookRow, Row } from '../../lib/ledger/row.ts'
import type { Entry } from '../../lib/statements/classify-line.ts'
import { compareWithLedger } from '../../lib/statements/compare-with-ledger.ts'
import { readFirstPass } from '../../lib/statements/first-pass.ts'
import type { StatementLine } from '../../lib/statements/parse/statement-line.ts'
import { readStatementKey } from '../../lib/statements/statement-key.ts'
import { CLAIMED, NOW } from '../support/orders.ts'
import { plainLedger } from '../support/plain-ledger.ts'
import { MCHID } from '../support/statement-deps.ts'
import { readingOf, statementOf } from './parse/reading.ts'

const STATEMENT = readStatementKey(`statements/${MCHID}/x.csv`)

const rowOf = (out_order_no: string, more: Partial<Row> = {}, day = '20261124'): Row => ({
  ...CLAIMED,
  pk: `${MCHID}#${out_order_no}`,
  call: { ...CLAIMED.call, out_order_no, paid_time: `${day}090000` },
  day: `${MCHID}#${day}#0`,
  ...more,
})

type Given = {
  readonly rows?: readonly Row[]
  readonly named?: string
  /** Instead of what is read of the ledger's days. */
  readonly readMany?: (pks: readonly string[]) => Promise<ReadonlyMap<string, BookRow>>
  readonly ledger?: Partial<ReturnType<typeof plainLedger>['ledger']>
  /** Lines that come at once. */
  readonly at?: number
  readonly header?: string
  /** How many payments the merchant allows. */
  readonly most?: number
}

const compare = async (
  csv: string,
  {
    rows = [],
    named,
    readMany,
    ledger,
    at = 7,
    most,
    header = csv.split('\n')[0]?.split(',')[2] === undefined
      ? 'out_order_no,paid_time'
      : 'out_order_no,paid_time,shop_id',
  }: Given = {},
) => {
  if (!STATEMENT) throw new Error('no statement')
  const plain = plainLedger(...rows)
  const asked: number[] = []
  const told: (readonly [entry: Entry, wasBooked: boolean])[] = []
  const lacked: Entry[] = []
  const cap = most === undefined ? {} : { cap: { counter: `${MCHID}#day#20261124#0`, most } }
  const text = `${header}\n${csv}`
  const lines = (await statementOf(text)).map((line) =>
    line.kind === 'payment' ? { ...line, order: { ...line.order, ...cap } } : line,
  )
  const parts = async function* (): AsyncGenerator<readonly StatementLine[]> {
    for (let i = 0; i < lines.length; i += at) yield lines.slice(i, i + at)
  }
  const { days, notes } = await compareWithLedger(
    STATEMENT,
    { ...(await readingOf(text)), lines: parts() },
    await readFirstPass(await readingOf(text)),
    named,
    {
      line: async (entry, wasBooked) => {
        told.push([entry, wasBooked])
      },
      ledgerOnly: async (entry) => {
        lacked.push(entry)
      },
    },
    {
      ledger: { ...plain.ledger, ...ledger },
      reader: {
        ...plain.reader,
        readMany: (pks) => {
          asked.push(pks.length)
          return (readMany ?? plain.reader.readMany)(pks)
        },
      },
      now: () => NOW,
    },
  )
  return {
    days,
    notes,
    told,
    asked,
    lacked: lacked.map((entry) => entry.out_order_no),
    applied: plain.applied,
    rows: plain.rows,
  }
}

const lines = (count: number, of: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `${of(i)}\n`).join('')

describe('the lines of a statement', () => {
  it.each([1, 7, 100, 1000])(
    'are looked up a hundred at a time, and told in their order, however they come: %i',
    async (at) => {
      const { told, asked, applied } = await compare(
        lines(250, (i) => `A-${i},20261124`),
        { at },
      )

      expect(asked.slice(0, 3)).toEqual([100, 100, 50])
      expect(told.map(([entry]) => entry.out_order_no)).toEqual(Array.from({ length: 250 }, (_, i) => `A-${i}`))
      expect(applied).toHaveLength(250)
    },
  )

  it('are not looked up where they tell of no payment', async () => {
    const { told, asked } = await compare(lines(3, () => '坏,20261124'))

    expect(asked).toEqual([])
    expect(told.map(([entry]) => entry.class)).toEqual(['malformed', 'malformed', 'malformed'])
  })

  it('are held where they exceed the cap of the merchant, and told as such', async () => {
    const { told, rows } = await compare(
      lines(5, (i) => `A-${i},20261124`),
      { most: 3 },
    )

    const states = [...rows.values()].map(({ state, reason }) => reason ?? state)
    expect(states.toSorted()).toEqual(['PENDING', 'PENDING', 'PENDING', 'over_cap', 'over_cap'])
    expect(told.filter(([entry]) => entry.needs_person).map(([{ state }]) => state)).toEqual(['HELD', 'HELD'])
  })

  it('are held where they cannot be counted', async () => {
    const count = () => Promise.reject(new UnavailableError('the ledger says ThrottlingException'))

    const { rows } = await compare('A-1,20261124\n', { most: 3, ledger: { count } })

    expect([...rows.values()]).toMatchObject([{ state: 'HELD', reason: 'over_cap', attempt: 0 }])
  })

  it('count once, though the list is read again', async () => {
    const counted: string[] = []
    const count = async (pk: string) => counted.push(pk)

    await compare('A-1,20261124\nA-2,20261124\n', { rows: [rowOf('A-1')], most: 3, ledger: { count } })

    expect(counted).toEqual([`${MCHID}#day#20261124#0`])
  })

  it('are booked where the ledger lacks them, and only there', async () => {
    const { applied, told, rows } = await compare('A-1,20261124\nA-2,20261124\nA-2,20261124\n坏,1\n', {
      rows: [rowOf('A-1')],
    })

    expect(applied).toEqual(['0 book'])
    expect(rows.get(`${MCHID}#A-2`)).toMatchObject({ statement: `${MCHID}/x.csv`, created_at: NOW, attempt: 0 })
    expect(told.map(([entry, wasBooked]) => [entry.class, wasBooked])).toEqual([
      ['pending', false],
      ['pending', true],
      ['repeated', false],
      ['malformed', false],
    ])
  })

  it.each([1, 7, 1000])('are booked by the first of those with one number, however they come: %i', async (at) => {
    const between = lines(150, (i) => `B-${i},20261124`)

    const { rows, told } = await compare(`A-1,20261124100000\nA-1,20261124090000\n${between}A-1,20261124080000\n`, {
      at,
    })

    expect(rows.get(`${MCHID}#A-1`)?.call.paid_time).toBe('20261124100000')
    expect(told.filter(([entry]) => entry.out_order_no === 'A-1').map(([entry]) => [entry.line, entry.class])).toEqual([
      [2, 'pending'],
      [3, 'repeated_differs'],
      [154, 'repeated_differs'],
    ])
  })

  const PAID_AND_BACK = {
    header: 'out_order_no,paid_time,交易类型',
    csv: `A-1,20261124100000,收款\nA-2,20261124100000,收款\n${lines(150, (i) => `B-${i},20261124,收款`)}A-1,20261124110000,退款\n`,
  }

  it('are not booked where a later one says that the payment went back', async () => {
    const { rows, told } = await compare(PAID_AND_BACK.csv, { header: PAID_AND_BACK.header })

    expect([rows.has(`${MCHID}#A-1`), rows.has(`${MCHID}#A-2`)]).toEqual([false, true])
    expect(told[0]?.[0]).toMatchObject({ class: 'not_paid', needs_person: true })
  })

  it('are told by the ledger where it has the payment that went back', async () => {
    const { told } = await compare(PAID_AND_BACK.csv, {
      header: PAID_AND_BACK.header,
      rows: [rowOf('A-1', { state: 'SYNCED' })],
    })

    expect(told[0]?.[0]).toMatchObject({ class: 'paid_time_differs' })
  })

  it('leave alone the row that a notice made meanwhile', async () => {
    const synced = rowOf('A-1', { state: 'SYNCED', attempt: 1 })

    const { told, applied, rows } = await compare('A-1,20261124\n', { rows: [synced], readMany: async () => new Map() })

    expect(rows.get(`${MCHID}#A-1`)).toEqual(synced)
    expect(applied).toEqual([])
    expect(told).toMatchObject([[{ class: 'synced_before' }, false]])
  })

  it('are told by the row of whoever was first, a notice perhaps', async () => {
    const { told } = await compare('A-1,20261124\n', {
      ledger: { apply: async () => undefined, read: async () => rowOf('A-1', { state: 'SYNCED' }) },
    })

    expect(told).toMatchObject([[{ class: 'synced_before' }, false]])
  })

  it('are taken again when an order has left the ledger meanwhile', async () => {
    const compared = compare('A-1,20261124\n', {
      ledger: { apply: async () => undefined, read: async () => undefined },
    })

    await expect(compared).rejects.toThrow(TryAgainError)
    await expect(compared).rejects.toThrow('an order left the ledger while it was looked at')
  })
})

describe('the days of a statement', () => {
  it('are those of at least one payment in ten, in their order', async () => {
    const { days } = await compare(`B-1,20261124\n${lines(8, (i) => `A-${i},20261123`)}B-2,20261122\n坏,20261121\n`)

    expect(days).toEqual(['20261122', '20261123', '20261124'])
  })

  it('are not those of less than one payment in ten', async () => {
    const { days } = await compare(`${lines(10, (i) => `A-${i},20261124`)}B-1,20261123\n`)

    expect(days).toEqual(['20261124'])
  })

  it('are the one that its name tells', async () => {
    const { days, lacked } = await compare('A-1,20261124\n', {
      named: '20261123',
      rows: [rowOf('L-1'), rowOf('L-2', {}, '20261123')],
    })

    expect(days).toEqual(['20261123'])
    expect(lacked).toEqual(['L-2'])
  })
})

describe('what the list lacks', () => {
  it('is told in the order of its numbers, however the ledger gives it, a hundred at a time', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => rowOf(`L-${String(i).padStart(3, '0')}`))
    const byKey = new Map(rows.map((row) => [row.pk, row]))

    const { lacked, asked } = await compare('A-1,20261124\n', {
      rows,
      readMany: async (pks) =>
        new Map(pks.toReversed().flatMap((pk) => (byKey.has(pk) ? [[pk, byKey.get(pk) ?? CLAIMED]] : []))),
    })

    expect(asked).toEqual([1, 100, 50])
    expect(lacked).toEqual(rows.map(({ call }) => call.out_order_no))
  })

  const shops = [rowOf('L-1', { shop_id: '福田店' }), rowOf('L-2', { shop_id: '南山店' }), rowOf('L-3')]

  it('is of its shops and of no shop, where each of its lines names one', async () => {
    const { lacked } = await compare('A-1,20261124,福田店\nA-2,20261124,宝安店\n', { rows: shops })

    expect(lacked).toEqual(['L-1', 'L-3'])
  })

  it('is of all shops where a line names none', async () => {
    const { lacked } = await compare('A-1,20261124,福田店\nA-2,20261124,\n', { rows: shops })

    expect(lacked).toEqual(['L-1', 'L-2', 'L-3'])
  })

  it.each([
    [1000, ['L-3']],
    [1001, ['L-1', 'L-2', 'L-3']],
  ])('is of all shops where there are more than a thousand: %i', async (count, expected) => {
    const { lacked } = await compare(
      lines(count, (i) => `A-${i},20261124,shop ${i}`),
      { rows: shops, at: 1000 },
    )

    expect(lacked).toEqual(expected)
  })
})
