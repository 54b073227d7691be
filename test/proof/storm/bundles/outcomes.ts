import type { World } from '../../../../lib/local/world.ts'

type Told = {
  readonly out_order_no: string
  readonly state: string
  readonly confirmed: boolean
  readonly reason?: string
  readonly amount?: number
  readonly transaction_id?: string
}

/** The order events that the bus has received. */
export const createOutcomes = (world: World) => {
  const told = new Map<string, Map<string, readonly Told[]>>()
  const ended = new Set<string>()
  const counts = new Map<string, number>()
  let seen = 0

  const note = (detailType: string, detail: string): void => {
    const one = JSON.parse(detail) as Told // our own function made it, and the judge compares its members
    const ofOrder = told.get(one.out_order_no) ?? new Map<string, readonly Told[]>()
    told.set(one.out_order_no, ofOrder)
    ofOrder.set(detailType, [...(ofOrder.get(detailType) ?? []), one])
    counts.set(detailType, (counts.get(detailType) ?? 0) + 1)
    const isEnd =
      one.state === 'REJECTED' || one.state === 'DOUBLE_CHARGED' || (one.state === 'SYNCED' && one.confirmed)
    if (isEnd) ended.add(one.out_order_no)
  }

  return {
    counts,
    hasEnded: (out_order_no: string): boolean => ended.has(out_order_no),
    /** The details of an order's events of one type, in order. */
    of: (out_order_no: string, detailType: string): readonly Told[] => told.get(out_order_no)?.get(detailType) ?? [],
    read: (): void => {
      for (const { source, detailType, detail } of world.bus.history.events.slice(seen))
        if (source === 'payscore.ledger') note(detailType, detail)
      seen = world.bus.history.events.length
    },
  }
}
