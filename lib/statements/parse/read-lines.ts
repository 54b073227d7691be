import type { Problem } from '../problem.ts'
import { readTillSum, type TillSum } from '../till-sum.ts'
import { type Header, isColumnName, lookOf, NO_HEADER, readHeader } from './columns.ts'
import { DELIMITERS, readCsvLine } from './csv-line.ts'
import { createRecords, type ListRecord } from './csv-records.ts'
import { isBlank, plainField } from './forms.ts'
import { isStateWord } from './payment-status.ts'
import { type LineContext, readJsonLine, readTableLine, type StatementLine } from './statement-line.ts'
import type { TextLine } from './text-lines.ts'

/** Lines of the file that are not part of the list. */
export type Beside = {
  /** Lines above the header. */
  readonly titles: number
  readonly headers: number
  readonly blank: number
  /** The second and later lines of records that have several. */
  readonly continued: number
}

/** A statement that is being read. The other members are complete only after all `lines` were read. */
export type Reading = {
  readonly lines: AsyncIterable<readonly StatementLine[]>
  readonly beside: () => Beside
  /** Whether its lines have amounts. */
  readonly hasAmounts: () => boolean
  /** The POS's own totals above the header. */
  readonly titleSums: () => readonly TillSum[]
  readonly notes: () => readonly Problem[]
}

type Read = Reading | { readonly refused: Problem }

/** The header is looked for in so many lines, since a title or a date may stand above it. */
const HEADER_AMONG = 10

/** Reads text as JSON Lines or as CSV with a header; or gives the reason why it cannot. */
export const readText = async (
  text: AsyncGenerator<readonly TextLine[]>,
  isNamedJson: boolean,
  context: LineContext,
): Promise<Read> => {
  const begin: TextLine[] = []
  let filled = 0
  while (filled < 2 * HEADER_AMONG) {
    const { value, done } = await text.next()
    if (done) break
    begin.push(...value)
    filled += value.filter((line) => !isBlank(line.text)).length
  }
  const first = begin.find((line) => !isBlank(line.text))
  const looksLikeJson = first?.text.trimStart().startsWith('{') === true
  const header = looksLikeJson ? undefined : findHeader(begin)
  if (header) return csvReading(begin, text, header, context)
  return looksLikeJson || (isNamedJson && first) ? jsonReading(begin, text, context) : { refused: NO_HEADER }
}

/** Reads the rows of a sheet below its header; or gives the reason why it cannot. */
export const readSheet = async (
  rows: AsyncGenerator<readonly ListRecord[]>,
  notes: readonly Problem[],
  context: LineContext,
): Promise<Read> => {
  const begin: ListRecord[] = []
  let filled = 0
  while (filled < HEADER_AMONG) {
    const { value, done } = await rows.next()
    if (done) break
    begin.push(...value)
    filled += value.filter((record) => !('isBlank' in record)).length
  }
  const among = begin.filter((record) => !('isBlank' in record)).slice(0, HEADER_AMONG)
  const found = among.find((record) => 'fields' in record && readHeader(record.fields))
  const header = found && 'fields' in found ? readHeader(found.fields) : undefined
  if (!found || !header) return { refused: NO_HEADER }
  const reader = tableReader(header, false, context)
  const at = begin.indexOf(found)
  for (const record of begin.slice(0, at)) reader.above(record, 'fields' in record ? record.fields : [])
  reader.headerSeen(1)
  const lines = async function* () {
    yield begin.slice(at + 1).flatMap(reader.read)
    for await (const some of rows) yield some.flatMap(reader.read)
  }
  return { ...reader.facts, lines: lines(), notes: () => [...notes, ...reader.facts.notes()] }
}

type Found = { readonly at: number; readonly lines: number; readonly delimiter: string; readonly header: Header }

/** Finds the first line that has the column names, with any delimiter. */
const findHeader = (begin: readonly TextLine[]): Found | undefined => {
  let filled = 0
  for (const [at, line] of begin.entries()) {
    if (isBlank(line.text)) continue
    filled += 1
    if (filled > HEADER_AMONG) return undefined
    const found = DELIMITERS.flatMap((delimiter): Found[] => {
      const fits = (fields: readonly string[]) => readHeader(fields) !== undefined
      const [record] = createRecords(delimiter, fits)(begin.slice(at, at + HEADER_AMONG), true)
      const header = record && 'fields' in record ? readHeader(record.fields) : undefined
      return record && header ? [{ at, lines: record.lines, delimiter, header }] : []
    })
    const [first] = found.toSorted((a, b) => b.header.columns.size - a.header.columns.size)
    if (first) return first
  }
  return undefined
}

const csvReading = (
  begin: readonly TextLine[],
  text: AsyncGenerator<readonly TextLine[]>,
  { at, lines: height, delimiter, header }: Found,
  context: LineContext,
): Reading => {
  const reader = tableReader(header, true, context)
  for (const line of begin.slice(0, at)) {
    const fields = readCsvLine(line.text, delimiter)
    reader.above(
      isBlank(line.text) ? { line: line.number, lines: 1, isBlank: true } : { line: line.number, lines: 1, fields: [] },
      typeof fields === 'string' ? [line.text] : fields,
    )
  }
  reader.headerSeen(height)
  const rest = begin.slice(at + height)
  const records = createRecords(delimiter, reader.fits)
  reader.learn(
    rest
      .filter((line) => !isBlank(line.text))
      .slice(0, LEARNT)
      .map((line) => readCsvLine(line.text, delimiter)),
  )
  const lines = async function* () {
    yield readAll(records(rest, false), reader.read)
    for await (const some of text) yield readAll(records(some, false), reader.read)
    yield readAll(records([], true), reader.read)
  }
  return { ...reader.facts, lines: lines() }
}

/** Reads records one by one, since a repeated header changes how the next record is read. */
const readAll = <T>(records: Iterable<ListRecord>, read: (record: ListRecord) => readonly T[]): readonly T[] => {
  const all: T[] = []
  for (const record of records) all.push(...read(record))
  return all
}

/** Lines after the header from which the number of extra fields is learned. */
const LEARNT = 10

const tableReader = (first: Header, isText: boolean, context: LineContext) => {
  let header = first
  /** Number of empty fields that every line has at its end and the header lacks. */
  let extra = 0
  let [titles, headers, blank, continued] = [0, 0, 0, 0]
  const titleSums: TillSum[] = []
  const suspects = createSuspects()
  suspects.name(header)

  const fits = (fields: readonly string[]): boolean => {
    const { names, width } = header
    if (isText && (fields.length < names.length || fields.length > width + extra)) return false
    return fields.every((field, at) => at < names.length || field.trim() === '' || (isText && at < width))
  }

  const read = (record: ListRecord): readonly StatementLine[] => {
    continued += record.lines - 1
    if ('isBlank' in record) {
      blank += 1
      return []
    }
    if ('fields' in record) {
      const again = mayBeHeader(record.fields, header) ? readHeader(record.fields) : undefined
      if (again) {
        headers += 1
        header = again
        suspects.name(header)
        return []
      }
      if (fits(record.fields)) suspects.look(record.fields)
    }
    return [readTableLine(record, header, fits, context)]
  }

  return {
    fits,
    read,
    above: (record: ListRecord, fields: readonly string[]): void => {
      if ('isBlank' in record) {
        blank += 1
        return
      }
      titles += record.lines
      const sum = readTillSum(fields, {})
      if (sum) titleSums.push(sum)
    },
    headerSeen: (height: number): void => {
      headers += 1
      continued += height - 1
    },
    /** At least two lines must have them, and all that are looked at: in a single line it may be an unquoted comma. */
    learn: (rows: readonly (readonly string[] | string)[]): void => {
      const all = rows.filter((fields) => typeof fields !== 'string' && fields.some((field) => field.trim() !== ''))
      const more = Math.min(...all.map((fields) => fields.length - header.width))
      const isHabit = all.every(
        (fields) =>
          fields.length - header.width === more &&
          [...fields].slice(header.width).every((field) => field.trim() === ''),
      )
      if (all.length > 1 && more > 0 && isHabit) extra = more
    },
    facts: {
      beside: () => ({ titles, headers, blank, continued }),
      hasAmounts: () => hasAmount(header),
      titleSums: () => titleSums,
      notes: () => suspects.notes(hasAmount(first)),
    },
  }
}

/** Whether a line may be a repeated header. Such a line has no order number in the order number's column. */
const mayBeHeader = (fields: readonly string[], { columns }: Header): boolean => {
  const field = fields[columns.get('out_order_no')?.[0] ?? 0] ?? ''
  return !/^[0-9A-Za-z_\-|*]{1,32}$/.test(field) || isColumnName(field)
}

const hasAmount = ({ columns }: Header): boolean => columns.has('amount_fen') || columns.has('amount_yuan')

const jsonReading = (
  begin: readonly TextLine[],
  text: AsyncGenerator<readonly TextLine[]>,
  context: LineContext,
): Reading => {
  let blank = 0
  let amounts = 0
  let payments = 0
  const suspects = createSuspects()
  const read = (line: TextLine): readonly StatementLine[] => {
    if (isBlank(line.text)) {
      blank += 1
      return []
    }
    const found = readJsonLine(line, context)
    if (found.kind === 'payment' && found.order.expected_amount !== undefined) amounts += 1
    if (found.kind === 'payment' && payments < LOOKED_AT) suspects.members(line.text)
    payments += found.kind === 'payment' ? 1 : 0
    return [found]
  }
  const lines = async function* () {
    yield begin.flatMap(read)
    for await (const some of text) yield some.flatMap(read)
  }
  return {
    lines: lines(),
    beside: () => ({ titles: 0, headers: 0, blank, continued: 0 }),
    hasAmounts: () => amounts > 0,
    titleSums: () => [],
    notes: () => suspects.notes(amounts > 0),
  }
}

/** JSON objects whose member names are looked at. Normally all objects have the same. */
const LOOKED_AT = 1000

/** Most column names in a note. */
const NAMED_MOST = 10

/** Collects columns that are not read and look like a payment state or an amount, by their name or by their values. */
const createSuspects = () => {
  const states = new Set<string>()
  const amounts = new Set<string>()
  let unknown: Header['unknown'] = []

  const suspect = (name: string, looksLike: 'state' | 'amount' | undefined): void => {
    if (looksLike === 'state' && states.size < NAMED_MOST) states.add(name)
    if (looksLike === 'amount' && amounts.size < NAMED_MOST) amounts.add(name)
  }
  return {
    name: (header: Header): void => {
      unknown = header.unknown
      for (const { name, looksLike } of unknown) suspect(name, looksLike)
    },
    look: (fields: readonly string[]): void => {
      for (const { at, name } of unknown) {
        const value = plainField(fields[at] ?? '')
        if (!states.has(name) && isStateWord(value)) suspect(name, 'state')
        if (!amounts.has(name) && /^[¥¥]?-?\d{1,7}\.\d\d$/.test(value)) suspect(name, 'amount')
      }
    },
    members: (text: string): void => {
      const value: object = Object(JSON.parse(text))
      for (const name of Object.keys(value)) suspect(name, lookOf(name).looksLike)
    },
    notes: (hasAmounts: boolean): readonly Problem[] => [
      ...(states.size > 0 ? [unreadState([...states])] : []),
      ...(amounts.size > 0 && !hasAmounts ? [noAmount([...amounts])] : []),
    ],
  }
}

const unreadState = (names: readonly string[]): Problem => ({
  en: `not read: ${names.join(', ')}, which looks as if it told whether a payment was made; if it does, name it trade_state (state) or trade_type (kind)`,
  zh: `未读取“${names.join('”、“')}”列,其内容像是支付状态或交易类型;如确实是,请将列名改为“交易状态”或“交易类型”`,
})

const noAmount = (names: readonly string[]): Problem => ({
  en: `no amount was read, so no sum was compared: ${names.join(', ')} looks like one; name it amount_yuan`,
  zh: `未读取到金额,因此未核对金额;“${names.join('”、“')}”列像是金额,请将列名改为“金额(元)”`,
})
