import * as v from 'valibot'
import { InputError } from '../errors.ts'
import type { OrderKey } from '../ledger/row.ts'

/** How many orders one request may publish again. */
export const PUBLISHED_AT_ONCE = 50

const Task = v.strictObject({
  announce: v.pipe(
    v.array(v.strictObject({ mchid: v.string(), out_order_no: v.string() })),
    v.maxLength(PUBLISHED_AT_ONCE),
  ),
})

/** `{"announce": [{"mchid": …, "out_order_no": …}]}`: only the keys of the orders. Throws InputError. */
export const readPublishTask = (event: unknown): readonly OrderKey[] => {
  const parsed = v.safeParse(Task, event)
  if (parsed.success) return parsed.output.announce
  throw new InputError('announce', `must list at most ${PUBLISHED_AT_ONCE} orders, each with mchid and out_order_no`)
}
