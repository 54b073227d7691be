import { describe, expect, test } from 'vitest'
import { widthOf, wrap } from '../../lib/cli/screen.ts'
import { createSession } from '../../lib/cli/session.ts'
import { type Cell, tellTable } from '../../lib/cli/table.ts'

/** What a table looks like on a screen of so many places. */
const shown = (columns: number, head: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] => {
  let text = ''
  const out = { isTTY: true, columns, write: (part: string) => (text += part) }
  const session = createSession({ env: { NO_COLOR: '1' }, cwd: '.', out, err: out, now: Date.now })
  tellTable(head, rows, session)
  return text.split('\n').slice(0, -1)
}

const HEAD = ['order', 'turn', 'state', 'why']
const ROW = ['1900000109/1234323JKHDFE1243252', 'accountant', 'charged twice', 'the customer paid offline as well']
const CHINESE = [
  '1900000109/1234323JKHDFE1243252',
  '财务',
  '疑似重复支付,待核对',
  '通知金额与订单总金额不一致,已暂停(amount_differs)',
]

describe('a table', () => {
  test('on a screen that is wide enough has a line for each row', () => {
    expect(shown(120, HEAD, [ROW])).toEqual([
      'order                            turn        state          why',
      '1900000109/1234323JKHDFE1243252  accountant  charged twice  the customer paid offline as well',
    ])
  })

  test('breaks between words where the screen ends', () => {
    expect(shown(80, HEAD, [ROW])).toEqual([
      'order                            turn        state          why',
      '1900000109/1234323JKHDFE1243252  accountant  charged twice  the customer paid',
      '                                                            offline as well',
    ])
  })

  test('counts two places for a Chinese character, and begins no line with a comma', () => {
    const lines = shown(80, ['订单', '由谁处理', '状态', '原因'], [CHINESE])

    expect(lines).toEqual([
      '订单                             由谁处理  状态               原因',
      '1900000109/1234323JKHDFE1243252  财务      疑似重复支付,待核  通知金额与订单总金',
      '                                           对                 额不一致,已暂停',
      '                                                              (amount_differs)',
    ])
    expect(lines.map(widthOf).every((width) => width <= 80)).toBe(true)
  })

  test('on a very narrow screen tells each row in lines of its own', () => {
    expect(shown(40, HEAD, [ROW])).toEqual([
      '1900000109/1234323JKHDFE1243252',
      '  turn: accountant',
      '  state: charged twice',
      '  why: the customer paid offline as well',
    ])
  })
})

describe('a line', () => {
  test.each([
    [
      'an order number is one word',
      'order 1900000109/1234323JKHDFE1243252 is held',
      20,
      ['order', '1900000109/1234323JKHDFE1243252', 'is held'],
    ],
    ['a full stop stays with its sentence', '订单金额无误,请放行。', 20, ['订单金额无误,请放', '行。']],
    [
      'an option stays whole among Chinese',
      '其他订单请用 --under-way 或 --all',
      24,
      ['其他订单请用 --under-way', '或 --all'],
    ],
    ['an accent takes no place', 'e\u0301e\u0301e\u0301 e\u0301', 5, ['e\u0301e\u0301e\u0301 e\u0301']],
  ])('%s', (_, text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines)
  })
})
