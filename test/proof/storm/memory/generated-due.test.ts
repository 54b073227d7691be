import { describe, expect, it } from 'vitest'
import { pacedSigners } from '../../../support/paced-signers.ts'
import { generatedDue } from './generated-due.ts'

const SIGNER = '1900000109'
const event = (mchid: string, out_order_no: string) => ({
  source: '',
  detailType: '',
  detail: { mchid, out_order_no, next: 'query' },
})

describe('generated due rows', () => {
  it('are gone once they were dispatched, and none is given twice or left out', async () => {
    const { ledger, take, left } = generatedDue(pacedSigners([SIGNER]), 8)

    take([event('0', `${SIGNER}-2-0`)])
    const { rows, from } = await ledger.due(`${SIGNER}#2`, 0, 1)

    expect(rows.map(({ pk }) => pk)).toEqual([`${SIGNER}#${SIGNER}-2-1`])
    expect(from).toBeUndefined()
    expect(left()).toBe(7)
    expect(() => take([event('0', `${SIGNER}-2-0`)])).toThrow(`row 0 of ${SIGNER} was taken before`)

    take([event('0', `${SIGNER}-1-1`)])
    const { rows: earlier } = await ledger.due(`${SIGNER}#1`, 0, 2)
    expect(earlier.map(({ pk }) => pk)).toEqual([`${SIGNER}#${SIGNER}-1-0`])
  })

  it('are of many shops, one of which has half of them, and tell which place each had', () => {
    const places: unknown[] = []
    const { take } = generatedDue(pacedSigners([SIGNER]), 8, 3, (...place) => places.push(place))

    take([event('0', `${SIGNER}-0-0`), event('0', `${SIGNER}-1-0`), event('2', `${SIGNER}-1-1`)])

    expect(places).toEqual([
      [SIGNER, 0, 0],
      [SIGNER, 1, 0],
      [SIGNER, 5, 2],
    ])
  })

  it('tell the keys under which they are, while they are due, and count what was read', async () => {
    const { ledger, dueKeys, take, reads } = generatedDue(pacedSigners([SIGNER]), 3)
    const keys: string[] = []

    take([event('0', `${SIGNER}-1-0`)])
    for await (const page of dueKeys(0)) keys.push(...page)
    await ledger.due(`${SIGNER}#0`, 0, 1)

    expect(keys).toEqual([`${SIGNER}#0`, `${SIGNER}#2`])
    expect(reads).toEqual({ queries: 1, pages: 1 })
  })
})
