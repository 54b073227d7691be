import type { Ledger } from '../aws/ledger.ts'
import type { PaymentNotice } from '../ledger/notice.ts'
import { LIMITS } from '../limits.ts'

type Deps = { readonly ledger: Pick<Ledger, 'count'>; readonly now: () => number }

/**
 * Counts a payment, and gives whether it exceeds its merchant's cap. One that cannot be counted does: it is a flood that
 * throttles the counter, and what is held is not lost. `unlessThere`: an order that stands in the ledger is not new.
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
