import { BUSIEST_SECOND, ORDERS_BY_HOUR } from './assumptions.ts'

export const MINUTES = 24 * 60

/** Orders of each minute of a day; between the middles of two hours it is a straight line. */
export const ordersByMinute = (orders: number): readonly number[] => {
  const shape = Array.from({ length: MINUTES }, (_, minute) => {
    const at = (minute + 0.5) / 60 - 0.5
    const hour = Math.floor(at)
    return rateOf(hour) * (1 - (at - hour)) + rateOf(hour + 1) * (at - hour)
  })
  const total = shape.reduce((sum, value) => sum + value, 0)
  return shape.map((value) => (orders * value) / total)
}

const rateOf = (hour: number): number => ORDERS_BY_HOUR[(hour + 24) % 24] ?? 0

/** Orders in the busiest second of a day. */
export const busiestSecond = (orders: number): number => (Math.max(...ordersByMinute(orders)) / 60) * BUSIEST_SECOND
