/** China has one time zone and no summer time. */
export const CHINA_OFFSET_MS = 8 * 3_600_000
const DAY_MS = 86_400_000

/** ms → yyyyMMddHHmmss in China time. */
export const formatChinaTime = (timeMs: number): string =>
  new Date(timeMs + CHINA_OFFSET_MS).toISOString().slice(0, 19).replace(/\D/g, '')

/** Reads 8 or 14 digits as ms; they must be a real time in China. */
export const chinaTimeMs = (digits: string): number => {
  const part = (from: number, to: number) => Number(digits.slice(from, to) || 0)
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10) - 8, part(10, 12), part(12, 14))
}

/** ms → the day in China, yyyyMMdd. */
export const chinaDay = (ms: number): string => formatChinaTime(ms).slice(0, 8)

/** The day so many days before this one; each is yyyyMMdd. */
export const daysBefore = (day: string, days: number): string => chinaDay(chinaTimeMs(day) - days * DAY_MS)

/** Whole days from one day to another, each as yyyyMMdd in China. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((chinaTimeMs(to) - chinaTimeMs(from)) / DAY_MS)

/** 20261124103000 → 2026-11-24 10:30:00; a date without a time stays a date. */
export const readableTime = (digits: string): string =>
  digits.replace(/^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$/, (_, year, month, day, hour, minute, second) =>
    hour === undefined ? `${year}-${month}-${day}` : `${year}-${month}-${day} ${hour}:${minute}:${second}`,
  )

/** ms → 2026-11-24 10:30:00 in China time, as in POS receipts, bills and WeChat Pay's merchant platform. */
export const chinaTime = (ms: number): string => readableTime(formatChinaTime(ms))
