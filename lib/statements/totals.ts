import { chinaTimeMs } from '../china-time.ts'
import type { Entry } from './classify-line.ts'
import { CLASS_NAMES, CLASSES, type LineClass, type Stage } from './line-classes.ts'
import { createShopSums, type ShopSum, type Sum } from './shop-sums.ts'

/** `person`: lines that need a person. */
export type ClassSum = Sum & { readonly person: number }

export const HOURS = 24
/** Upper limits of the bars in the chart from paid to synced, ms. The last bar has none. */
export const DELAYS = [60_000, 5 * 60_000, 15 * 60_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000] as const

/** All totals of a report, and the first entries of the classes that are listed. */
export type Totals = {
  readonly lines: number
  readonly amount: number
  readonly stages: Readonly<Record<Stage, number>>
  readonly classes: Readonly<Record<LineClass, ClassSum>>
  /** '' for lines without one. Those with something to do first, then the largest; all others together as `others`. */
  readonly shops: ReadonlyMap<string, ShopSum>
  readonly others?: ShopSum
  readonly needs_person: number
  readonly open: number
  /** Lines whose order this statement created. */
  readonly booked: number
  readonly to_refund: number
  /** Synced lines by delay, if the line has a time. */
  readonly delays: readonly number[]
  /** Payments by hour of paid_time: synced, pending, other. `untimed` are the payments with only a day. */
  readonly hours: readonly (readonly [synced: number, pending: number, other: number])[]
  readonly untimed: number
  readonly ledger_only: Sum
  readonly shown: ReadonlyMap<Entry['class'], readonly Entry[]>
}

/** Limits: shops on the page, and listed entries of one class. */
const SHOPS_MOST = 200
const SHOWN_MOST = 100

const NO_SHOP: ShopSum = { lines: 0, amount: 0, synced: 0, pending: 0, person: 0, to_refund: 0 }

/** What a shop is in a report: one of a merchant's shops by its shop_id, or a sub-merchant of a provider. */
export type ShopsBy = 'shop_id' | 'sub_mchid'

/** Adds up entries one by one. Its memory grows with the number of shops alone, by 64 bytes each. */
export const createTotals = (by: ShopsBy = 'shop_id') => {
  const classes = Object.fromEntries(CLASS_NAMES.map((name) => [name, { lines: 0, amount: 0, person: 0 }])) as Record<
    LineClass,
    ClassSum
  > // every class has an entry, as the line above shows
  const shops = createShopSums()
  const shown = new Map<Entry['class'], Entry[]>()
  const delays = Array<number>(DELAYS.length + 1).fill(0)
  const hours = Array.from({ length: HOURS }, (): [number, number, number] => [0, 0, 0])
  let ledgerOnly: Sum = { lines: 0, amount: 0 }
  const stages: Record<Stage, number> = { synced: 0, pending: 0, other: 0, none: 0 }
  let lines = 0
  let amount = 0
  let untimed = 0
  let needs_person = 0
  let open = 0
  let to_refund = 0
  let booked = 0

  const show = (entry: Entry): void => {
    const some = shown.get(entry.class) ?? []
    if (some.length < SHOWN_MOST && isShown(entry)) shown.set(entry.class, [...some, entry])
  }

  const addShop = (entry: Entry, to_refund: number): void => {
    const stage = stageOf(entry)
    shops.add(entry[by] ?? '', {
      lines: 1,
      amount: countedAmount(entry) ?? 0,
      synced: stage === 'synced' ? 1 : 0,
      pending: stage === 'pending' ? 1 : 0,
      person: entry.needs_person ? 1 : 0,
      to_refund,
    })
  }

  const addLine = (entry: Entry, wasBooked: boolean): void => {
    if (entry.class === 'ledger_only') throw new TypeError('an order that the list lacks is no line')
    const stage = stageOf(entry)
    lines += 1
    amount += countedAmount(entry) ?? 0
    stages[stage] += 1
    const sum = classes[entry.class]
    classes[entry.class] = { ...grown(sum, entry), person: sum.person + (entry.needs_person ? 1 : 0) }
    // A second line of the same order is not a second payment.
    const refund = entry.class === 'charged_twice' && !entry.settled ? (entry.charged ?? 0) : 0
    addShop(entry, refund)
    to_refund += refund
    if (entry.needs_person) needs_person += 1
    if (entry.is_open) open += 1
    if (wasBooked) booked += 1
    show(entry)
    if (stage === 'none') return
    const hour = entry.paid_time?.length === 14 ? hours[Number(entry.paid_time.slice(8, 10))] : undefined
    if (!hour || entry.paid_time === undefined) {
      untimed += 1
      return
    }
    hour[stage === 'synced' ? 0 : stage === 'pending' ? 1 : 2] += 1
    if (stage !== 'synced' || entry.synced_at === undefined) return
    const delay = Math.max(0, entry.synced_at - chinaTimeMs(entry.paid_time))
    const bar = DELAYS.findIndex((end) => delay <= end)
    const at = bar < 0 ? DELAYS.length : bar
    delays[at] = (delays[at] ?? 0) + 1
  }

  const addLedgerOnly = (entry: Entry): void => {
    ledgerOnly = grown(ledgerOnly, entry)
    if (entry.is_open) open += 1
    show(entry)
  }

  const result = (): Totals => ({
    lines,
    amount,
    stages,
    classes,
    ...firstShops(shops.ranked()),
    needs_person,
    open,
    booked,
    to_refund,
    delays,
    hours,
    untimed,
    ledger_only: ledgerOnly,
    shown,
  })

  return { addLine, addLedgerOnly, result, everyShop: shops.ranked }
}

const firstShops = (ranked: Iterable<readonly [string, ShopSum]>): Pick<Totals, 'shops' | 'others'> => {
  const shops = new Map<string, ShopSum>()
  let others: ShopSum | undefined
  for (const [name, sum] of ranked)
    if (shops.size < SHOPS_MOST) shops.set(name, sum)
    else others = added(others ?? NO_SHOP, sum)
  return { shops, ...(others && { others }) }
}

const added = (a: ShopSum, b: ShopSum): ShopSum => ({
  lines: a.lines + b.lines,
  amount: a.amount + b.amount,
  synced: a.synced + b.synced,
  pending: a.pending + b.pending,
  person: a.person + b.person,
  to_refund: a.to_refund + b.to_refund,
})

const grown = <S extends Sum>(sum: S, entry: Entry): S => ({
  ...sum,
  lines: sum.lines + 1,
  amount: sum.amount + (countedAmount(entry) ?? 0),
})

/** The amount of a line that counts in the totals: money that the POS took, once. Undefined if the line has none. */
export const countedAmount = ({ class: name, amount }: Entry): number | undefined =>
  name === 'ledger_only' || CLASSES[name].counts ? amount : undefined

const stageOf = ({ class: name }: Entry): Stage => (name === 'ledger_only' ? 'none' : CLASSES[name].stage)

/** Lines that need nothing are counted but not listed. */
const isShown = ({ class: name, needs_person }: Entry): boolean =>
  needs_person || !['synced_before', 'synced_by_statement', 'till_sum'].includes(name)
