/** Counts the events that reconcile puts on the bus, for each second that ends with a PutEvents. */
export const createPace = (now: () => number) => {
  const recent = new Map<string, { readonly at: number; readonly count: number }[]>()
  let most = 0
  let dispatched = 0
  return {
    add: (mchid: string, count: number): void => {
      const kept = (recent.get(mchid) ?? []).filter(({ at }) => at > now() - 1000)
      kept.push({ at: now(), count })
      recent.set(mchid, kept)
      dispatched += count
      most = Math.max(
        most,
        kept.reduce((sum, put) => sum + put.count, 0),
      )
    },
    /** The most events of one merchant within a second. */
    mostPerSecond: () => most,
    dispatched: () => dispatched,
  }
}
