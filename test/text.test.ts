import { describe, expect, it } from 'vitest'
import { damagedText, readJson, readText } from '../lib/text.ts'

const BOM = [0xef, 0xbb, 0xbf]

describe('text', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['as it is', '支付分', '支付分'],
    ['without the byte order mark before it', '\ufeff支付分', '支付分'],
    ['from bytes', Buffer.from('支付分'), '支付分'],
    ['from bytes with a byte order mark before them', Buffer.from([...BOM, 0x61]), 'a'],
    ['from a part of a larger memory', new Uint8Array([0xff, 0x61, 0x62]).subarray(1), 'ab'],
    ['with all other marks but the first', '\ufeff\ufeffa\ufeff', '\ufeffa\ufeff'],
    ['that is empty', '', ''],
    ['of a mark alone', Buffer.from(BOM), ''],
  ])('is read %s', (_, source, text) => {
    expect(readText(source)).toEqual({ text })
  })

  it.each<[string, readonly number[], string, string]>([
    ['GBK', [0x61, 0xc4, 0xcf], 'is not UTF-8 (byte 2)', '不是 UTF-8 编码(第 2 个字节)'],
    [
      'a character cut in two',
      [...Buffer.from('支'), 0xe4, 0xbb],
      'is not UTF-8 (byte 4)',
      '不是 UTF-8 编码(第 4 个字节)',
    ],
    ['an overlong form', [0xc0, 0xaf], 'is not UTF-8 (byte 1)', '不是 UTF-8 编码(第 1 个字节)'],
    ['half a pair of surrogates', [0xed, 0xa0, 0x80], 'is not UTF-8 (byte 1)', '不是 UTF-8 编码(第 1 个字节)'],
    ['UTF-16, little end first', [0xff, 0xfe, 0x61, 0], 'is UTF-16, it must be UTF-8', '是 UTF-16 编码,必须为 UTF-8'],
    ['UTF-16, big end first', [0xfe, 0xff, 0, 0x61], 'is UTF-16, it must be UTF-8', '是 UTF-16 编码,必须为 UTF-8'],
  ])('is refused, with what was seen, when it is %s', (_, bytes, en, zh) => {
    expect(readText(Buffer.from(bytes))).toEqual({ flaw: { en, zh } })
    expect(readJson(Buffer.from(bytes))).toEqual({ flaw: { en, zh } })
  })
})

describe('JSON', () => {
  it.each<[string | Uint8Array, unknown]>([
    ['{"a":[1,{"b":"c"}]}', { a: [1, { b: 'c' }] }],
    ['\ufeff{"a":1}', { a: 1 }],
    [Buffer.from([...BOM, 0x31]), 1],
    ['null', null],
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', { a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] }],
    [`{"a":"\\"a\\":1,{","b":"{\\"b\\":"}`, { a: '"a":1,{', b: '{"b":' }],
    ['{"a\\\\":1,"a":2}', { 'a\\': 1, a: 2 }],
  ])('is read: %s', (source, value) => {
    expect(readJson(source)).toEqual({ value })
  })

  it.each(['', ' ', '{', "{'a':1}", '{"a":1,}', '\ufeff\ufeff{}', 'undefined', 'NaN'])(
    'has no value in %j',
    (source) => {
      expect(readJson(source)).toEqual({ value: undefined })
    },
  )

  it.each([
    ['{"amount":100,"amount":200}', 'amount'],
    ['{"amount" : 100 , "x": [1, "}"], "amount"\n: 100}', 'amount'],
    ['{"a":{"b":1,"c":{},"b":2}}', 'b'],
    ['[1,[{"a":1,"\\u0061":2}]]', 'a'],
    [`{"${'x'.repeat(100)}":1,"${'x'.repeat(100)}":1}`, 'x'.repeat(64)],
  ])('is refused where a name stands twice: %s', (source, name) => {
    expect(readJson(source)).toEqual({ flaw: { en: `has ${name} twice`, zh: `中 ${name} 出现了两次` } })
  })

  it('is read however deep it is nested, and however long its text', () => {
    const deep = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`

    expect('value' in readJson(deep)).toBe(true)
    expect(readJson(`{"a":"${'\\"{'.repeat(100_000)}"}`)).toEqual({ value: { a: '"{'.repeat(100_000) } })
  })
})

describe('text that was damaged on its way', () => {
  it.each<[unknown, string]>([
    ['\ufffd', ''],
    [{ shop_id: 'A\ufffd' }, 'shop_id'],
    [{ detail: { paid_time: '\ud800' } }, 'detail.paid_time'],
    [{ a: ['x', { b: '\udc00\ud800' }] }, 'a.1.b'],
    [{ a: { 'b\ufffd': 1 } }, 'a'],
    [JSON.parse('{"a":"\\ud800"}'), 'a'],
  ])('is found in %j, at %j', (value, path) => {
    expect(damagedText(value)).toBe(path)
  })

  it.each([[null], [undefined], [1], [''], [{ a: '支付分\u{1f44d}\u3000', b: [{}] }]])(
    'is not found in %j',
    (value) => {
      expect(damagedText(value)).toBeUndefined()
    },
  )
})
