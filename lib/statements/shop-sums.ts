import { createTexts, type Texts } from './parse/shared-texts.ts'

/** Number of lines and the amount that was paid, in fen. A repeated line is not a second payment. */
export type Sum = { readonly lines: number; readonly amount: number }

export type ShopSum = Sum & {
  /** Of these lines, by stage. A line that is neither counts only in `lines`. */
  readonly synced: number
  readonly pending: number
  /** Lines that need a person, in any stage. */
  readonly person: number
  /** What WeChat Pay charged in addition and nobody has settled, in fen. */
  readonly to_refund: number
}

const FIELDS = ['lines', 'amount', 'synced', 'pending', 'person', 'to_refund'] as const satisfies (keyof ShopSum)[]

const FIRST_ROOM = 256
const NAMES_BYTES = 64 * 1024 * 1024

/** The sums of every shop of a statement. A list may be of a hundred thousand shops: as objects in a Map they take five times as much memory. */
export const createShopSums = () => {
  const names: Texts = createTexts(NAMES_BYTES)
  let sums = new Float64Array(FIRST_ROOM * FIELDS.length)
  /** Open addressing: 0 is a free slot, any other number is a place + 1. */
  let slots = new Uint32Array(FIRST_ROOM * 2)
  let count = 0

  const slotOf = (name: string): number => {
    const mask = slots.length - 1
    let slot = hashOf(name) & mask
    for (let taken = slots[slot] ?? 0; taken !== 0; taken = slots[slot] ?? 0) {
      if (names.get(taken - 1) === name) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  const grow = (): void => {
    const more = new Float64Array(sums.length * 2)
    more.set(sums)
    sums = more
    slots = new Uint32Array(slots.length * 2)
    for (let place = 0; place < count; place += 1) slots[slotOf(names.get(place))] = place + 1
  }

  const placeOf = (name: string): number => {
    const slot = slotOf(name)
    const taken = slots[slot] ?? 0
    if (taken !== 0) return taken - 1
    if (!names.add(name)) throw new RangeError('the names of the shops are too long')
    slots[slot] = count + 1
    count += 1
    if (count * FIELDS.length === sums.length) grow()
    return count - 1
  }

  const sumAt = (place: number): ShopSum => {
    const [lines = 0, amount = 0, synced = 0, pending = 0, person = 0, to_refund = 0] = sums.subarray(
      place * FIELDS.length,
      (place + 1) * FIELDS.length,
    )
    return { lines, amount, synced, pending, person, to_refund }
  }

  const add = (name: string, sum: ShopSum): void => {
    const from = placeOf(name) * FIELDS.length
    for (const [at, field] of FIELDS.entries()) sums[from + at] = (sums[from + at] ?? 0) + sum[field]
  }

  /** Shops with something to do first, then the largest. */
  const ranked = function* (): Generator<readonly [name: string, sum: ShopSum]> {
    const of = (place: number, field: (typeof FIELDS)[number]) =>
      sums[place * FIELDS.length + FIELDS.indexOf(field)] ?? 0
    const by = (a: number, b: number, field: (typeof FIELDS)[number]) => of(b, field) - of(a, field)
    const places = Uint32Array.from({ length: count }, (_, place) => place).sort(
      (a, b) => by(a, b, 'person') || by(a, b, 'amount') || by(a, b, 'lines'),
    )
    for (const place of places) yield [names.get(place), sumAt(place)]
  }

  return { add, ranked }
}

/** FNV-1a */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
