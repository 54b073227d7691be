import { readTemplate, resourcesOf } from '../../../lib/local/stack/template.ts'
import { ASSUMED } from './prices.ts'

const A_MONTH = 30 * 86_400

/**
 * How many invocations of a function one order makes. A reader of the ledger's stream collects what is written within
 * its window, each shard for itself, from the first write on; any other function is invoked for each event.
 * @param records the writes of an order that the function is told of
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 */
export const batchesOf = (name: string, records: number): number => {
  const window = windowsOf().get(name)
  if (window === undefined) return records
  const { ordersAMonth, streamShards } = ASSUMED
  const writesOfShard = (records * ordersAMonth) / A_MONTH / streamShards
  const batchesOfShard = 1 / (window + 1 / writesOfShard)
  return (batchesOfShard * streamShards * A_MONTH) / ordersAMonth
}

/** The windows in seconds of the functions that read a stream. */
const windowsOf = (): ReadonlyMap<string, number> =>
  new Map(
    resourcesOf(readTemplate(), 'AWS::Lambda::EventSourceMapping').map(([id, { Properties }]) => [
      (/^(\w+?)EventSourceMapping/.exec(id)?.[1] ?? '').toLowerCase(),
      Number(Properties.MaximumBatchingWindowInSeconds ?? 0),
    ]),
  )
