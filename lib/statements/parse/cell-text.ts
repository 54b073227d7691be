/** How Excel shows the number of a cell: as a time, with leading zeros, or unchanged. */
export type Format = { readonly isTime: boolean; readonly date1904: boolean; readonly digits: number }

/** The number formats of a workbook's cells. */
export type Formats = {
  readonly addCode: (id: number, code: string) => void
  readonly addStyle: (id: number) => void
  readonly of: (style: number) => Format
}

/**
 * Ids of Excel's built-in date and time formats, which the file does not define. Ids from 27 on are for East Asian
 * languages.
 */
const isBuiltInTime = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

export const createFormats = (date1904: boolean): Formats => {
  const codes = new Map<number, string>()
  const styles: Format[] = []
  const plain: Format = { isTime: false, date1904, digits: 0 }
  const formatOf = (id: number): Format => {
    const code = codes.get(id)
    if (code === undefined) return { ...plain, isTime: isBuiltInTime(id) }
    const bare = code.replaceAll(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, '')
    // [h]:mm is a duration, not a time of day.
    const isTime = /[ymdhs]/i.test(bare) || /上午|下午|AM|PM/i.test(bare)
    return { ...plain, isTime, digits: /^0+$/.test(bare) ? bare.length : 0 }
  }
  return {
    addCode: (id, code) => void codes.set(id, code),
    addStyle: (id) => void styles.push(formatOf(id)),
    of: (style) => styles[style] ?? plain,
  }
}

/** The text of a cell, as the same list would have it in CSV. No formula is computed: the file holds its last value. */
export const cellText = (value: string, type: string, format: Format): string => {
  switch (type) {
    case 'n':
      return numberText(value, format)
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE'
    case 'd':
      return value.replace('T', ' ')
    default:
      return value
  }
}

const numberText = (value: string, { isTime, date1904, digits }: Format): string => {
  const number = Number(value)
  if (!Number.isFinite(number)) return value
  if (isTime) return timeText(number, date1904) ?? value
  // Whole numbers are kept digit by digit. A number that lost digits is recognised later by its zeros or its exponent.
  if (/^\d+$/.test(value) && number <= Number.MAX_SAFE_INTEGER) return value.padStart(digits, '0')
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return String(number).padStart(digits, '0')
  if (Math.abs(number) >= 1e15)
    return number
      .toExponential()
      .toUpperCase()
      .replace(/^(\d)E/, '$1.0E')
  // Excel stores 1288.1 as 1288.0999999999999.
  return plainDecimal(number)
}

/** At most fifteen significant digits, as in Excel. */
const plainDecimal = (number: number): string => {
  const text = String(Number(number.toPrecision(15)))
  return /e/i.test(text) ? number.toFixed(15).replace(/\.?0+$/, '') : text
}

const DAY_MS = 86_400_000
/** Day 0 of the two date systems of Excel. The 1900 system contains 29 February 1900, a day that does not exist. */
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const EPOCH_1904 = Date.UTC(1904, 0, 1)

/** Days since the epoch → 2026-11-24 10:30:00, or the day alone; undefined if there is no such date. */
const timeText = (days: number, date1904: boolean): string | undefined => {
  if (days < 61 || days > 2_958_465) return undefined
  const at = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + Math.round((days * DAY_MS) / 1000) * 1000)
  const [day = '', clock = ''] = at.toISOString().slice(0, 19).split('T')
  return Number.isInteger(days) ? day : `${day} ${clock}`
}
