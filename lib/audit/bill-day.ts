import { isLateInDay } from '../bill/classify.ts'
import { CHINA_OFFSET_MS, chinaDay, daysBefore, formatChinaTime } from '../china-time.ts'
import { LIMITS } from '../limits.ts'

/**
 * Does the schedule ask for the bill of this day once more, today or on one of the next days? The bill of an older day is
 * an operator's alone.
 */
export const isScheduledAgain = (day: string, now: number): boolean => {
  const last = daysBefore(chinaDay(now), LIMITS.billDays)
  return day > last || (day === last && !isLateInDay(formatChinaTime(now)))
}

/** A bill can be had from the day after its own, for three months. */
const MONTHS = 3

/** Why there is no bill of this day to be asked for; undefined if there is. */
export const refusedDay = (day: string, now: number): string | undefined => {
  if (!/^\d{8}$/.test(day) || daysBefore(day, 0) !== day) return 'must be a day as 20261124'
  const today = chinaDay(now)
  if (day >= today) return 'must be a day that is over in China'
  const first = new Date(now + CHINA_OFFSET_MS)
  first.setUTCMonth(first.getUTCMonth() - MONTHS)
  const earliest = first.toISOString().slice(0, 10).replaceAll('-', '')
  return day < earliest ? 'must be at most three months ago' : undefined
}
