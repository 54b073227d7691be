/** Stores many numbers, to read their distribution. */
export const createWaits = () => {
  const values: number[] = []
  let sorted = true
  const order = () => {
    if (!sorted) values.sort((a, b) => a - b)
    sorted = true
  }
  return {
    add: (value: number): void => {
      values.push(value)
      sorted = false
    },
    count: () => values.length,
    /** The value below which this share of the sorted numbers lies; 0 if there are none. */
    percentile: (part: number): number => {
      order()
      return values[Math.min(values.length - 1, Math.ceil(part * values.length) - 1)] ?? 0
    },
    most: (): number => {
      order()
      return values.at(-1) ?? 0
    },
  }
}

export type Waits = ReturnType<typeof createWaits>
