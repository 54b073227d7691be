import { expect, it } from 'vitest'
import { displayWidth, padDisplay, wrap } from '../../lib/local/terminal-width.ts'

it.each([
  ['abc', 3],
  ['已核实:', 7],
  ['已核实\uff1a', 8],
  ['¥88', 3],
  ['', 0],
])('"%s" takes %i places', (text, places) => {
  expect(displayWidth(text)).toBe(places)
})

it('fills up by places, not by characters', () => {
  expect(padDisplay('门店', 6)).toBe('门店  ')
  expect(padDisplay('longer', 3)).toBe('longer')
})

it.each([
  ['Nothing.', 20, ['Nothing.']],
  ['Compare mchid and the order number', 14, ['Compare mchid', 'and the order', 'number']],
  // Between characters, but no punctuation at the beginning of a line.
  ['请核对商户号,更正后重新通知。', 12, ['请核对商户', '号,更正后重', '新通知。']],
  ['检查 private_key 与 serial_no', 16, ['检查 private_key', '与 serial_no']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['', 4, ['']],
])('breaks "%s" at %i places between words', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines)
})
