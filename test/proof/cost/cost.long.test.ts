import { describe, expect, it } from 'vitest'
import type { Counted } from './counted.ts'
import { KEPT } from './kept-counts.ts'
import { countOrder, SHOWN } from './meter.ts'

/** Rows and log lines tell times, and a time that ends with zeros is shorter. */
const withoutBytes = ({ steps, logBytes: _, rowBytes: __, evidenceBytes: ___, ...others }: Counted): object => ({
  ...others,
  steps: steps.map(({ bytes: ____, ...step }) => step),
})

describe('what an order costs', () => {
  it.each(SHOWN)('is as the documents say: npm run cost -- --write, npm run documents: %s', async (kind) => {
    const counted = await countOrder(kind)

    const kept = KEPT[kind]
    expect(withoutBytes(counted)).toEqual(withoutBytes(kept))
    for (const name of ['logBytes', 'rowBytes', 'evidenceBytes'] as const)
      expect(Math.abs(counted[name] - kept[name]), name).toBeLessThan(50)
  })

  it('is one event less of payafter-orders where only ends are announced', async () => {
    const { events } = await countOrder('payafter-orders', { OUTCOMES: 'ends' })

    expect(events).toBe(2)
  })

  it('has no write to an index in a claim', async () => {
    const { steps } = await countOrder('partner')

    expect(steps.map(({ step, indexes }) => [step, indexes])).toEqual([
      ['create', 2],
      ['accepted', 2],
      ['claim', 0],
      ['confirmed', 1],
      ['kept', 0],
    ])
  })
})
