import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { BROKEN, isLeftWaiting, MERCHANTS, type StormMerchant } from './merchants.ts'
import { DIRECT, drawOther, FLOODING, REFUSED, SHOPS } from './shops.ts'

/** What happens to an order at WeChat Pay, and when. A change comes after the wave of that number. */
export type Story =
  | 'plain'
  /** WeChat Pay has charged before the payment notice. */
  | 'charged before'
  /** WeChat Pay charges at about the time of our sync. */
  | 'charged meanwhile'
  /** WeChat Pay charges after our sync and before the query. */
  | 'charged after'
  /** A charge is in progress when the payment notice arrives, and later fails or succeeds. */
  | 'charge fails'
  | 'charge succeeds'
  /** The merchant completes or cancels the order only after the payment notice. */
  | 'completed late'
  | 'cancelled late'
  | 'cancelled before'
  | 'unknown to WeChat Pay'
  /** A parameter that WeChat Pay refuses with a signed response. */
  | 'refused'

export type PlannedNotice = { readonly via: 'http' | 'event'; readonly wave: number }

export type PlannedOrder = {
  readonly merchant: StormMerchant
  readonly service_id: string
  readonly out_order_no: string
  /** Fen. */
  readonly total_amount: number
  readonly story: Story
  /** The wave after which the order changes; 0 if it does not. */
  readonly moveAfter: number
  readonly notices: readonly PlannedNotice[]
  /** The wave of its first notice. */
  readonly firstWave: number
}

/** A payment notice in the queue of a wave. */
export type Handover = { readonly order: PlannedOrder; readonly via: PlannedNotice['via'] }

/** Parts per 1,000 orders; all other orders are plain. */
const STORIES: readonly (readonly [story: Story, perMille: number])[] = [
  ['charged before', 30],
  ['charged meanwhile', 20],
  ['charged after', 30],
  ['charge fails', 20],
  ['charge succeeds', 20],
  ['completed late', 30],
  ['cancelled late', 10],
  ['cancelled before', 20],
  ['unknown to WeChat Pay', 10],
  ['refused', 10],
]

/** Waves in which a payment notice may arrive late, and after which an order may change. */
const LATE_WAVES = 4
const DOUBLED = 0.2
const DELAYED = 0.1
const OF_BROKEN = 0.025

/** Who has orders, and whose the next one is. */
export type Cast = {
  readonly merchants: readonly StormMerchant[]
  readonly draw: (random: () => number) => StormMerchant
}

/** All order APIs, and a merchant whose key is wrong. */
export const MIXED: Cast = {
  merchants: [...MERCHANTS, BROKEN],
  draw: (random) => {
    if (random() < OF_BROKEN) return BROKEN
    return MERCHANTS[Math.floor(random() * MERCHANTS.length)] ?? BROKEN
  },
}

/** Half of the orders are of the shop that floods its provider. */
export const ONE_FLOODS: Cast = {
  merchants: [...DIRECT, ...SHOPS, FLOODING, REFUSED, BROKEN],
  draw: (random) => {
    if (random() < OF_BROKEN) return BROKEN
    return random() < 0.5 ? FLOODING : drawOther(random)
  },
}

/** The same plan for the same seed. */
export const planOrders = (count: number, seed: number, { draw } = MIXED): readonly PlannedOrder[] => {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[Math.floor(random() * list.length)] as T // never empty
  const lateWave = () => 1 + Math.floor(random() * LATE_WAVES)

  const story = (): Story => {
    let left = random() * 1000
    for (const [name, perMille] of STORIES) {
      left -= perMille
      if (left < 0) return name
    }
    return 'plain'
  }
  const notice = (): PlannedNotice => ({
    via: random() < 0.6 ? 'http' : 'event',
    wave: random() < DELAYED ? lateWave() : 0,
  })

  return Array.from({ length: count }, (_, index): PlannedOrder => {
    const merchant = draw(random)
    const notices = random() < DOUBLED ? [notice(), notice()] : [notice()]
    const firstWave = Math.min(...notices.map(({ wave }) => wave))
    return {
      merchant,
      service_id: pick(Object.keys(merchant.services)),
      // Some order numbers have characters that must be percent-encoded in a path.
      out_order_no: `${pick(['S-', 'S_', 'S|', 'S*'])}${seed}-${index}`,
      total_amount: 1 + Math.floor(random() * 100_000),
      story: storyFor(merchant, story()),
      moveAfter: firstWave + Math.floor(random() * LATE_WAVES),
      notices,
      firstWave,
    }
  })
}

/**
 * A sync of `serviceorder` is answered with the whole order, which is its own proof. So there is no query, and a charge
 * after that answer would come after the order's end.
 */
const storyFor = (merchant: StormMerchant, story: Story): Story => {
  const { order_api } = merchant
  if (isLeftWaiting(merchant)) return 'plain'
  // Of a shop that has had no other order, it is more likely that the configuration is wrong: the order waits.
  if (story === 'unknown to WeChat Pay' && SHOPS.includes(merchant)) return 'plain'
  const isAfterwards = story === 'charged meanwhile' || story === 'charged after'
  return order_api === 'serviceorder' && isAfterwards ? 'charged before' : story
}

/**
 * The queue of one wave. The second copy of a doubled payment notice comes soon or much later, and orders overtake each
 * other.
 */
export const queueOf = (orders: readonly PlannedOrder[], wave: number, seed: number): readonly Handover[] => {
  const random = seededRandom(seed + wave)
  return orders
    .flatMap((order, index) =>
      order.notices
        .filter((notice) => notice.wave === wave)
        .map(({ via }) => ({ order, via, place: index + (random() < 0.1 ? random() * 1000 : random() * 2) })),
    )
    .sort((a, b) => a.place - b.place)
}
