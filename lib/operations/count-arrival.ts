import type { Ledger } from '../aws/ledger.ts'
import type { PaymentNotice } from '../ledger/notice.ts'
import { LIMITS } from '../limits.ts'

type Deps = { readonly ledger: Pick<Ledger, 'count'>; readonly now: () => number }

/**
 * Counts a payment, and returns whether it exceeds the merchant's hourly cap. A payment that cannot be counted exceeds
 * it: DynamoDB throttles the counter when there are too many, and a held order is not lost. `unlessThere`: the key of
 * an order; if the ledger has it, the payment is not new and is not counted.
 */
export const isOverCap = async (
  { cap }: PaymentNotice,
  { ledger, now }: Deps,
  unlessThere?: string,
): Promise<boolean> => {
  if (!cap) return false
  const expires_at = Math.ceil((now() + LIMITS.keepCounter) / 1000)
  const count = await ledger.count(cap.counter, expires_at, unlessThere).catch(() => Number.POSITIVE_INFINITY)
  return !(count <= cap.most)
}
