import { describe, expect, it } from 'vitest'
import { eventOf, goodNotice, KINDS } from '../wechatpay/samples.ts'
import { readNotice, refusalOf } from './read-notice.ts'

const NAMES = ['shop_id', 'cashier_id', 'pos_ref'] as const

const EVERY_WAY = KINDS.flatMap((kind) => NAMES.map((name) => [name, kind] as const))

describe.each(EVERY_WAY)('%s of a notice by %s', (name, kind) => {
  const notice = (value: unknown) => eventOf(kind, { ...goodNotice(), [name]: value })

  it.each([
    ['one character', '1'],
    ['64 characters', 'x'.repeat(64)],
    ['64 characters outside of the first plane', '\u{1f3ea}'.repeat(64)],
    ['Latin, digits and punctuation', 'Shop #12/A (till 3): "é"'],
    ['Chinese with its own punctuation', '南山店(3号收银机)、早班'],
    ['a rare character of the second plane', '\u{20bb7}野家'],
    ['Arabic', 'متجر ١٢'],
    ['Hindi, with vowels that combine', 'दुकान'],
    ['a letter with a combining accent', 'e\u0301'],
    ['signs of currencies', '¥39 €5'],
    ['an emoji', '\u{1f3ea}'],
    ['an emoji with a variation selector', '\u2764\ufe0f'],
    ['an emoji with a skin tone', '\u{1f44d}\u{1f3fd}'],
    ['a flag', '\u{1f1e8}\u{1f1f3}'],
    ['a keycap', '3\ufe0f\u20e3'],
    ['a space within', 'A 1'],
    ['a space at each end', ' A1 '],
    ['nothing but a space', ' '],
    ['a space that does not break', 'A\u00a0B'],
    ['an ideographic space', '南山\u3000店'],
    ['what looks like a formula', '=1+1'],
    ['what looks like markup', '<b>&amp;</b>'],
    ['the name of a part of every object', '__proto__'],
  ])('may be %s', (_, value) => {
    expect(readNotice(notice(value)).labels).toStrictEqual({ [name]: value })
  })

  it.each([
    ['empty', ''],
    ['65 characters', 'x'.repeat(65)],
    ['65 characters outside of the first plane', '\u{1f3ea}'.repeat(65)],
    ['a line break', 'A\nB'],
    ['a line break at the end', 'A\n'],
    ['a carriage return', 'A\rB'],
    ['a tab', 'A\tB'],
    ['a null character', 'A\u0000'],
    ['an escape', '\u001b[31mA'],
    ['a delete', 'A\u007f'],
    ['a next line of the second control set', 'A\u0085B'],
    ['a line separator', 'A\u2028B'],
    ['a paragraph separator', 'A\u2029B'],
    ['a soft hyphen', 'A\u00adB'],
    ['a space of no width', 'A\u200bB'],
    ['a byte order mark', '\ufeffA'],
    ['an emoji with joiners', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['a reversal of direction', 'A\u202eB'],
    ['an isolate of direction', 'A\u2066B'],
    ['a character of private use', 'A\ue000'],
    ['a character that nobody assigned', 'A\u0378'],
    ['no character', 'A\uffff'],
  ])('may not be or hold %s', (_, value) => {
    const error = refusalOf(notice(value))

    expect(error).toMatchObject({ field: name, message: `${name}: must be 1 to 64 printable characters` })
  })

  it('may not hold half an emoji, which was damaged on its way', () => {
    expect(refusalOf(notice('A\ud83c'))).toMatchObject({
      field: name,
      message: `${name}: holds a character that was damaged on its way: send it as UTF-8`,
    })
  })

  it.each([12, null, true, ['A'], { id: 'A' }])('may not be %j', (value) => {
    expect(refusalOf(notice(value))).toMatchObject({ field: name, message: `${name}: must be text` })
  })
})

describe('what is only for lists', () => {
  it.each(KINDS)('is taken all together by %s, and goes into no call', (kind) => {
    const labels = { shop_id: '南山店', cashier_id: '0042', pos_ref: 'R-1' }

    const order = readNotice(eventOf(kind, { ...goodNotice(), ...labels }))

    expect(order.labels).toStrictEqual(labels)
    expect(order.call).toStrictEqual(readNotice(goodNotice()).call)
  })

  it.each(KINDS)('is not there when nothing was said by %s', (kind) => {
    expect(readNotice(eventOf(kind, goodNotice()))).not.toHaveProperty('labels')
  })
})
