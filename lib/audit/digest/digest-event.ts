import type { BusEvent } from '../../aws/event-bus.ts'
import { readableTime } from '../../china-time.ts'
import { adviceMembers, isoTime } from '../../views/order-view.ts'
import type { Digest } from './digest.ts'
import type { OpenCase } from './open-case.ts'

export const DIGEST_SOURCE = 'payscore.audit'
export const OPEN_CASES = 'Payscore Open Cases'

/** How many cases are in the event, whose size EventBridge limits. */
const TOLD_MOST = 20

/** The same as the mail for programs and for the robot, which shows the first of these. */
export const digestEvent = ({ day, made_at, totals, first, bills, shops, silent, pages }: Digest): BusEvent => {
  const cases = first.slice(0, TOLD_MOST)
  return {
    source: DIGEST_SOURCE,
    detailType: OPEN_CASES,
    detail: {
      day: readableTime(day),
      made_at: isoTime(made_at),
      ...totals,
      cases: cases.map(caseFacts),
      more: totals.open - cases.length,
      bills: bills.slice(0, TOLD_MOST).map(({ mchid, day, outcome, found }) => ({
        mchid,
        day: readableTime(day),
        outcome,
        found: Object.fromEntries(found),
      })),
      sub_merchants: shops.slice(0, TOLD_MOST).map(({ advice, ...facts }) => ({ ...facts, ...adviceMembers(advice) })),
      more_sub_merchants: Math.max(0, shops.length - TOLD_MOST),
      silent: silent.slice(0, TOLD_MOST),
      pages: pages.slice(0, TOLD_MOST),
    },
  }
}

const caseFacts = ({ advice, paid, isUrgent, ...facts }: OpenCase) => ({
  ...facts,
  paid: readableTime(paid),
  is_urgent: isUrgent,
  ...adviceMembers(advice),
})
