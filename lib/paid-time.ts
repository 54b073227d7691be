import { CHINA_OFFSET_MS, formatChinaTime } from './china-time.ts'
import { LIMITS } from './limits.ts'

/** `paid_time` as the provider takes it, and whether a fast clock made us set it to now. */
export type PaidTime = {
  readonly paid_time: string
  readonly paid_time_clamped: boolean
  /** In the same form, as the till said it. */
  readonly stated_time: string
}

/**
 * Normalises yyyyMMddHHmmss or yyyyMMdd in China time, or RFC 3339 with an offset, to 14 digits in China time.
 * A till's clock may be up to 24 hours fast: such a time becomes now. Gives undefined for anything else.
 */
export const readPaidTime = (text: string, nowMs: number): PaidTime | undefined => {
  const timeMs = parseTime(text)
  if (timeMs === undefined || timeMs > nowMs + LIMITS.paidTimeAhead) return undefined
  return {
    paid_time: formatChinaTime(Math.min(timeMs, nowMs)),
    paid_time_clamped: timeMs > nowMs,
    stated_time: formatChinaTime(timeMs),
  }
}

const DIGITS = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$/
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))$/

const parseTime = (text: string): number | undefined => {
  const digits = DIGITS.exec(text)
  if (digits) {
    const utc = realTime(digits.slice(1, 7))
    return utc === undefined ? undefined : utc - CHINA_OFFSET_MS
  }
  const rfc = RFC3339.exec(text)
  if (!rfc) return undefined
  const utc = realTime(rfc.slice(1, 7))
  // Stryker disable next-line StringLiteral: equivalent - an offset that is not there is 0 hours and 0 minutes by either text, as a number
  const [sign, hours = '0', minutes = '0'] = rfc.slice(7)
  if (utc === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return utc - (sign === '-' ? -offsetMs : offsetMs)
}

/** ms of a date and time taken as UTC; undefined for one that no calendar has. */
const realTime = (parts: readonly (string | undefined)[]): number | undefined => {
  const [year, month, day, hour = '00', minute = '00', second = '00'] = parts
  const timeMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  // The 30th of February becomes the 2nd of March, and the year 50 becomes 1950.
  const isReal = new Date(timeMs).toISOString() === `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  return isReal ? timeMs : undefined
}
