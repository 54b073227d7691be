import { describe, expect, it } from 'vitest'
import { generatedDue } from './generated-due.ts'

describe('generated due rows', () => {
  it('are gone once they were dispatched, and none is given twice or left out', async () => {
    const { ledger, take, left } = generatedDue(['1900000109'], 8)
    const detail = (out_order_no: string) => ({ mchid: '1900000109', out_order_no, next: 'query' })
    const event = (out_order_no: string) => ({ source: '', detailType: '', detail: detail(out_order_no) })

    take([event('2-0')])
    const { rows, from } = await ledger.due('1900000109#2', 0, 1)

    expect(rows.map(({ pk }) => pk)).toEqual(['1900000109#2-1'])
    expect(from).toBeUndefined()
    expect(left()).toBe(7)
    expect(() => take([event('2-0')])).toThrow('1900000109#2 gave 0, not 1')
    expect(() => take([event('1-1')])).toThrow('1900000109#1 gave 1, not 0')
  })
})
