/** Counts faults by where they happened and, if known, by order. */
export type FaultCount = {
  /** `of` is an order number; it is left out if a fault belongs to no single order. */
  readonly add: (what: string, kind: string, of?: string) => void
  readonly ofOrder: (out_order_no: string) => number
  /** Counts a request that could have had a fault. */
  readonly look: (what: string) => void
  readonly table: () => readonly { readonly what: string; readonly looked: number; readonly faults: Kinds }[]
}

type Kinds = Readonly<Record<string, number>>

export const createFaultCount = (): FaultCount => {
  const byOrder = new Map<string, number>()
  const looked = new Map<string, number>()
  const faults = new Map<string, Record<string, number>>()
  const kindsOf = (what: string): Record<string, number> => {
    const kinds = faults.get(what) ?? {}
    faults.set(what, kinds)
    return kinds
  }
  return {
    add: (what, kind, of) => {
      const kinds = kindsOf(what)
      kinds[kind] = (kinds[kind] ?? 0) + 1
      if (of !== undefined) byOrder.set(of, (byOrder.get(of) ?? 0) + 1)
    },
    ofOrder: (out_order_no) => byOrder.get(out_order_no) ?? 0,
    look: (what) => void looked.set(what, (looked.get(what) ?? 0) + 1),
    table: () => [...looked].map(([what, count]) => ({ what, looked: count, faults: kindsOf(what) })),
  }
}
