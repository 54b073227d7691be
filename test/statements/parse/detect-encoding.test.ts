import { describe, expect, it } from 'vitest'
import { readFileFacts } from '../../../lib/statements/parse/detect-encoding.ts'
import {
  dayOfName,
  isFolder,
  openKey,
  readStatementKey,
  reportKey,
  statementKeyOf,
  statementMark,
} from '../../../lib/statements/statement-key.ts'
import { readStatementTask } from '../../../lib/statements/statement-task.ts'
import { inPieces } from './reading.ts'

const survey = (bytes: Buffer, size = 5) => readFileFacts(inPieces(bytes, size), 1_000_000)

/** 门店 in GB18030. */
const SHOP = Buffer.from([0xc3, 0xc5, 0xb5, 0xea])

describe('the first look at a statement', () => {
  it.each([
    ['UTF-8', Buffer.from('门店\n1'), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeff门店\n1'), 'utf-8'],
    ['ASCII', Buffer.from('shop\n1'), 'utf-8'],
    ['GB18030', Buffer.concat([SHOP, Buffer.from('\n1')]), 'gb18030'],
    ['GB18030 under an English header', Buffer.concat([Buffer.from('shop\n'), SHOP]), 'gb18030'],
    ['UTF-16', Buffer.from('\ufeff门店\n1', 'utf16le'), 'utf-16le'],
    ['UTF-16 of the other order', Buffer.from('\ufeff门店\n1', 'utf16le').swap16(), 'utf-16be'],
    ['UTF-16 without a mark', Buffer.from('门店,a,b\n1,2,3', 'utf16le'), 'utf-16le'],
    ['UTF-16 of the other order without a mark', Buffer.from('门店,a,b\n1,2,3', 'utf16le').swap16(), 'utf-16be'],
    ['UTF-8 with a broken line', Buffer.concat([Buffer.from('门店\n'), Buffer.from([0xe9, 0x97, 0x0a])]), 'utf-8'],
    ['UTF-8 that is cut off', Buffer.concat([Buffer.from('门店\n'), Buffer.from([0xe9, 0x97])]), 'utf-8'],
  ])('knows %s', async (_, bytes, encoding) => {
    expect(await survey(bytes)).toMatchObject({ encoding, lines: 2 })
  })

  it.each([
    ['', 0],
    ['a', 1],
    ['a\nb', 2],
    ['a\r\nb\r\n', 2],
    ['a\rb\r', 2],
    ['\n\r', 2],
    ['\n\na\n\n\nb\n\n', 7],
    ['\ufeff', 0],
  ])('counts the lines of %j, blank ones among them: %i', async (text, lines) => {
    expect(await survey(Buffer.from(text), 1)).toMatchObject({ lines })
  })

  it.each([
    ['a first line of DEL alone', Buffer.concat([Buffer.from('\x7f\n'), SHOP]), 'gb18030'],
    ['a first line of Chinese alone, without an end', SHOP, 'gb18030'],
    ['a broken byte in the first line', Buffer.concat([Buffer.from([0xe9, 0x97]), Buffer.from('\n门店')]), 'gb18030'],
    [
      'an English first line, then Chinese and a broken byte',
      Buffer.concat([Buffer.from('a\n门'), Buffer.from([0xe9])]),
      'gb18030',
    ],
    ['an empty first line', Buffer.concat([Buffer.from('\n'), SHOP]), 'gb18030'],
    ['a first byte of 0xff alone', Buffer.from([0xff, 0x41]), 'gb18030'],
    ['a second byte of 0xfe alone', Buffer.from([0x41, 0xfe]), 'gb18030'],
    ['mixed letters in its first line', Buffer.concat([Buffer.from('shop 门店\n'), Buffer.from([0xe9])]), 'utf-8'],
  ])('of %s tells the encoding', async (_, bytes, encoding) => {
    expect(await survey(bytes)).toMatchObject({ encoding })
  })

  it('judges by the first 4,096 bytes in whatever pieces they come', async () => {
    const bytes = Buffer.concat([Buffer.from(`${'门'.repeat(1000)}\n`), SHOP])

    for (const size of [1, 1000, 4095, 4096, 4097, 100_000])
      expect(await survey(bytes, size)).toMatchObject({ encoding: 'utf-8', lines: 2, bytes: 3005 })
  })

  it('stops at more bytes than there may be', async () => {
    const { bytes } = await readFileFacts(inPieces(Buffer.alloc(10_000, 'x'), 100), 1000)

    expect(bytes).toBe(1100)
  })

  it('takes exactly as many as there may be, and lets go of a file that it has not read to its end', async () => {
    const [whole, more] = [inPieces(Buffer.alloc(1000, 'x'), 100), inPieces(Buffer.alloc(2000, 'x'), 100)]

    expect(await readFileFacts(whole, 1000)).toEqual({ encoding: 'utf-8', lines: 1, bytes: 1000 })
    await readFileFacts(more, 1000)
    expect(more.destroyed).toBe(true)
  })
})

describe('the key of a statement', () => {
  it.each(['2026-11-24.csv', '福田店 11月.CSV', 'a.b.csv.gz', 'a.jsonl', 'a.xlsx', 'a.xls', 'a.pdf', 'list', 'a.csv '])(
    'names it by its file, whatever that is: %s',
    (name) => {
      const key = `statements/1900000109/${name}`
      expect(readStatementKey(key)).toEqual({ key, mchid: '1900000109', name })
    },
  )

  it.each([
    'statements/1900000109/.csv',
    'statements/1900000109/..csv',
    'statements/1900000109/a/b.csv',
    'statements/1900000109/',
    'statements/shop/a.csv',
    'statements/a.csv',
    'reports/1900000109/a.csv',
    'statements/1900000109/a\n.csv',
    'my/statements/1900000109/a.csv',
    'statements/1900000109/.hidden.csv',
    `statements/1900000109/${'x'.repeat(141)}`,
  ])('%j is none', (key) => {
    expect(readStatementKey(key)).toBeUndefined()
  })

  it.each([
    ['statements/', true],
    ['statements/1900000109/', true],
    ['statements/1900000109/2026/', true],
    ['statements/1900000109/x.csv', false],
    ['reports/1900000109/', false],
  ])('%s is a folder: %s', (key, is) => {
    expect(isFolder(key)).toBe(is)
  })

  it('says where report and mark lie, and the mark leads back', () => {
    const statement = readStatementKey('statements/1900000109/a.csv.gz')
    if (!statement) throw new Error('no statement')

    expect(reportKey(statement, 'html')).toBe('reports/1900000109/a.csv.gz.html')
    expect(openKey(statement)).toBe('open/1900000109/a.csv.gz')
    expect(statementKeyOf('open/1900000109/a.csv.gz')).toBe(statement.key)
    expect(statementMark(statement)).toBe('1900000109/a.csv.gz')
  })

  it('gives each of two lists of one name and another form its own report', () => {
    const reports = ['x.csv', 'x.jsonl', 'x.csv.gz', 'x.xlsx', 'x', 'x.jsonl.csv'].map((name) => {
      const statement = readStatementKey(`statements/1/${name}`)
      return statement && reportKey(statement, 'html')
    })

    expect(new Set(reports).size).toBe(6)
  })

  it('may have the names of the folders in its own', () => {
    const statement = readStatementKey('statements/1900000109/statements open.csv')
    if (!statement) throw new Error('no statement')

    expect(openKey(statement)).toBe('open/1900000109/statements open.csv')
    expect(statementKeyOf(openKey(statement))).toBe(statement.key)
  })

  it.each([
    ['2026-11-24', '20261124'],
    ['shop7_20261124_v2', '20261124'],
    ['门店2026年11月24日', '20261124'],
    ['shop-7', undefined],
    ['20261324', undefined],
    ['120261124', undefined],
  ])('%s tells the day %s', (name, day) => {
    expect(dayOfName({ key: '', mchid: '1', name: `${name}.csv` })).toBe(day)
  })
})

describe('what the function is asked', () => {
  it('is to read a new object, to renew reports or to look for what is overdue', () => {
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { object: { key: 'statements/1/a b.csv' } },
    }

    expect(readStatementTask(event)).toEqual({ do: 'read', key: 'statements/1/a b.csv' })
    expect(readStatementTask({ do: 'renew' })).toEqual({ do: 'renew' })
    expect(readStatementTask({ do: 'overdue' })).toEqual({ do: 'overdue' })
  })

  it.each([
    undefined,
    null,
    'renew',
    {},
    { source: 'aws.s3', detail: null },
    { source: 'aws.s3', detail: { object: null } },
    { source: 'aws.s3', detail: { object: { key: 1 } } },
    { do: 'delete' },
    { source: 'aws.s3' },
    { source: 'com.x', detail: { object: { key: 'a' } } },
  ])('is not %j', (event) => {
    expect(() => readStatementTask(event)).toThrow('event: must name a new object, or a task')
  })
})
