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

  it('may hold a field that runs over ten lines, and none over eleven', async () => {
    const field = (lines: number) => `"${Array.from({ length: lines }, (_, i) => i).join('\n')}"`

    expect(await recordsOf(`a\n${field(10)}\nb`)).toMatchObject([
      { fields: ['a'] },
      { line: 2, fields: ['0\n1\n2\n3\n4\n5\n6\n7\n8\n9'] },
      { line: 12, fields: ['b'] },
    ])
    expect((await recordsOf(`a\n${field(11)}\nb`))[1]).toMatchObject({ line: 2, text: '"0', problem: {} })
  })

  it('keep blank lines within a field', async () => {
    expect(await recordsOf('a,b\n"1\n\n2",3')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1\n\n2', '3'] },
    ])
  })

  it('are read by the delimiter of the first, and by commas where it has none', async () => {
    expect(await recordsOf('a;b,c;d\n1;2,3;4')).toMatchObject([
      { fields: ['a', 'b,c', 'd'] },
      { fields: ['1', '2,3', '4'] },
    ])
    expect(await recordsOf('a,b;c\n1,2;3')).toMatchObject([{ fields: ['a', 'b;c'] }, { fields: ['1', '2;3'] }])
    expect(await recordsOf('a\n1,2')).toMatchObject([{ fields: ['a'] }, { fields: ['1', '2'] }])
  })

  it('lose one line alone whose quotes fit together, but not as CSV', async () => {
    const records = await recordsOf('a,b\n1,2\nx"y,"3\n4,"5"', 1000)

    expect(records).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1', '2'] },
      { line: 3, text: 'x"y,"3', problem: { en: 'quotes do not fit together', zh: '引号不成对' } },
      { line: 4, fields: ['4', '5'] },
    ])
  })

  it('lose a line that is too long, and the open quote before it, alone', async () => {
    const records = await recordsOf(`a,b\n1,"2\n${'x'.repeat(8193)}\n3,4`, 65_536)

    expect(records).toMatchObject([
      { line: 1 },
      { line: 2, problem: { en: 'quotes do not fit together' } },
      { line: 3, problem: { en: 'the line is too long' } },
      { line: 4, fields: ['3', '4'] },
    ])
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

describe('the lines of a statement', () => {
  it('are numbered from 1, blank ones among them, and the last may have an end or none', async () => {
    expect(await linesOf(Buffer.from('a\n\nb\r'))).toEqual([
      { number: 1, text: 'a', isCut: false },
      { number: 2, text: '', isCut: false },
      { number: 3, text: 'b', isCut: false },
    ])
    expect(await linesOf(Buffer.from('a\n'))).toHaveLength(1)
    expect(await linesOf(Buffer.from(''))).toEqual([])
  })

  it.each([
    ['a line of their most characters whole', 8192, false],
    ['one more than that cut', 8193, true],
  ])('have %s', async (_, length, isCut) => {
    for (const size of [1000, 65_536])
      for (const end of ['', '\n'])
        expect(await linesOf(Buffer.from(`${'x'.repeat(length)}${end}`), 'utf-8', size)).toEqual([
          { number: 1, text: 'x'.repeat(8192), isCut },
        ])
  })

  it('are whole again after one that was cut', async () => {
    const lines = await linesOf(Buffer.from(`${'x'.repeat(20_000)}\nb\nc`), 'utf-8', 1000)

    expect(lines.map(({ isCut }) => isCut)).toEqual([true, false, false])
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
