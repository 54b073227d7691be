import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readFen, readThousandths } from '../../lib/bill/money.ts'

it.each([
  ['0', 0, 0],
  ['', 0, 0],
  ['0.0', 0, 0],
  ['-0.00', 0, 0],
  ['0.01', 1, 1000],
  ['0.1', 10, 10_000],
  ['38', 3800, 3_800_000],
  ['38.00000', 3800, 3_800_000],
  ['-19.05', -1905, -1_905_000],
  ['0.23400', undefined, 23_400],
  ['0.00001', undefined, 1],
  ['90071992547.40991', undefined, 9_007_199_254_740_991],
  ['90071992547.40992', undefined, undefined],
  ['90071992547409.91', 9_007_199_254_740_991, undefined],
  ['90071992547409.92', undefined, undefined],
  ['0.000000', undefined, undefined],
  ['1.', undefined, undefined],
  ['.5', undefined, undefined],
  ['-', undefined, undefined],
  ['--1', undefined, undefined],
  ['+1', undefined, undefined],
  ['1,000.00', undefined, undefined],
  ['1.0.0', undefined, undefined],
  ['1e3', undefined, undefined],
  [' 1', undefined, undefined],
  ['\uff11', undefined, undefined],
])('%s yuan are %s fen and %s thousandths', (text, fen, thousandths) => {
  expect(readFen(text)).toBe(fen)
  expect(readThousandths(text)).toBe(thousandths)
})

it('reads every sum as it was written', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (fen) => {
      const digits = String(Math.abs(fen)).padStart(3, '0')
      const text = `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`

      expect(readFen(text)).toBe(fen)
    }),
  )
})
