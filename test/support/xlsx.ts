import { crc32, deflateRawSync } from 'node:zlib'

/** A zip archive of these files. `claim` is a false uncompressed size for its header. */
export const zipOf = (files: Readonly<Record<string, string | Buffer>>, claim?: number): Buffer => {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes)
    const named = Buffer.from(name)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x800, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claim ?? bytes.length, 18)
    fields.writeUInt16LE(named.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, named])
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, Buffer.alloc(14), named])
    entry.writeUInt32LE(offset, 42)
    central.push(entry)
    parts.push(local, packed)
    offset += local.length + packed.length
  }
  const size = central.reduce((sum, entry) => sum + entry.length, 0)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(central.length, 8)
  end.writeUInt16LE(central.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...central, end])
}

/**
 * A string becomes a shared string, a number stays one, and an object is the cell's XML: its attributes and its
 * content.
 */
export type Cell = string | number | undefined | { readonly attributes: string; readonly inner: string }

type Workbook = {
  readonly rows: readonly (readonly Cell[])[]
  /** Number formats of cells; style 0 is the default, these are 1, 2 and so on. */
  readonly formats?: readonly string[]
  readonly date1904?: boolean
  readonly others?: readonly { readonly name: string; readonly state?: string }[]
  readonly sheet?: string
  /** The XML prefix of each tag; Excel has none, other programs have one. */
  readonly prefix?: string
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A workbook as Excel writes it. */
export const xlsxOf = ({ rows, formats = [], date1904 = false, others = [], sheet, prefix = '' }: Workbook): Buffer => {
  const texts = new Map<string, number>()
  const cell = (value: Cell, at: string): string => {
    if (value === undefined) return ''
    if (typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`
    if (typeof value === 'object') return `<c r="${at}" ${value.attributes}>${value.inner}</c>`
    if (!texts.has(value)) texts.set(value, texts.size)
    return `<c r="${at}" t="s"><v>${texts.get(value)}</v></c>`
  }
  const letters = (column: number) => String.fromCharCode(65 + column)
  const body = rows
    .map(
      (row, at) =>
        `<row r="${at + 1}">${row.map((value, column) => cell(value, letters(column) + (at + 1))).join('')}</row>`,
    )
    .join('')
  const sheets = [{ name: '明细' }, ...others]
  const part = (text: string) =>
    HEAD +
    (prefix === ''
      ? text
      : text.replaceAll(/<(\/?)(?=[a-z])/gi, `<$1${prefix}:`).replaceAll(' xmlns=', ` xmlns:${prefix}=`))
  return zipOf({
    '[Content_Types].xml': `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    'xl/workbook.xml': part(
      `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${sheets
        .map(
          ({ name, ...more }, at) =>
            `<sheet name="${xml(name)}" sheetId="${at + 1}"${'state' in more ? ` state="${more.state}"` : ''} r:id="rId${at + 1}"/>`,
        )
        .join('')}</sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${sheets
      .map(
        (_, at) =>
          `<Relationship Id="rId${at + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
      )
      .join('')}</Relationships>`,
    'xl/worksheets/sheet1.xml': part(sheet ?? `<worksheet xmlns="${MAIN}"><sheetData>${body}</sheetData></worksheet>`),
    ...Object.fromEntries(
      others.map((_, at) => [
        `xl/worksheets/sheet${at + 2}.xml`,
        part(`<worksheet xmlns="${MAIN}"><sheetData/></worksheet>`),
      ]),
    ),
    'xl/styles.xml': part(
      `<styleSheet xmlns="${MAIN}"><numFmts>${formats.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${xml(code)}"/>`).join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats.map((_, at) => `<xf numFmtId="${164 + at}"/>`).join('')}<xf numFmtId="14"/></cellXfs></styleSheet>`,
    ),
    'xl/sharedStrings.xml': part(
      `<sst xmlns="${MAIN}">${[...texts.keys()].map((text) => `<si><t xml:space="preserve">${xml(text)}</t></si>`).join('')}</sst>`,
    ),
  })
}
