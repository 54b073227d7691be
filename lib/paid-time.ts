import { CHINA_OFFSET_MS, formatChinaTime } from './china-time.ts'
import { LIMITS } from './limits.ts'

/** `paid_time` as WeChat Pay takes it, and whether it was set to now because the clock of the POS was ahead. */
export type PaidTime = {
  readonly paid_time: string
  readonly paid_time_clamped: boolean
  /** The time as the POS stated it, in the same format. */
  readonly stated_time: string
}

/**
 * Converts yyyyMMddHHmmss or yyyyMMdd in China time, or RFC 3339 with an offset, to 14 digits in China time. The clock
 * of a POS may be up to 24 hours ahead: such a time becomes now. Undefined for anything else.
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

/** A date and time in UTC as ms; undefined if no such date or time exists. */
const realTime = (parts: readonly (string | undefined)[]): number | undefined => {
  const [year, month, day, hour = '00', minute = '00', second = '00'] = parts
  const timeMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  // Date.UTC turns the 30th of February into the 2nd of March, and the year 50 into 1950.
  const isReal = new Date(timeMs).toISOString() === `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  return isReal ? timeMs : undefined
}
