/** Half of the values lie between the quartiles. */
export type Spread = { readonly median: number; readonly q1: number; readonly q3: number }

export const spread = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  q1: quantile(values, 0.25),
  q3: quantile(values, 0.75),
})

/** Values between two ranks are drawn out in a straight line. */
const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (sorted.length - 1) * part
  const below = sorted[Math.floor(rank)] ?? Number.NaN
  const above = sorted[Math.ceil(rank)] ?? Number.NaN
  return below + (above - below) * (rank - Math.floor(rank))
}

/** Round by round: what a machine does to one of a pair it does to the other too. */
export const ratios = (ours: readonly number[], others: readonly number[]): readonly number[] =>
  ours.map((value, round) => value / (others[round] ?? Number.NaN))

export const shuffled = <T>(values: readonly T[]): readonly T[] =>
  values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
