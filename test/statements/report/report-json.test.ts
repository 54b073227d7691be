import { expect, it } from 'vitest'
import type { Entry } from '../../../lib/statements/classify-line.ts'
import { JSON_BEGIN, jsonEnd, jsonEntry } from '../../../lib/statements/report/report-json.ts'
import { createTotals } from '../../../lib/statements/totals.ts'
import { NOW } from '../../support/orders.ts'

const PENDING: Entry = {
  class: 'pending',
  line: 2,
  out_order_no: 'A-1',
  paid_time: '20261124093000',
  amount: 1280,
  shop_id: '福田店',
  state: 'PENDING',
  confirmed: false,
  since: NOW,
  advice: {
    turn: 'service',
    en: { meaning: 'it is on its way', next: 'Nothing.' },
    zh: { meaning: '处理中', next: '无需处理。' },
  },
  needs_person: false,
  is_open: true,
}
const SYNCED: Entry = {
  class: 'synced_before',
  line: 3,
  out_order_no: 'A-2',
  synced_at: NOW,
  needs_person: false,
  is_open: false,
}

const NOTHING = { lines: 0, amount: 0, person: 0 }

it('a report as JSON is one object: its lines, then its sums', () => {
  const tally = createTotals()
  tally.addLine(PENDING, true)
  tally.addLine(SYNCED, false)
  const report = {
    statement: { mchid: '1900000109', name: 'x' },
    made_at: NOW,
    days: ['20261124'],
    tally: tally.result(),
  }

  const text = JSON_BEGIN + jsonEntry(PENDING, true) + jsonEntry(SYNCED, false) + jsonEnd(report)

  expect(text.split('\n')).toHaveLength(5)
  expect(JSON.parse(text)).toEqual({
    entries: [
      {
        class: 'pending',
        line: 2,
        out_order_no: 'A-1',
        paid_time: '20261124093000',
        amount: 1280,
        shop_id: '福田店',
        state: 'PENDING',
        confirmed: false,
        since: '2026-11-24T02:30:00.000Z',
        meaning: 'it is on its way',
        meaning_zh: '处理中',
        turn: 'service',
        next_step: 'Nothing.',
        next_step_zh: '无需处理。',
        needs_person: false,
        is_open: true,
      },
      {
        class: 'synced_before',
        line: 3,
        out_order_no: 'A-2',
        synced_at: '2026-11-24T02:30:00.000Z',
        needs_person: false,
        is_open: false,
      },
    ],
    summary: {
      mchid: '1900000109',
      name: 'x',
      made_at: '2026-11-24T02:30:00.000Z',
      days: ['20261124'],
      notes: [],
      lines: 2,
      classes: {
        charged_twice: NOTHING,
        rejected: NOTHING,
        held: NOTHING,
        amount_differs: NOTHING,
        repeated_differs: NOTHING,
        malformed: NOTHING,
        pending: { lines: 1, amount: 1280, person: 0 },
        not_paid: NOTHING,
        paid_time_differs: NOTHING,
        repeated: NOTHING,
        till_sum: NOTHING,
        synced_by_statement: NOTHING,
        synced_before: { lines: 1, amount: 0, person: 0 },
      },
      needs_person: 0,
      open: 1,
      booked: 1,
      amount: 1280,
      stages: { synced: 1, pending: 1, other: 0, none: 0 },
      hours: Array.from({ length: 24 }, (_, hour) => ({ synced: 0, pending: hour === 9 ? 1 : 0, other: 0 })),
      untimed: 1,
      delays: [0, 0, 0, 0, 0, 0, 0],
      to_refund: 0,
      ledger_only: { lines: 0, amount: 0 },
      shops: [
        { shop_id: '福田店', lines: 1, amount: 1280, synced: 0, pending: 1, person: 0, to_refund: 0 },
        { shop_id: '', lines: 1, amount: 0, synced: 1, pending: 0, person: 0, to_refund: 0 },
      ],
    },
  })
})

it('a report of a refused list says why, and one of very many shops sums up the smallest', () => {
  const tally = createTotals()
  for (let shop = 0; shop < 201; shop += 1) tally.addLine({ ...SYNCED, shop_id: `shop ${shop}` }, false)
  const refused = { en: 'no header was found', zh: '未找到表头' }
  const report = {
    statement: { mchid: '1900000109', name: 'x' },
    made_at: NOW,
    days: [],
    refused,
    tally: tally.result(),
  }

  const { summary } = JSON.parse(`${JSON_BEGIN}${jsonEnd(report)}`)

  expect(summary).toMatchObject({
    refused,
    other_shops: { lines: 1, amount: 0, synced: 1, pending: 0, person: 0, to_refund: 0 },
  })
  expect(summary.shops).toHaveLength(200)
})
