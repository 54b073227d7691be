import { CHINA_OFFSET_MS, chinaTimeMs, formatChinaTime } from '../china-time.ts'

const DAY = 86_400_000

/** ms → the day in China, yyyyMMdd. */
export const chinaDay = (ms: number): string => formatChinaTime(ms).slice(0, 8)

/** The day so many days before this one; each is yyyyMMdd. */
export const daysBefore = (day: string, days: number): string => chinaDay(chinaTimeMs(day) - days * DAY)

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
