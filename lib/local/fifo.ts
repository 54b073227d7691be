/** A queue whose `shift` is fast with hundreds of thousands of entries; that of an array is not. */
export type Fifo<T> = {
  readonly size: number
  push(value: T): void
  peek(): T | undefined
  shift(): T | undefined
}

export const createFifo = <T>(): Fifo<T> => {
  let values: (T | undefined)[] = []
  let head = 0
  return {
    get size() {
      return values.length - head
    },
    push: (value) => void values.push(value),
    peek: () => values[head],
    shift: () => {
      if (head === values.length) return undefined
      const value = values[head]
      values[head] = undefined
      head += 1
      if (head > 1_024 && head * 2 > values.length) {
        values = values.slice(head)
        head = 0
      }
      return value
    },
  }
}
