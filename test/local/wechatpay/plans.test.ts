import { describe, expect, it } from 'vitest'
import { createPlans } from '../../../lib/local/wechatpay/plans.ts'

const query = (out_order_no: string) => ({ kind: 'query', mchid: '1900000109', out_order_no }) as const

describe('plans of what to do with requests', () => {
  it('are asked in the order in which they were added, those of one order and those of any', () => {
    const plans = createPlans<string>()
    plans.add({ out_order_no: 'A' }, 1, () => 'first')
    plans.add({}, 1, () => 'second')
    plans.add({ out_order_no: 'A' }, 1, () => 'third')

    const drawn = ['A', 'A', 'A', 'A'].map((number) => plans.draw(query(number)))

    expect(drawn).toEqual(['first', 'second', 'third', undefined])
  })

  it('of another order are not asked, and those that pass leave the request to the next', () => {
    const plans = createPlans<string>()
    plans.add({ out_order_no: 'B' }, 1, () => 'of B')
    plans.add({ out_order_no: 'A' }, 5, () => undefined)
    plans.add({ kind: 'sync' }, 1, () => 'of a sync')
    plans.add({ kind: 'query' }, 1, () => 'of a query')

    expect(plans.draw(query('A'))).toBe('of a query')
  })

  it('can be removed, one or all', () => {
    const plans = createPlans<string>()
    const remove = plans.add({ out_order_no: 'A' }, 1, () => 'first')
    plans.add({ out_order_no: 'A' }, 5, () => 'second')

    remove()
    const kept = plans.draw(query('A'))
    plans.clear()

    expect([kept, plans.draw(query('A'))]).toEqual(['second', undefined])
  })
})
