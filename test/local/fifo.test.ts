import { expect, it } from 'vitest'
import { createFifo } from '../../lib/local/fifo.ts'

it('gives back in order, across its own tidying', () => {
  const fifo = createFifo<number>()
  const given: (number | undefined)[] = []

  for (let value = 0; value < 5_000; value++) {
    fifo.push(value)
    if (value % 3 > 0) given.push(fifo.shift())
  }
  while (fifo.size > 0) given.push(fifo.shift())

  expect(given).toEqual(Array.from({ length: 5_000 }, (_, value) => value))
})

it('shows its head without taking it', () => {
  const fifo = createFifo<string>()
  fifo.push('a')
  fifo.push('b')

  const heads = [fifo.peek(), fifo.peek(), fifo.shift(), fifo.peek()]

  expect(heads).toEqual(['a', 'a', 'a', 'b'])
  expect(fifo.size).toBe(1)
})

it('has nothing when empty', () => {
  const fifo = createFifo<string>()

  expect([fifo.peek(), fifo.shift(), fifo.size]).toEqual([undefined, undefined, 0])
})
