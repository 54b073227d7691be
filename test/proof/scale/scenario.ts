import { LIMITS } from '../../../lib/limits.ts'
import { createScenario, type Figures, promised } from '../storm/scenario.ts'
import { MILLION_COST } from './cost.ts'
import { busiestSecond } from './day.ts'
import { enoughFor, NEEDS, signersFor } from './needs.ts'
import { fullestShard } from './shards.ts'
import { simulate } from './simulate.ts'

/** The fullest shard of a million orders may have this much more than one on average. */
const UNEVEN = 1.02
const OUTAGE = [12 * 60, 13 * 60] as const

/** A day of so many orders, by arithmetic and minute by minute: what it needs, what is too small for it, what it costs. */
export const scenario = createScenario({ orders: 100_000_000, numbers: 1_000_000 }, async ({ orders, numbers }) => {
  const signers = signersFor(orders)
  const day = { orders: orders / signers, pace: LIMITS.dispatchesPerSecondMost }
  const plain = simulate(day)
  const outage = simulate({ ...day, outage: OUTAGE })
  const shards = [LIMITS.shards, LIMITS.shardsMost].map((count) => [count, fullestShard(count, numbers)] as const)
  const tooSmall = NEEDS.filter((need) => need.have !== undefined && need.needed(orders) > need.have)
  return {
    promises: [
      promised(
        'every order of the simulated days ended',
        [plain, outage].map(({ arrived, ended }) =>
          Math.abs(arrived - ended) < 1 ? undefined : `${arrived} came, ${ended} ended`,
        ),
      ),
      promised('no row waits that is divided among enough signers', [
        plain.longestWait === 0 ? undefined : `${plain.longestWait} minutes`,
      ]),
      promised(
        'no shard has much more than the others',
        shards.map(([count, over]) => (over <= UNEVEN ? undefined : `${count} shards: ${over}`)),
      ),
    ],
    figures: {
      'orders a day': orders,
      'orders in the busiest second': Math.round(busiestSecond(orders)),
      'signers, each at the greatest pace': signers,
      'minutes until an hour’s outage is made up for': outage.drainedAfter,
      'US dollars a day': Math.round((orders / 1e6) * MILLION_COST),
      ...Object.fromEntries(
        shards.map(([count, over]) => [`fullest of ${count} shards, over their mean`, over.toFixed(3)]),
      ),
    },
    details: {
      'too small for it as it comes: needed, there are, enough for so many a day': Object.fromEntries(
        tooSmall.map((need): [string, Figures[string]] => [
          need.en,
          `${Math.round(need.needed(orders))}, ${need.have}, ${Math.round(enoughFor(need) ?? 0)}`,
        ]),
      ),
    },
  }
})
