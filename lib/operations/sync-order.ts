import { TryAgainError } from '../errors.ts'
import type { EventSource } from '../intake/event-source.ts'
import type { PaymentNotice } from '../ledger/notice.ts'
import { type Row, rowKey } from '../ledger/row.ts'
import { claim, conflict, create, mayReopen, reopen } from '../ledger/transitions/notice.ts'
import { expedite } from '../ledger/transitions/operator.ts'
import { conflictReply, rowReply } from '../views/reply.ts'
import { type CallResult, callWechatPay, type OrderDeps, publishDueNow } from './call-wechatpay.ts'
import { isOverCap } from './count-arrival.ts'
import { rowFields } from './log-fields.ts'
import type { Replied } from './result.ts'

/**
 * Writes a notice into the ledger and, if the write makes this invocation the owner of the row, makes the sync. Throws
 * when the row could not be written; nothing was sent then.
 */
export const syncOrder = async (order: PaymentNotice, via: EventSource['via'], deps: OrderDeps): Promise<Replied> => {
  // Loads the key while the row is written, since it is needed right after that. If this fails, the call itself reports
  // the error.
  deps.merchants.signer(order.call.mchid).catch(() => undefined)

  const isHeld = await isOverCap(order, deps, rowKey(order))
  const created = await deps.ledger.apply(create(order, deps.now(), isHeld))
  const { log, ...handled } = await (created ? startOrder(order, created.row, deps) : existingOrder(order, deps))
  return { ...handled, log: { via, ...log } }
}

/** The ledger has the order already: from this notice or from another. */
const existingOrder = async (order: PaymentNotice, deps: OrderDeps): Promise<Replied> => {
  const row = await readRow(order, deps)
  return row.call_hash === order.call_hash ? repeatedNotice(order, row, deps) : contradictingNotice(order, row, deps)
}

const readRow = async (order: PaymentNotice, { ledger }: OrderDeps): Promise<Row> => {
  const row = await ledger.read(rowKey(order))
  if (!row) throw new TryAgainError('the order left the ledger while it was looked at')
  return row
}

/** The ledger has a new call: it is synced now, or queried first, or held. */
const startOrder = async (order: PaymentNotice, row: Row, deps: OrderDeps): Promise<Replied> => {
  const isHeld = row.state === 'HELD'
  if (!isHeld && !order.mode) return afterCall(await callWechatPay('sync', row, deps), deps)
  await publishDueNow(row, deps)
  const transition = isHeld ? 'held over the cap' : 'asked about first'
  return { reply: rowReply(row, deps.now(), false), log: { ...rowFields(row), transition } }
}

const afterCall = ({ row, log, metrics }: CallResult, { now }: OrderDeps): Replied => ({
  reply: rowReply(row, now(), false),
  log,
  metrics,
})

/** The same notice again: it makes the sync if that is due; otherwise the reply is the state of the order. */
const repeatedNotice = async (order: PaymentNotice, row: Row, deps: OrderDeps): Promise<Replied> => {
  const claimed = await deps.ledger.apply(claim(row.pk, 'sync', deps.now(), order.call_hash))
  if (claimed) return afterCall(await callWechatPay('sync', claimed.row, deps), deps)
  const isWaiting = row.state === 'PENDING' && row.last_error?.verdict === 'open'
  const expedited = isWaiting ? await deps.ledger.apply(expedite(row, deps.now())) : undefined
  // Another invocation may have written since the row was read; or this claim was applied and its answer was lost.
  const after = expedited?.row ?? (await deps.ledger.read(row.pk)) ?? row
  const log = { ...rowFields(after), transition: expedited?.transition.name ?? 'none', replayed: true }
  return { reply: rowReply(after, deps.now(), true), log }
}

/** Another call for the same order: it reopens a rejected or held order; otherwise it is a conflict. */
const contradictingNotice = async (order: PaymentNotice, row: Row, deps: OrderDeps): Promise<Replied> => {
  if (mayReopen(row)) {
    const isHeld = await isOverCap(order, deps)
    const reopened = await deps.ledger.apply(reopen(order, row, deps.now(), isHeld))
    if (reopened) return startOrder(order, reopened.row, deps)
  }
  const conflicted = await deps.ledger.apply(conflict(order))
  const current = conflicted?.row ?? (await readRow(order, deps))
  // The row has this call already: this invocation wrote it and lost the answer, or the same notice arrived twice at
  // the same time.
  if (!conflicted && current.call_hash === order.call_hash) return repeatedNotice(order, current, deps)
  const isSettled = current.state === 'DOUBLE_CHARGED' || (current.state === 'SYNCED' && current.due === undefined)
  return {
    reply: conflictReply(current),
    // While the order may still be reopened, Lambda retries the event, and then the dead-letter queue keeps it.
    throwsByEvent: !isSettled,
    log: { ...rowFields(current), transition: 'conflict', conflicts: current.conflicts },
    metrics: { conflicts: { value: 1, unit: 'Count' } },
  }
}
