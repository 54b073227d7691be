import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import type { Row } from '../../lib/ledger/row.ts'

/** 2026-11-24 10:30:00 in China. */
export const NOW = 1_795_487_400_000

export const SECOND = 1000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** NOW plus 400 days, in seconds. */
export const IN_400_DAYS = 1_830_047_400

/** A payment notice after parsing. Its order number belongs to shard 0. */
export const ORDER: PaymentNotice = {
  mchid: '1900000109',
  out_order_no: '1234323JKHDFE1243252',
  call: {
    order_api: 'serviceorder',
    mchid: '1900000109',
    appid: 'wxd678efh567hg6787',
    service_id: '500001',
    out_order_no: '1234323JKHDFE1243252',
    paid_time: '20261124102900',
  },
  call_hash: 'the first call',
  paid_time_clamped: false,
  noticed_at: NOW - 1 * SECOND,
}

/** The order of ORDER, as events and decisions name it, and as the key of its row. */
export const KEY = { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252' } as const
export const PK = '1900000109#1234323JKHDFE1243252'

/** The row after its third claim, a minute after the payment notice. */
export const CLAIMED: Row = {
  pk: PK,
  state: 'PENDING',
  next: 'query',
  due: '1900000109#0',
  due_at: NOW,
  leased_until: NOW + 30 * SECOND,
  attempt: 3,
  call: ORDER.call,
  call_hash: 'the first call',
  day: '1900000109#20261124#0',
  noticed_at: NOW - 61 * SECOND,
  created_at: NOW - 60 * SECOND,
  v: 1,
}

/** A row once its answer was recorded: nobody has it. */
export const unleased = ({ leased_until: _, ...row }: Row): Row => row

/** An order of the API whose sync is answered with four members, and whose query with one flat state. */
export const PAYAFTER_ORDER: PaymentNotice = { ...ORDER, call: { ...ORDER.call, order_api: 'payafter-orders' } }

/** The row of that order after its third claim, with thirty seconds of lease. */
export const PAYAFTER_ROW: Row = { ...CLAIMED, call: PAYAFTER_ORDER.call }

/** A row that has been due for so long: its order number and its shard. */
export const dueRow = (out_order_no: string, shard: number, dueForMs: number, mchid = '1900000109'): Row => ({
  ...unleased(CLAIMED),
  pk: `${mchid}#${out_order_no}`,
  next: 'sync',
  due: `${mchid}#${shard}`,
  due_at: NOW - dueForMs,
  created_at: NOW - 1 * HOUR,
})

/** A payment notice in check mode, whose order is queried before the first sync, with labels of the shop. */
export const CHECKED: PaymentNotice = {
  ...ORDER,
  mode: 'check',
  expected_amount: 3900,
  labels: { shop_id: '南山店', pos_ref: 'R-1' },
}

/** The row of CHECKED, held since yesterday, during the query of its third claim. */
export const HELD: Row = {
  ...CLAIMED,
  state: 'HELD',
  reason: 'paid_less',
  mode: 'check',
  expected_amount: 3900,
  shop_id: '南山店',
  pos_ref: 'R-1',
  noticed_at: NOW - 1 * DAY - 1 * SECOND,
  created_at: NOW - 1 * DAY,
  last_error: { verdict: 'unpaid', at: NOW - 1 * DAY, attempt: 2, status: 200 },
}
