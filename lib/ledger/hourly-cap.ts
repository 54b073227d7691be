import { createHash } from 'node:crypto'
import { chinaDay, formatChinaTime } from '../china-time.ts'
import { LIMITS } from '../limits.ts'
import type { OrderKey } from './row.ts'

/** The counter of a payment and its limit: a payment above the limit is held. */
export type Cap = { readonly counter: string; readonly most: number }

/** What selects the counter: the order, the time of payment (14 digits), and whether the POS stated only a day. */
type CountedPayment = OrderKey & { readonly paid_time: string; readonly isDayOnly: boolean }

/**
 * One DynamoDB item takes 1,000 writes a second, so a large cap is divided among several counters. Each is large enough
 * to fill evenly.
 */
const MIN_PER_SHARD = 1000
const MAX_SHARDS = 16

/**
 * Payments are counted by the hour in which they were made, so that a POS may send its backlog after an outage. A
 * payment that states only a day counts against 24 caps of that day. Old payments count together, against 24 caps of
 * the day on which they arrive: otherwise a caller that states any past hour would have a new cap for each hour.
 */
export const capOf = (
  { mchid, out_order_no, paid_time, isDayOnly }: CountedPayment,
  hourly: number,
  nowMs: number,
): Cap => {
  const isOld = paid_time < formatChinaTime(nowMs - LIMITS.capLooksBack)
  const span = isOld
    ? `old#${chinaDay(nowMs)}`
    : isDayOnly
      ? `day#${paid_time.slice(0, 8)}`
      : `hour#${paid_time.slice(0, 10)}`
  const limit = isOld || isDayOnly ? 24 * hourly : hourly
  const shards = Math.min(Math.max(1, Math.floor(limit / MIN_PER_SHARD)), MAX_SHARDS)
  const shard = createHash('sha256').update(out_order_no).digest().readUInt32BE(1) % shards
  return {
    // No order number contains #, so a counter never has the key of an order.
    counter: `${mchid}#${span}#${shard}`,
    most: Math.floor(limit / shards) + (shard < limit % shards ? 1 : 0),
  }
}
