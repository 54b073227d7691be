import { beforeAll, describe, expect, it } from 'vitest'
import { itKeepsPromises } from '../keeps-promises.ts'
import { judgeShops, runShops } from './shops.ts'

const CLAIMS = [
  ...['without the flood', 'with the flood'].flatMap((when) => [
    `${when}: no order is lost, each is paid once at WeChat Pay and proved`,
    `${when}: the orders of the refused shop wait, and say why`,
    `${when}: WeChat Pay takes one sync of an order`,
    `${when}: at most 20 dispatches a second and signer`,
  ]),
  'nobody but the flooding shop waits longer for what is due, at p99',
  'nobody but the flooding shop is proved later, at p99',
]

describe('a shop that floods its provider, with 4,000 orders', () => {
  let shops: Parameters<typeof judgeShops>[0]

  beforeAll(async () => {
    shops = await runShops({ orders: 4000, seed: 1 }, () => {})
  })

  itKeepsPromises(CLAIMS, () => judgeShops(shops))

  it('has more that is due than the pace of the provider takes, and waits for it itself', () => {
    const { calm, flooded } = shops

    expect(flooded.planned.length).toBe(2 * calm.planned.length)
    expect(flooded.waits['flooding shop'].percentile(0.5)).toBeGreaterThan(90_000)
    expect(flooded.waits['refused shop'].count()).toBeGreaterThan(50)
    expect(flooded.calls.failed).toBeGreaterThan(0)
  })
})
