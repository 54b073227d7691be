import type { History } from '../../../lib/local/wechatpay/history.ts'
import type { Story } from './plan.ts'
import type { Truth } from './story.ts'

/** Calls of one order beyond those that its story needs without faults. */
export type Extra = { readonly syncs: number; readonly queries: number }

/**
 * The calls that a story needs. If the story has a later change, only calls after it count, since the calls before it
 * follow the retry schedule.
 */
const NEEDED: Readonly<Record<Story, Extra>> = {
  plain: { syncs: 1, queries: 1 },
  'charged before': { syncs: 1, queries: 1 },
  'charged meanwhile': { syncs: 1, queries: 1 },
  'charged after': { syncs: 1, queries: 1 },
  'cancelled before': { syncs: 1, queries: 1 },
  // A refusal names no order, so the order is queried and synced once more before it ends.
  refused: { syncs: 2, queries: 1 },
  'charge fails': { syncs: 1, queries: 2 },
  'charge succeeds': { syncs: 1, queries: 1 },
  'completed late': { syncs: 1, queries: 2 },
  'cancelled late': { syncs: 1, queries: 1 },
  // Queried for a day.
  'unknown to WeChat Pay': { syncs: 1, queries: Number.POSITIVE_INFINITY },
}

export const extraCalls = ({ plan, movedAt = 0 }: Truth, history: History): Extra => {
  const needed = NEEDED[plan.story]
  // In check mode there is one more query before the sync.
  const looks = plan.merchant.mode === 'check' && movedAt === 0 ? 1 : 0
  const since = (calls: ReturnType<History['posts']>) => calls.filter(({ start }) => start >= movedAt).length
  return {
    syncs: Math.max(0, since(history.posts(plan.out_order_no)) - needed.syncs),
    queries: Math.max(0, since(history.queries(plan.out_order_no)) - needed.queries - looks),
  }
}
