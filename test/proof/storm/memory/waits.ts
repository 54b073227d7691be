/** Stores many numbers, to read their distribution. */
export const createWaits = () => {
  const values: number[] = []
  /** The value below which this share of the sorted numbers lies; 0 if there are none. */
  const percentile = (part: number): number =>
    values.toSorted((a, b) => a - b)[Math.ceil(part * values.length) - 1] ?? 0
  return {
    add: (value: number): void => void values.push(value),
    count: () => values.length,
    percentile,
    most: () => percentile(1),
  }
}

export type Waits = ReturnType<typeof createWaits>
