import { LIMITS } from '../../../lib/limits.ts'
import { ORDER, PRICE } from './assumptions.ts'

const GB = 1e9
const DAY = 86_400_000

/** In US dollars, to the cent of a million orders, so that what is shown adds up. */
const toTheCent = (each: number): number => Math.round(each * 1e8) / 1e8

/** What one order costs by its part, if it takes so many units of write. */
export const costOf = (writeUnits: number) => ({
  api: PRICE.api,
  lambdaRequests: toTheCent(ORDER.lambdaRequests * PRICE.lambdaRequest),
  lambdaTime: toTheCent(ORDER.gbSeconds * PRICE.gbSecond),
  table: toTheCent(writeUnits * PRICE.writeUnit),
  events: toTheCent((1 + ORDER.orderEvents) * PRICE.event),
  logs: toTheCent((ORDER.logBytes / GB) * PRICE.logGb),
})

export const sumOf = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, part) => sum + part, 0)

/** What it costs a day to keep the rows of so many orders a day, once the first of them are deleted. */
export const storedCost = (orders: number): number =>
  ((orders * (LIMITS.keepEnded / DAY) * ORDER.storedBytes) / GB) * (PRICE.storedGbMonth / 30)
