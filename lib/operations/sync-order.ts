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
 * Takes a notice into the ledger and, where that makes it this invocation's turn, makes its one sync.
 * Throws when the row could not be written: nothing was sent then.
 */
export const syncOrder = async (order: PaymentNotice, via: EventSource['via'], deps: OrderDeps): Promise<Replied> => {
  // Side by side: the key is needed as soon as the row is ours. A failure is met again, and told, when it is used.
  deps.merchants.signer(order.call.mchid).catch(() => undefined)

  const isHeld = await isOverCap(order, deps, rowKey(order))
  const created = await deps.ledger.apply(create(order, deps.now(), isHeld))
  const { log, ...handled } = await (created ? begin(order, created.row, deps) : lookAgain(order, deps))
  return { ...handled, log: { via, ...log } }
}

/** The order stands in the ledger: by this notice, or by another. */
const lookAgain = async (order: PaymentNotice, deps: OrderDeps): Promise<Replied> => {
  const row = await readRow(order, deps)
  return row.call_hash === order.call_hash ? noticeAgain(order, row, deps) : otherNotice(order, row, deps)
}

const readRow = async (order: PaymentNotice, { ledger }: OrderDeps): Promise<Row> => {
  const row = await ledger.read(rowKey(order))
  if (!row) throw new TryAgainError('the order left the ledger while it was looked at')
  return row
}

/** A new call in the ledger: it is synced now, or asked about first, or held. */
const begin = async (order: PaymentNotice, row: Row, deps: OrderDeps): Promise<Replied> => {
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

/** The same notice again: it takes the sync if that is due, and else is told how the order stands. */
const noticeAgain = async (order: PaymentNotice, row: Row, deps: OrderDeps): Promise<Replied> => {
  const claimed = await deps.ledger.apply(claim(row.pk, 'sync', deps.now(), order.call_hash))
  if (claimed) return afterCall(await callWechatPay('sync', claimed.row, deps), deps)
  const isWaiting = row.state === 'PENDING' && row.last_error?.verdict === 'open'
  const expedited = isWaiting ? await deps.ledger.apply(expedite(row, deps.now())) : undefined
  // Somebody may have written since it was read, or this very claim was applied and its answer lost.
  const after = expedited?.row ?? (await deps.ledger.read(row.pk)) ?? row
  const log = { ...rowFields(after), transition: expedited?.transition.name ?? 'none', replayed: true }
  return { reply: rowReply(after, deps.now(), true), log }
}

/** Another call for the same order: it reopens a rejected one, and else is a conflict. */
const otherNotice = async (order: PaymentNotice, row: Row, deps: OrderDeps): Promise<Replied> => {
  if (mayReopen(row)) {
    const isHeld = await isOverCap(order, deps)
    const reopened = await deps.ledger.apply(reopen(order, row, deps.now(), isHeld))
    if (reopened) return begin(order, reopened.row, deps)
  }
  const conflicted = await deps.ledger.apply(conflict(order))
  const counted = conflicted?.row ?? (await readRow(order, deps))
  // The row has this very call by now: from this invocation, whose answer was lost, or from the same notice beside it.
  if (!conflicted && counted.call_hash === order.call_hash) return noticeAgain(order, counted, deps)
  const isSettled = counted.state === 'DOUBLE_CHARGED' || (counted.state === 'SYNCED' && counted.due === undefined)
  return {
    reply: conflictReply(counted),
    // An event that still may reopen the order is tried again by Lambda, and then kept by the dead-letter queue.
    throwsByEvent: !isSettled,
    log: { ...rowFields(counted), transition: 'conflict', conflicts: counted.conflicts },
    metrics: { conflicts: { value: 1, unit: 'Count' } },
  }
}
