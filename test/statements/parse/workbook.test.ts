import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openList, readForeseen } from '../../../lib/statements/parse/list.ts'
import { NOW } from '../../support/orders.ts'
import { MCHID, MERCHANTS } from '../../support/statement-deps.ts'
import { type Cell, xlsxOf, zipOf } from '../../support/xlsx.ts'
import { all, told } from './reading.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbook-'))
})
afterAll(() => rm(folder, { recursive: true }))

const HEADER = ['商户服务订单号', '收款成功时间', '金额(元)', '门店']

/** What is told of each line, or why nothing is. */
const read = async (bytes: Buffer, name = 'list.xlsx') => {
  const file = join(folder, 'list')
  await writeFile(file, bytes)
  const list = await openList(file, name)
  if ('refused' in list) return { refused: list.refused }
  try {
    const context = { mchid: MCHID, merchants: MERCHANTS, now: NOW }
    const both = await readForeseen(list, context)
    if ('refused' in both) return { refused: both.refused }
    const { reading } = both
    const lines = (await all(reading.lines)).flat().map(told)
    return { lines, counted: list.counted, beside: reading.beside(), notes: reading.notes() }
  } finally {
    list.close()
  }
}

const linesOf = async (...rows: readonly (readonly Cell[])[]) => {
  const { lines, refused } = await read(xlsxOf({ rows: [HEADER, ...rows], formats: FORMATS }))
  return lines ?? [refused?.en]
}

const FORMATS = ['yyyy/m/d h:mm', '000000', '[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy', '0.00']
const styled = (style: number, value: string): Cell => ({ attributes: `s="${style}"`, inner: `<v>${value}</v>` })

describe('a workbook', () => {
  it('is read by its first sheet, cell by cell', async () => {
    const rows: readonly (readonly Cell[])[] = [
      ['门店线下收款明细'],
      [],
      HEADER,
      ['A1', '2026/11/24 9:30', 12.8, '福田店'],
      ['A2', styled(1, '46350.395833333336'), '1,288.00', undefined],
      ['A3', styled(5, '46350')],
      [undefined, undefined],
      ['A4', '20261124093000', undefined, 'a,b"c'],
    ]

    expect(await read(xlsxOf({ rows, formats: FORMATS }))).toEqual({
      lines: [
        '4 A1 20261124093000 1280 {"shop_id":"福田店"}',
        '5 A2 20261124093000 128800',
        '6 A3 20261124',
        '8 A4 20261124093000 {"shop_id":"a,b\\"c"}',
      ],
      counted: 8,
      beside: { titles: 1, headers: 1, blank: 2, continued: 0 },
      notes: [],
    })
  })

  it('is a workbook whatever its name says', async () => {
    expect((await read(xlsxOf({ rows: [HEADER, ['A1', '20261124093000']] }), 'list.csv')).lines).toEqual([
      '2 A1 20261124093000',
    ])
  })

  it('may be written with a prefix before each name, as other programs do', async () => {
    const bytes = xlsxOf({ rows: [HEADER, ['A1', '20261124093000']], prefix: 'x' })

    expect(await read(bytes)).toMatchObject({ lines: ['2 A1 20261124093000'], counted: 2 })
  })

  it('counts its days from 1904 where it says so', async () => {
    const rows = [HEADER, ['A1', styled(1, '44888.395833333336')]]

    expect((await read(xlsxOf({ rows, formats: FORMATS, date1904: true }))).lines).toEqual(['2 A1 20261124093000'])
    expect((await read(xlsxOf({ rows, formats: FORMATS }))).lines).toEqual(['2 A1 20221123093000'])
  })

  it.each([
    ['a date in Chinese', styled(3, '46350'), '2 A1 20261124'],
    ['a second that was rounded', styled(1, '46350.39583333333'), '2 A1 20261124093000'],
    ['ISO', { attributes: 't="d"', inner: '<v>2026-11-24T09:30:00</v>' }, '2 A1 20261124093000'],
    [
      'a formula, by what it came to',
      { attributes: 't="str"', inner: '<f>TEXT(NOW(),"x")</f><v>2026-11-24 09:30</v>' },
      '2 A1 20261124093000',
    ],
    [
      'rich text',
      {
        attributes: 't="inlineStr"',
        inner: '<is><r><t>2026-11-24 </t></r><r><t>09:30</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is>',
      },
      '2 A1 20261124093000',
    ],
    [
      'a number without a date’s format',
      46350.4,
      '2: paid_time: is the number by which a spreadsheet counts days; format the column as a date and export it again',
    ],
  ] as const)('tells a time by %s', async (_, cell, line) => {
    expect(await linesOf(['A1', cell])).toEqual([line])
  })

  it.each([
    [12.8, 1280],
    [1288.0999999999999, 128_810],
    [{ attributes: '', inner: '<v>1288.0999999999999</v>' }, 128_810],
    [styled(4, '0.1'), 10],
    [{ attributes: '', inner: '<v>1.2E1</v>' }, 1200],
  ] as const)('tells a sum by the digits that a spreadsheet knows: %j', async (cell, fen) => {
    expect(await linesOf(['A1', '20261124', cell])).toEqual([`2 A1 20261124 ${fen}`])
  })

  const ROUNDED =
    '2: out_order_no: a spreadsheet has rounded this number; format the column as text and export it again'
  it.each([
    ['of fifteen digits', '202511240001234', '2 202511240001234 20261124'],
    ['of sixteen, which a program wrote', '2025112400012345', '2 2025112400012345 20261124'],
    ['of sixteen with a zero at the end', '2025112400012340', ROUNDED],
    ['of twenty', '20251124000123400000', ROUNDED],
    ['with an exponent', '2.0251124000123401E+19', ROUNDED],
    ['of eighteen', '202511240001234567', ROUNDED],
  ])('tells an order’s number that is a number only where no digit was lost: one %s', async (_, digits, line) => {
    expect(await linesOf([{ attributes: '', inner: `<v>${digits}</v>` }, '20261124'])).toEqual([line])
  })

  it('keeps zeros that a format puts in front of a number', async () => {
    expect(await linesOf([styled(2, '12'), '20261124'])).toEqual(['2 000012 20261124'])
  })

  it('says of a row with more fields than its header how many it has', async () => {
    expect(await linesOf(['A1', '20261124', 12.8, '福田店', undefined, 'x'])).toEqual([
      '2: has 6 fields, and the header has 4: a field that holds the delimiter must stand in quotes',
    ])
  })

  it('says which other sheets were not read, and passes over hidden ones', async () => {
    const others = [{ name: '福田店' }, { name: '旧', state: 'hidden' }]

    expect((await read(xlsxOf({ rows: [HEADER, ['A1', '20261124']], others }))).notes).toEqual([
      {
        en: 'only the first sheet was read (明细), not 福田店',
        zh: '只读取了第一个工作表“明细”,未读取“福田店”',
      },
    ])
  })
})

describe('a file that is no list', () => {
  const workbook = { zh: /请用 Excel 或 WPS 打开,另存为/, en: /save it as “CSV UTF-8” or as \.xlsx, and upload that$/ }

  it.each([
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'list.xls', workbook],
    ['an old workbook under another name', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'list.csv', workbook],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'list.pdf', workbook],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'list.png', workbook],
    ['a web page that is named as a workbook', Buffer.from('<html><table>'), 'list.xls', workbook],
    ['XML', Buffer.from('\ufeff\n<?xml version="1.0"?>'), 'list.xls', workbook],
    ['an archive', Buffer.from('Rar!\x1a\x07'), 'list.rar', workbook],
    ['a zip of something else', zipOf({ 'a.txt': 'x' }), 'list.zip', workbook],
    [
      'a JSON array',
      Buffer.from('[{"out_order_no":"A1"}]'),
      'list.json',
      { zh: /每行一个 JSON 对象/, en: /one object in each line/ },
    ],
    ['a workbook without rows', xlsxOf({ rows: [] }), 'list.xlsx', { zh: /^未找到表头/, en: /^no header was found/ }],
    [
      'a workbook that was cut off',
      xlsxOf({ rows: [HEADER] }).subarray(0, 900),
      'list.xlsx',
      { zh: /已损坏/, en: /damaged/ },
    ],
    [
      'a sheet that is no XML',
      xlsxOf({ rows: [], sheet: '<worksheet><sheetData><row></sheetData>' }),
      'list.xlsx',
      { zh: /已损坏/, en: /damaged/ },
    ],
    ['nothing', Buffer.from(''), 'list.csv', { zh: /^未找到表头/, en: /^no header was found/ }],
  ])('is refused, and told how to save it: %s', async (_, bytes, name, { zh, en }) => {
    const { refused } = await read(bytes, name)

    expect(refused?.zh).toMatch(zh)
    expect(refused?.en).toMatch(en)
  })

  it('is refused where it says of a part that it is small, and it is not', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => [`A${i}`, '20261124093000'])
    const files = { 'xl/workbook.xml': 'x'.repeat(5_000_000) }

    expect((await read(zipOf(files, 10))).refused?.en).toMatch(/damaged or too large/)
    expect((await read(xlsxOf({ rows: [HEADER, ...rows] }))).lines).toHaveLength(2000)
  })

  it('is refused where a part unpacks to more than a list may have', async () => {
    const bomb = zipOf({
      'xl/workbook.xml': '<workbook><sheets><sheet name="x" sheetId="1" r:id="rId1" xmlns:r="r"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
      'xl/worksheets/sheet1.xml': Buffer.alloc(300 * 1024 * 1024, ' '),
    })

    expect(bomb.length).toBeLessThan(400_000)
    expect((await read(bomb)).refused?.en).toMatch(/damaged or too large/)
  })
})
