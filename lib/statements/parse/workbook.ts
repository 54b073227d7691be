import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import type { Problem } from '../problem.ts'
import { cellText, createFormats, type Formats } from './cell-text.ts'
import { type ListRecord, TOO_LONG } from './csv-records.ts'
import { refusalOf } from './file-kind.ts'
import { createTexts, type Texts } from './shared-texts.ts'

/** The first visible sheet of an .xlsx workbook. */
export type Sheet = {
  readonly name: string
  /** Names of the other visible sheets. */
  readonly others: readonly string[]
  /** Counts the rows by a search in the bytes, without the parser, so that lost rows are noticed. */
  readonly countRows: () => Promise<number>
  readonly rows: () => AsyncGenerator<readonly ListRecord[]>
  readonly close: () => void
}

/** A workbook that cannot be read, with the reason. */
export class WorkbookError extends Error {
  override readonly name = 'WorkbookError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.en)
    this.problem = problem
  }
}

const NOT_READ: Problem = refusalOf({
  zh: '无法读取的压缩包或工作簿',
  en: 'an archive, or a workbook of a kind that is not read',
})
const DAMAGED: Problem = {
  zh: 'Excel 文件已损坏,或内容过大;请另存为“CSV UTF-8(逗号分隔)”后重新上传',
  en: 'the workbook is damaged or too large: save it as “CSV UTF-8” and upload that',
}

/** Limits: entries of the zip archive, columns that are read, and characters of one cell. */
const ENTRIES_MOST = 2000
const COLUMNS_MOST = 256
const CELL_MOST = 8192
const TEXT_BYTES_MOST = 64 * 1024 * 1024

/** Throws WorkbookError. @param maxBytes of one uncompressed part */
export const openWorkbook = async (file: string, maxBytes: number): Promise<Sheet> => {
  const zip = await openPromise(file, { autoClose: false, lazyEntries: true }).catch(damaged)
  const open = new Set<Readable>()
  /** Closes the file after the last stream on it has ended. */
  const close = (): void => {
    for (const bytes of open) bytes.destroy()
    zip.close()
  }
  try {
    const entries = await entriesOf(zip)
    const textOf = (entry: Entry | undefined) => readPart(zip, entry, maxBytes, open)
    const part = (name: string): AsyncGenerator<string> => textOf(entries.get(name.toLowerCase()))
    const { sheets, date1904 } = await readIndex(part('xl/workbook.xml'))
    const [first, ...others] = sheets.filter(({ isHidden }) => !isHidden)
    const path = first && (await targetsOf(part('xl/_rels/workbook.xml.rels'))).get(first.id)
    const sheet = path && entries.get(path.toLowerCase())
    if (!sheet) throw new WorkbookError(NOT_READ)
    const formats = entries.has('xl/styles.xml')
      ? await readStyles(part('xl/styles.xml'), date1904)
      : createFormats(date1904)
    const texts = createTexts(TEXT_BYTES_MOST)
    if (entries.has('xl/sharedstrings.xml')) await readTexts(part('xl/sharedStrings.xml'), texts)
    return {
      name: first.name,
      others: others.map(({ name }) => name),
      countRows: () => countRows(textOf(sheet)),
      rows: () => readRows(textOf(sheet), formats, texts),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

const damaged = (error: unknown): never => {
  if (error instanceof WorkbookError) throw error
  // A system error, such as EMFILE, does not mean that the workbook is bad.
  if (error instanceof Error && 'syscall' in error) throw error
  throw new WorkbookError(DAMAGED)
}

const entriesOf = async (zip: ZipFile): Promise<ReadonlyMap<string, Entry>> => {
  if (zip.entryCount > ENTRIES_MOST) throw new WorkbookError(DAMAGED)
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName.toLowerCase(), entry)
  } catch (error) {
    damaged(error)
  }
  if (!entries.has('xl/workbook.xml')) throw new WorkbookError(NOT_READ)
  return entries
}

/** Yields the text of a part in pieces. The sizes that the zip archive states are not trusted. */
const readPart = async function* (
  zip: ZipFile,
  entry: Entry | undefined,
  maxBytes: number,
  open: Set<Readable>,
): AsyncGenerator<string> {
  if (!entry?.canDecodeFileData() || entry.uncompressedSize > maxBytes) throw new WorkbookError(DAMAGED)
  const bytes = await zip.openReadStreamPromise(entry).catch(damaged)
  open.add(bytes)
  const decoder = new StringDecoder('utf8')
  let total = 0
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      total += chunk.length
      if (total > maxBytes) throw new WorkbookError(DAMAGED)
      yield decoder.write(chunk)
    }
  } catch (error) {
    damaged(error)
  } finally {
    bytes.destroy()
    open.delete(bytes)
  }
}

/** Callbacks for the tags of a part; tag names come without their XML prefix. */
type Tags = {
  readonly open?: (name: string, tag: SaxesTagPlain) => void
  readonly close?: (name: string) => void
  readonly text?: (text: string) => void
}

/** Parses pieces one by one and yields what was collected after each. */
const parse = (tags: Tags) => {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false })
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  parser.on('opentag', (tag) => tags.open?.(local(tag.name), tag))
  parser.on('closetag', (tag) => tags.close?.(local(tag.name)))
  parser.on('text', (text) => tags.text?.(text))
  parser.on('cdata', (text) => tags.text?.(text))
  parser.on('error', () => {
    throw new WorkbookError(DAMAGED)
  })
  return parser
}

const parseAll = async (part: AsyncIterable<string>, tags: Tags): Promise<void> => {
  const parser = parse(tags)
  for await (const piece of part) parser.write(piece)
  parser.close()
}

const attribute = ({ attributes }: SaxesTagPlain, name: string): string | undefined =>
  Object.entries(attributes).find(([key]) => key === name || key.endsWith(`:${name}`))?.[1]

const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true'

const readIndex = async (part: AsyncIterable<string>) => {
  const sheets: { readonly name: string; readonly id: string; readonly isHidden: boolean }[] = []
  let date1904 = false
  await parseAll(part, {
    open: (name, tag) => {
      if (name === 'workbookPr') date1904 = isTrue(tag.attributes.date1904)
      if (name === 'sheet')
        sheets.push({
          name: tag.attributes.name ?? '',
          id: Object.entries(tag.attributes).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? '',
          isHidden: /hidden/i.test(tag.attributes.state ?? ''),
        })
    },
  })
  return { sheets, date1904 }
}

/** The paths of the parts, by relationship id. */
const targetsOf = async (part: AsyncIterable<string>): Promise<ReadonlyMap<string, string>> => {
  const targets = new Map<string, string>()
  await parseAll(part, {
    open: (name, tag) => {
      const target = attribute(tag, 'Target')
      if (name === 'Relationship' && target !== undefined)
        targets.set(attribute(tag, 'Id') ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target}`)
    },
  })
  return targets
}

const readStyles = async (part: AsyncIterable<string>, date1904: boolean): Promise<Formats> => {
  const formats = createFormats(date1904)
  let isInCells = false
  await parseAll(part, {
    open: (name, tag) => {
      if (name === 'numFmt') formats.addCode(Number(tag.attributes.numFmtId), tag.attributes.formatCode ?? '')
      if (name === 'cellXfs') isInCells = true
      if (name === 'xf' && isInCells) formats.addStyle(Number(tag.attributes.numFmtId ?? 0))
    },
    close: (name) => {
      if (name === 'cellXfs') isInCells = false
    },
  })
  return formats
}

/** Reads the shared strings. Joins rich text runs and leaves out phonetic hints (rPh). */
const readTexts = async (part: AsyncIterable<string>, texts: Texts): Promise<void> => {
  let text = ''
  let isText = false
  let isAloud = false
  await parseAll(part, {
    open: (name) => {
      if (name === 't') isText = true
      if (name === 'rPh') isAloud = true
      if (name === 'si') text = ''
    },
    close: (name) => {
      if (name === 't') isText = false
      if (name === 'rPh') isAloud = false
      if (name === 'si' && !texts.add(text)) throw new WorkbookError(DAMAGED)
    },
    text: (more) => {
      if (isText && !isAloud && text.length <= CELL_MOST) text += more
    },
  })
}

/** Counts the row tags by a search, without a parser. */
const countRows = async (part: AsyncIterable<string>): Promise<number> => {
  let count = 0
  let rest = ''
  for await (const piece of part) {
    const text = rest + piece
    count += text.match(/<(?:\w+:)?row[\s/>]/g)?.length ?? 0
    // A tag may be split over two pieces.
    const open = text.lastIndexOf('<')
    rest =
      open >= 0 && text.length - open < 64 && !/^<(?:\w+:)?row[\s/>]/.test(text.slice(open)) ? text.slice(open) : ''
  }
  return count
}

const readRows = async function* (
  part: AsyncIterable<string>,
  formats: Formats,
  texts: Texts,
): AsyncGenerator<readonly ListRecord[]> {
  let records: ListRecord[] = []
  let line = 0
  let fields: string[] = []
  let at = -1
  let cell: { readonly type: string; readonly style: number } | undefined
  let value = ''
  let isText = false
  let isAloud = false
  let isLong = false

  const endRow = (): void => {
    if (isLong) records.push({ line, lines: 1, text: fields.filter(Boolean).join(' '), problem: TOO_LONG })
    else if (fields.every((field) => field.trim() === '')) records.push({ line, lines: 1, isBlank: true })
    else records.push({ line, lines: 1, fields: Array.from(fields, (field) => field ?? '') })
  }
  const parser = parse({
    open: (name, tag) => {
      switch (name) {
        case 'row': {
          line = Number(tag.attributes.r ?? line + 1)
          fields = []
          at = -1
          isLong = false
          break
        }
        case 'c': {
          at = columnOf(tag.attributes.r) ?? at + 1
          cell = { type: tag.attributes.t ?? 'n', style: Number(tag.attributes.s ?? 0) }
          value = ''
          break
        }
        case 'v':
        case 't':
          isText = true
          break
        case 'rPh':
          isAloud = true
      }
    },
    close: (name) => {
      switch (name) {
        case 'v':
        case 't':
          isText = false
          break
        case 'rPh':
          isAloud = false
          break
        case 'c': {
          if (!cell || value === '') break
          const text = cell.type === 's' ? texts.get(Number(value)) : cellText(value, cell.type, formats.of(cell.style))
          if (text !== '' && (at >= COLUMNS_MOST || text.length > CELL_MOST)) isLong = true
          else if (text !== '') fields[at] = text
          break
        }
        case 'row':
          endRow()
      }
    },
    text: (more) => {
      if (isText && !isAloud && value.length <= CELL_MOST) value += more
    },
  })
  for await (const piece of part) {
    parser.write(piece)
    if (records.length === 0) continue
    yield records
    records = []
  }
  parser.close()
  yield records
}

/** AB12 → 27, counted from 0. */
const columnOf = (reference: string | undefined): number | undefined => {
  const [letters] = /^[A-Z]{1,3}/.exec(reference ?? '') ?? []
  if (letters === undefined) return undefined
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
