import { describe, expect, it } from 'vitest'
import { linesOf, recordsOf } from './reading.ts'

describe('the records of a CSV file', () => {
  it.each([
    ['LF', 'a,b\n1,2\n3,4'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['CR', 'a,b\r1,2\r3,4\r'],
    ['tabs', 'a\tb\n1\t2\n3\t4'],
    ['semicolons', 'a;b\n1;2\n3;4'],
    ['quotes', '"a","b"\n"1","2"\n"3","4"'],
  ])('are the same with %s, in pieces of any size', async (_, text) => {
    for (const size of [1, 2, 3, 1000])
      expect(await recordsOf(text, size)).toEqual([
        { line: 1, fields: ['a', 'b'] },
        { line: 2, fields: ['1', '2'] },
        { line: 3, fields: ['3', '4'] },
      ])
  })

  it('may hold delimiters, quotes and line ends in quotes', async () => {
    expect(await recordsOf('a,b\n"x,y","say ""hi""\nthere"\n1,2')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['x,y', 'say "hi"\nthere'] },
      { line: 4, fields: ['1', '2'] },
    ])
  })

  it('leave out blank lines and lines of empty fields', async () => {
    expect(await recordsOf('a,b\n\n , \n,\n1,2\n')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 5, fields: ['1', '2'] },
    ])
  })

  it('lose one line alone to a quote that is never closed', async () => {
    const records = await recordsOf(`a,b\n1,"2\n${Array.from({ length: 30 }, (_, i) => `x${i},y`).join('\n')}\n`)

    expect(records.find((record) => 'problem' in record)).toEqual({
      line: 2,
      text: '1,"2',
      problem: { en: 'quotes do not fit together', zh: '引号不成对' },
    })
    expect(records.filter((record) => 'fields' in record)).toHaveLength(31)
  })

  it('lose one line alone to a quote that is open at the end', async () => {
    expect(await recordsOf('a,b\n1,"2\n3,4')).toMatchObject([
      { line: 1 },
      { line: 2, text: '1,"2' },
      { line: 3, fields: ['3', '4'] },
    ])
  })

  it('take a quote in the middle of a field for one of its characters', async () => {
    expect(await recordsOf('a,b\n="0012",say "x"\n')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['="0012"', 'say "x"'] },
    ])
  })

  it('lose a line that is longer than any may be, and keep no more of it than that', async () => {
    const records = await recordsOf(`a,b\n${'x'.repeat(1_000_000)}\n1,2`, 65_536)

    expect(records).toMatchObject([
      { line: 1 },
      { line: 2, problem: { zh: '该行过长' } },
      { line: 3, fields: ['1', '2'] },
    ])
  })
})

describe('the text of a statement', () => {
  it.each([
    ['utf-8', Buffer.from('门店,1\n福田店,2')],
    ['utf-8', Buffer.from('\ufeff门店,1\n福田店,2')],
    [
      'gb18030',
      Buffer.from([0xc3, 0xc5, 0xb5, 0xea, 0x2c, 0x31, 0x0a, 0xb8, 0xa3, 0xcc, 0xef, 0xb5, 0xea, 0x2c, 0x32]),
    ],
    ['utf-16le', Buffer.from('\ufeff门店,1\n福田店,2', 'utf16le')],
  ] as const)('is read from %s, cut anywhere', async (encoding, bytes) => {
    for (const size of [1, 2, 3, 5]) {
      const lines = await linesOf(bytes, encoding, size)

      expect(lines.map(({ text }) => text)).toEqual(['门店,1', '福田店,2'])
    }
  })
})
