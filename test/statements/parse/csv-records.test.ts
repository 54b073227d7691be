import { describe, expect, it } from 'vitest'
import { linesOf, recordsOf } from './reading.ts'

const NOT_CSV = { en: 'quotes do not fit together', zh: '引号不成对' }
const IN_DOUBT = {
  en: 'quotes do not fit together: it cannot be told where this record begins or ends, so nothing of it was taken',
  zh: '引号不成对,无法判断该记录从哪一行开始或结束,因此未登记',
}

/** Each record as its line and its fields, or why it has none; blank ones left out. */
const told = async (text: string, options?: Parameters<typeof recordsOf>[1]) =>
  (await recordsOf(text, options)).flatMap((record) => {
    if ('isBlank' in record) return []
    return [[record.line, 'fields' in record ? record.fields : record.problem.en]]
  })

describe('the records of a CSV file', () => {
  it.each([
    ['LF', 'a,b\n1,2\n3,4', ','],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n', ','],
    ['CR', 'a,b\r1,2\r3,4\r', ','],
    ['tabs', 'a\tb\n1\t2\n3\t4', '\t'],
    ['semicolons', 'a;b\n1;2\n3;4', ';'],
    ['bars', 'a|b\n1|2\n3|4', '|'],
    ['commas of full width', 'a,b\n1,2\n3,4', ','],
    ['quotes', '"a","b"\n"1","2"\n"3","4"', ','],
    ['blanks around the quotes', ' "a" , "b"\n"1","2" \n\u3000"3",\t"4"', ','],
  ])('are the same with %s, in pieces of any size', async (_, text, delimiter) => {
    for (const size of [1, 2, 3, 1000])
      expect(await recordsOf(text, { size, delimiter })).toEqual([
        { line: 1, lines: 1, fields: ['a', 'b'] },
        { line: 2, lines: 1, fields: ['1', '2'] },
        { line: 3, lines: 1, fields: ['3', '4'] },
      ])
  })

  it('may hold delimiters, quotes and line ends in quotes', async () => {
    expect(await recordsOf('a,b\n"x,y","say ""hi""\nthere"\n1,2')).toEqual([
      { line: 1, lines: 1, fields: ['a', 'b'] },
      { line: 2, lines: 2, fields: ['x,y', 'say "hi"\nthere'] },
      { line: 4, lines: 1, fields: ['1', '2'] },
    ])
  })

  it('tell of blank lines and of lines of empty fields as such', async () => {
    expect(await recordsOf('a,b\n\n , \n,\n1,2\n')).toEqual([
      { line: 1, lines: 1, fields: ['a', 'b'] },
      { line: 2, lines: 1, isBlank: true },
      { line: 3, lines: 1, isBlank: true },
      { line: 4, lines: 1, isBlank: true },
      { line: 5, lines: 1, fields: ['1', '2'] },
    ])
  })

  it('tell of a line in which nothing can be seen as blank, as an old program ends a file', async () => {
    expect(await recordsOf('1,2\n\u001a')).toEqual([
      { line: 1, lines: 1, fields: ['1', '2'] },
      { line: 2, lines: 1, isBlank: true },
    ])
  })

  it('take a quote in the middle of a field for one of its characters', async () => {
    expect(await told('="0012",say "x"\n1,7" x\n2,y\n3,5" z\n')).toEqual([
      [1, ['="0012"', 'say "x"']],
      [2, ['1', '7" x']],
      [3, ['2', 'y']],
      [4, ['3', '5" z']],
    ])
  })

  it.each([
    [
      'that is never closed',
      '1,"2\n3,4\n5,6',
      [
        [1, NOT_CSV.en],
        [2, ['3', '4']],
        [3, ['5', '6']],
      ],
    ],
    [
      'after which text follows',
      '1,"2" x\n3,4',
      [
        [1, NOT_CSV.en],
        [2, ['3', '4']],
      ],
    ],
    [
      'that closes in the middle of a later field',
      '1,"2\n3,4\n5,x" y\n7,8',
      [
        [1, NOT_CSV.en],
        [2, ['3', '4']],
        [3, ['5', 'x" y']],
        [4, ['7', '8']],
      ],
    ],
  ])('lose one line alone to a quote %s', async (_, text, records) => {
    expect(await told(text)).toEqual(records)
  })

  it('are in doubt, line by line, where a forgotten quote could have swallowed others', async () => {
    expect(await recordsOf('1,"2\n3,4\n5,6"\n7,8')).toEqual([
      { line: 1, lines: 1, text: '1,"2', problem: IN_DOUBT },
      { line: 2, lines: 1, text: '3,4', problem: IN_DOUBT },
      { line: 3, lines: 1, text: '5,6"', problem: IN_DOUBT },
      { line: 4, lines: 1, fields: ['7', '8'] },
    ])
  })

  it('take no line of a note for a record of its own', async () => {
    expect(await told('1,"thanks\nFAKE,20261124\nbye"\n7,8')).toEqual([
      [1, IN_DOUBT.en],
      [2, IN_DOUBT.en],
      [3, IN_DOUBT.en],
      [4, ['7', '8']],
    ])
  })

  it('are in doubt where a record over several lines has another number of fields', async () => {
    expect(await told('"x\ny"\n1,2')).toEqual([
      [1, IN_DOUBT.en],
      [2, IN_DOUBT.en],
      [3, ['1', '2']],
    ])
  })

  it.each([
    ['in its first field', '"a\nb",2', ['a\nb', '2']],
    ['in its last field', '1,"a\nb\nc"', ['1', 'a\nb\nc']],
    ['and a blank one in it', '1,"a\n\nb"', ['1', 'a\n\nb']],
  ])('may have several lines %s', async (_, text, fields) => {
    expect(await told(`${text}\n7,8`)).toEqual([
      [1, fields],
      [text.split('\n').length + 1, ['7', '8']],
    ])
  })

  it('may hold a field that runs over ten lines, and none over eleven', async () => {
    const field = (lines: number) => `1,"${Array.from({ length: lines }, (_, i) => i).join('\n')}"`

    expect(await told(`${field(10)}\n7,8`)).toEqual([
      [1, ['1', '0\n1\n2\n3\n4\n5\n6\n7\n8\n9']],
      [11, ['7', '8']],
    ])
    expect((await told(`${field(11)}\n7,8`))[0]).toEqual([1, NOT_CSV.en])
  })

  it('lose a line that is too long, and the open quote before it, alone', async () => {
    expect(await told(`1,"2\n${'x'.repeat(8193)}\n3,4`, { size: 65_536 })).toEqual([
      [1, NOT_CSV.en],
      [2, 'the line is too long'],
      [3, ['3', '4']],
    ])
  })

  it('lose a line that is longer than any may be, and keep no more of it than that', async () => {
    const records = await recordsOf(`a,b\n${'x'.repeat(1_000_000)}\n1,2`, { size: 65_536 })

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
    ['utf-16be', Buffer.from('\ufeff门店,1\n福田店,2', 'utf16le').swap16()],
  ] as const)('is read from %s, cut anywhere', async (encoding, bytes) => {
    for (const size of [1, 2, 3, 5]) {
      const lines = await linesOf(bytes, encoding, size)

      expect(lines.map(({ text }) => text)).toEqual(['门店,1', '福田店,2'])
    }
  })
})

describe('the end of a line', () => {
  it.each(['a\r', 'a\r\n', 'a\n\r', '\r\n\r\n', 'a\rb\n\nc', `${'x'.repeat(8192)}\rb`, `${'x'.repeat(9000)}\rb\r\nc`])(
    'is the same in pieces of any size: %j',
    async (text) => {
      const whole = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
      const expected = (whole.endsWith('\n') ? whole.slice(0, -1) : whole)
        .split('\n')
        .map((line) => line.slice(0, 8192))

      for (const size of [1, 2, 3, 8192, 8193, 8194, 65_536])
        expect((await linesOf(Buffer.from(text), 'utf-8', size)).map((line) => line.text)).toEqual(expected)
    },
  )

  it.each(['8130', '813081', 'eb3148', '610a8130', '8130810a61', 'ff'])(
    'is found after bytes that are no character of GB18030, in pieces of any size: %s',
    async (hex) => {
      const lines = hex.includes('0a') ? 2 : 1

      for (const size of [1, 2, 3, 100])
        expect(await linesOf(Buffer.from(hex, 'hex'), 'gb18030', size)).toHaveLength(lines)
    },
  )
})
