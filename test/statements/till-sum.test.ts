import { describe, expect, it } from 'vitest'
import { createTillSums, type TillSum } from '../../lib/statements/till-sum.ts'

/** Three payments of 10.00, one that failed and one that went back, of as much each; and a further payment after a subtotal. */
const compare = (sum: TillSum, hasAmounts = true) => {
  const sums = createTillSums()
  for (let i = 0; i < 3; i += 1) sums.add({ amount: 1000, isPaid: true, isUndone: false })
  sums.add({ amount: 1000, isPaid: false, isUndone: false })
  sums.add({ amount: -1000, isPaid: false, isUndone: true })
  return sums.compare(sum, hasAmounts)
}

describe('the till’s own sum', () => {
  it.each([
    ['the payments alone', { count: 3, amount: 3000 }],
    ['every line', { count: 5, amount: 3000 }],
    ['what went back taken off', { amount: 2000 }],
    ['a count alone', { count: 5 }],
    ['nothing', {}],
  ])('is right where it is that of %s', (_, sum) => {
    expect(compare(sum)).toBeUndefined()
  })

  it.each([
    [{ count: 4 }, '收银系统合计 4 笔,与以上各行不符:各行收款合计 3 笔'],
    [{ amount: 3001 }, '收银系统合计 ¥30.01,与以上各行不符:各行收款合计 ¥30.00'],
    [{ count: 3, amount: -1 }, '收银系统合计 3 笔、¥-0.01,与以上各行不符:各行收款合计 3 笔、¥30.00'],
  ])('is another: %j', (sum, zh) => {
    expect(compare(sum)?.zh).toBe(zh)
  })

  it('cannot be compared where the lines tell no sums', () => {
    expect(compare({ amount: 5 }, false)).toBeUndefined()
    expect(compare({ count: 4, amount: 5 }, false)).toBeDefined()
  })

  it('may be one of the lines since its last one, or of all', () => {
    const sums = createTillSums()
    const paid = { amount: 1000, isPaid: true, isUndone: false }
    sums.add(paid)
    const first = sums.compare({ count: 1, amount: 1000 }, true)
    sums.add(paid)
    sums.add(paid)

    expect(first).toBeUndefined()
    expect(sums.compare({ count: 2, amount: 2000 }, true)).toBeUndefined()
    expect(sums.compare({ count: 3, amount: 3000 }, true)).toBeUndefined()
    expect(sums.compare({ count: 2, amount: 2000 }, true)).toBeDefined()
  })
})
