import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { START } from '../memory/world.ts'
import { direct, type StormMerchant, sub } from '../orders/merchants.ts'

const CHECKS: StormMerchant = { ...direct('1900000104', 'payafter-orders'), mode: 'check' }

/** Of each order API whose bill is its own, and one that compares the sum first. Each in proportion to its weight. */
const WEIGHTS: readonly (readonly [merchant: StormMerchant, weight: number])[] = [
  [direct('1900000101', 'payafter-orders'), 8],
  [direct('1900000201', 'serviceorder'), 5],
  [sub('1900000301', '1900000300'), 4],
  [CHECKS, 3],
]
export const MONTH_MERCHANTS = WEIGHTS.map(([merchant]) => merchant)

/** When WeChat Pay charges an order that a customer also pays at the till. */
export const DOUBLE_KINDS = [
  'charged before',
  'charged the day before',
  'charge running',
  'charged while the sync is out',
  'charged before the query',
  'charged after',
  'charged days after',
  'charged after a close',
  'charged after not found',
  'charged while held',
  'paid in the app after',
  'paid in the app before',
  'charged while pending',
] as const

/** Orders that are charged at most once, beside the plain ones; and how many of 1,000 orders there are. */
const SINGLE_KINDS = {
  'noticed again': 30,
  'charged alone': 20,
  'charged alone, refunded': 10,
  'another payment with its number': 5,
  'cancelled before': 10,
  'cancelled late': 5,
  unknown: 5,
  refused: 5,
  'charge fails': 5,
  'completed late': 10,
  'withdrawn, then charged': 5,
  'closed by hand': 5,
  'held, released': 4,
  'held, closed': 3,
  'held, corrected': 3,
} as const

export type DoubleKind = (typeof DOUBLE_KINDS)[number]
export type Kind = DoubleKind | keyof typeof SINGLE_KINDS | 'plain'

/** What becomes of the money of a double charge; of 25, which has no factor in common with the kinds. */
const BACKS = [
  ...Array<'complete'>(7).fill('complete'),
  ...['at once', 'at once', 'in parts', 'in parts', 'in parts', 'late', 'slow', 'slow'],
  ...['abnormal, then back', 'abnormal, never back', 'closed, then again', 'closed, never back', 'a part only'],
  ...['never', 'cash', 'not double', 'number told', 'wrong number told'],
] as const as readonly Back[]

export type Back =
  | 'complete'
  | 'at once'
  | 'in parts'
  | 'late'
  | 'slow'
  | 'abnormal, then back'
  | 'abnormal, never back'
  | 'closed, then again'
  | 'closed, never back'
  | 'a part only'
  | 'never'
  | 'cash'
  | 'not double'
  | 'number told'
  | 'wrong number told'

export type Planned = {
  readonly merchant: StormMerchant
  readonly out_order_no: string
  /** Fen. */
  readonly total_amount: number
  readonly kind: Kind
  /** Of a double charge. */
  readonly back?: Back
  /** The day, from 0, on which WeChat Pay has the order, and when its customer pays at the till. */
  readonly day: number
  readonly noticeAt: number
  readonly seed: number
}

/** On so many days, the first ones, nothing is charged, so that nobody is to be told of anything. */
const QUIET_DAYS = 2
const QUIET_KINDS: ReadonlySet<Kind> = new Set(['plain', 'noticed again'])

/** One in so many orders is charged twice. */
const DOUBLE_EVERY = 50

/** In a fixed mix and, for the same seed, the same. Small plans have each kind once nevertheless. */
export const planMonth = (count: number, days: number, seed: number): readonly Planned[] => {
  const random = seededRandom(seed)
  const whole = (most: number) => Math.floor(random() * most)
  const merchants = WEIGHTS.flatMap(([merchant, weight]) => Array<StormMerchant>(weight).fill(merchant))
  const kinds = kindsOf(count)
  return kinds
    .map((kind) => ({ kind, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind: { kind, back } }, index): Planned => {
      const before = QUIET_KINDS.has(kind) ? 0 : Math.min(QUIET_DAYS, days - 1)
      const day = before + whole(days - before)
      const dice = merchants[whole(merchants.length)] ?? CHECKS
      return {
        merchant: kind.includes('held') ? CHECKS : dice,
        out_order_no: `M${seed}-${index}`,
        total_amount: 100 + whole(100_000),
        kind,
        ...(back && { back }),
        day,
        noticeAt: START + day * DAY + timeOfDay(random),
        seed: whole(2 ** 31),
      }
    })
}

type KindOfOrder = { readonly kind: Kind; readonly back?: Back }

const kindsOf = (count: number): readonly KindOfOrder[] => {
  const doubles = Math.max(BACKS.length, Math.round(count / DOUBLE_EVERY))
  const kinds: KindOfOrder[] = Array.from({ length: doubles }, (_, i) => ({
    kind: DOUBLE_KINDS[i % DOUBLE_KINDS.length] ?? 'charged after',
    back: BACKS[i % BACKS.length] ?? 'complete',
  }))
  for (const [kind, perMille] of Object.entries(SINGLE_KINDS))
    for (let i = 0; i < Math.max(1, Math.round((count * perMille) / 1000)); i += 1) kinds.push({ kind: kind as Kind })
  while (kinds.length < count) kinds.push({ kind: 'plain' })
  return kinds
}

/** While shops are open; a few so late that what follows is of the next day. */
const timeOfDay = (random: () => number): number => {
  const isLate = random() < 0.03
  const [from, span] = isLate ? [23 * HOUR + 50 * MINUTE, 10 * MINUTE] : [8 * HOUR, 14.5 * HOUR]
  return Math.floor(from + random() * span)
}
