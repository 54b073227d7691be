/**
 * Whether a text is a time that WeChat Pay accepts: `yyyyMMddHHmmss`, or `yyyyMMdd` for midnight, of an existing day.
 * Limits in the past or in the future are not known, and not checked here.
 */
export const isPaidTime = (text: string): boolean => {
  if (!/^(?!0000)\d{8}(?:\d{6})?$/.test(text)) return false
  const iso = text.padEnd(14, '0').replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6.000Z')
  const date = new Date(iso)
  // A date that does not exist is invalid, or, such as 30 February, becomes another date.
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso
}

const CHINA_OFFSET_MS = 8 * 3_600_000

/** `yyyyMMddHHmmss` in China time. */
export const chinaTime = (atMs: number): string =>
  new Date(atMs + CHINA_OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14)

/** The opposite of `chinaTime`. */
export const msOfChinaTime = (text: string): number =>
  Date.parse(text.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6+08:00'))

/** `yyyy-MM-dd` in China time. */
export const chinaDay = (atMs: number): string => new Date(atMs + CHINA_OFFSET_MS).toISOString().slice(0, 10)

/** `yyyy-MM-ddTHH:mm:ss+08:00`. */
export const rfc3339 = (atMs: number): string => `${new Date(atMs + CHINA_OFFSET_MS).toISOString().slice(0, 19)}+08:00`
