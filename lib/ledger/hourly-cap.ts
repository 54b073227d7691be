import { createHash } from 'node:crypto'
import { formatChinaTime } from '../china-time.ts'
import { LIMITS } from '../limits.ts'
import type { OrderKey } from './row.ts'

/** Where a payment is counted, and how many may be counted there: what exceeds it is held. */
export type Cap = { readonly counter: string; readonly most: number }

/** What is counted: whose payment, of when (14 digits), and whether the till told its day alone. */
type Counted = OrderKey & { readonly paid_time: string; readonly isDayAlone: boolean }

/** One counter takes a thousand writes a second, so a large cap has several; each is large enough to fill evenly. */
const SHARD_LEAST = 1000
const SHARDS_MOST = 16

/**
 * Payments are counted by the hour in which they were made, so that a till may send the backlog of an outage. A payment
 * that tells its day alone counts against 24 caps of that day. Whoever states any hour of the past has as many caps as
 * there are hours, so payments of long ago count together, against 24 caps of the day on which they are told.
 */
export const capOf = ({ mchid, out_order_no, paid_time, isDayAlone }: Counted, hourly: number, nowMs: number): Cap => {
  const isOld = paid_time < formatChinaTime(nowMs - LIMITS.capLooksBack)
  const span = isOld
    ? `old#${formatChinaTime(nowMs).slice(0, 8)}`
    : isDayAlone
      ? `day#${paid_time.slice(0, 8)}`
      : `hour#${paid_time.slice(0, 10)}`
  const most = isOld || isDayAlone ? 24 * hourly : hourly
  const shards = Math.min(Math.max(1, Math.floor(most / SHARD_LEAST)), SHARDS_MOST)
  const shard = createHash('sha256').update(out_order_no).digest().readUInt32BE(1) % shards
  return {
    // No number of an order holds #.
    counter: `${mchid}#${span}#${shard}`,
    most: Math.floor(most / shards) + (shard < most % shards ? 1 : 0),
  }
}
