/** How many arrows lead from one room to another. */
export type Weight = (from: string, to: string) => number

type Order = { readonly rooms: readonly string[]; readonly against: number }

/**
 * The rooms in the order in which the fewest arrows lead upwards; what imports the others stands first. Of equal orders the
 * first by the alphabet.
 */
export const inLevels = (rooms: readonly string[], weight: Weight): readonly string[] => {
  const known = new Map<string, Order>()
  const best = (left: readonly string[]): Order => {
    const key = left.join()
    const before = known.get(key)
    if (before) return before
    const orders = left.map((top): Order => {
      const others = left.filter((room) => room !== top)
      const below = best(others)
      const against = others.reduce((sum, room) => sum + weight(room, top), below.against)
      return { rooms: [top, ...below.rooms], against }
    })
    const order = orders.reduce((least, one) => (one.against < least.against ? one : least), orders[0] ?? NONE)
    known.set(key, order)
    return order
  }
  return best([...rooms].sort()).rooms
}

const NONE: Order = { rooms: [], against: 0 }
