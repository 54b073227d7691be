/** Spaces and invisible characters at both ends of a field. */
const EDGES = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu

/**
 * The value of a field, without what spreadsheets, POS systems and WeChat Pay's bills add: spaces, ="…", and the ` or '
 * before a number that keeps a spreadsheet from rounding it.
 */
export const plainField = (field: string): string => {
  let text = field.replaceAll(EDGES, '')
  if (text.startsWith('="') && text.endsWith('"') && text.length > 2) text = text.slice(2, -1).replaceAll(EDGES, '')
  return /^[`'‘’]/.test(text) ? text.slice(1).replaceAll(EDGES, '') : text
}

const DAY = '(?<year>\\d{4})(?:[-/.年](?<month>\\d{1,2})[-/.月](?<day>\\d{1,2})日?|(?<month8>\\d\\d)(?<day8>\\d\\d))'
const WEEKDAY = '(?:[ ,]*(?:星期|周)[一二三四五六日天])?'
const HALF = '上午|下午|中午|晚上|凌晨|早上|[AaPp]\\.?[Mm]\\.?'
const CLOCK = '(?<hour>\\d{1,2})[:时点](?<minute>\\d\\d)(?:[:分](?:(?<second>\\d\\d)(?:[.,]\\d{1,9})?秒?)?)?'
const COMPACT = '(?<hour6>\\d\\d)(?<minute6>\\d\\d)(?<second6>\\d\\d)(?:[.,]\\d{1,9})?'
const ZONE = '(?:Z|[+-]\\d\\d:?\\d\\d)'
const TIME = new RegExp(
  `^${DAY}${WEEKDAY}(?:[ T,]*(?<before>${HALF})? *(?:${CLOCK}|${COMPACT}) *(?<after>${HALF})? *(?<zone>${ZONE})?)?$`,
)

/**
 * Converts a time as databases and spreadsheets write it to 14 digits in China time, to 8 digits if there is only a
 * day, or to RFC 3339 if it has a time zone. Any other text stays as it is.
 */
export const plainTime = (field: string): string => {
  const text = field.normalize('NFKC').trim()
  const found = TIME.exec(text)?.groups
  if (!found) return field
  const { year = '', second, zone, before, after } = found
  const two = (digits = '') => digits.padStart(2, '0')
  const [month, day] = [two(found.month ?? found.month8), two(found.day ?? found.day8)]
  const stated = found.hour ?? found.hour6
  if (stated === undefined) return `${year}${month}${day}`
  if (before && after) return field
  const hour = hourOf(Number(stated), before ?? after)
  if (hour === undefined) return field
  const [minute, seconds] = [found.minute ?? found.minute6, second ?? found.second6 ?? '00']
  if (zone === undefined) return `${year}${month}${day}${two(String(hour))}${minute}${seconds}`
  const offset = zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  return `${year}-${month}-${day}T${two(String(hour))}:${minute}:${seconds}${offset}`
}

/** The hour in the 24-hour clock, by 上午, 下午 and the like; undefined if the two contradict each other. */
const hourOf = (hour: number, half: string | undefined): number | undefined => {
  if (half === undefined) return hour
  const isLate = /下午|晚上|p/i.test(half)
  // 下午 15:05 occurs too.
  if (hour > 12) return isLate && hour < 24 ? hour : undefined
  if (half === '中午') return hour >= 11 ? hour : hour + 12
  // 晚上 12 may be midnight or noon, so it is refused.
  if (half === '晚上' && hour === 12) return undefined
  return (hour % 12) + (isLate ? 12 : 0)
}

const SUM =
  /^(?<sign>[-+]?)(?:¥|RMB|CNY|人民币)?(?<sign2>[-+]?)(?<whole>\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(?<part>\d{1,2})0*)?(?:元|圆|RMB|CNY|人民币)?$/i

/**
 * An amount in yuan as POS systems, databases and spreadsheets write it → fen, also negative; undefined for any other
 * text.
 */
export const yuanToFen = (field: string): number | undefined => {
  const text = field
    .normalize('NFKC')
    .replaceAll(/[\s\p{Cf}]+/gu, '')
    .replaceAll(/[−–]/g, '-')
  // Accountants write negative amounts in brackets.
  const [, bracketed] = /^\((.*)\)$/.exec(text) ?? []
  const found = SUM.exec(bracketed ?? text)?.groups
  if (!found?.whole || (found.sign && found.sign2)) return undefined
  const fen = Number(found.whole.replaceAll(',', '')) * 100 + Number((found.part ?? '').padEnd(2, '0'))
  return found.sign === '-' || found.sign2 === '-' || bracketed !== undefined ? -fen : fen
}

/** A whole number of fen; undefined for any other text. */
export const readFen = (field: string): number | undefined => {
  const text = field.normalize('NFKC').replaceAll('−', '-')
  return /^[-+]?\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** An order number that a spreadsheet has rounded: 1.2E+19, 123456.0, or only zeros after the fifteenth digit. */
export const isMangled = (text: string): boolean =>
  /^\d(\.\d+)?e\+\d+$/i.test(text) || /^\d+\.0*$/.test(text) || /^\d{15}0+$/.test(text)

/** Whether a text has no visible character. Old DOS programs end a file with a control character. */
export const isBlank = (text: string): boolean => !/[^\s\p{C}]/u.test(text)

/** The beginning of a line, long enough to find it in the file. */
export const shown = (text: string): string =>
  text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 64)
