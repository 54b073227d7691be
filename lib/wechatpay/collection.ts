import { membersOf } from '../json.ts'
import { type Body, fen, isStated, list, text, type Unread } from './answer-body.ts'
import type { CollectionDetail, ServiceOrder } from './order-api.ts'
import type { Charge } from './verdict.ts'

/** What an answer says of an order's money, whichever family it is of. Sums are fen. */
export type Money = {
  /** `collection.state`; undefined where it is left out. */
  readonly state: unknown
  /** Who paid what: the entries that collected something. */
  readonly payments: readonly Payment[]
  /** There are entries, and each of them collected nothing. */
  readonly isNaught: boolean
  /** What bears the mark of a charge by WeChat Pay. */
  readonly charge?: Charge
  readonly total?: number
  /** `collection.paying_amount`. */
  readonly paying?: number
  /** Paid by anybody, as far as it is told: 0 where nothing is. */
  readonly paid: number
  /** Somebody paid more than the entries tell of. */
  readonly isPaidByNobodyKnown: boolean
  /** Not paid yet, as the answer says it or as its sums do; undefined when neither can. */
  readonly outstanding?: number
  /** Each sum that is there can be read, and so can each entry. */
  readonly isReadable: boolean
}

type Payment = {
  readonly paid_type: unknown
  readonly amount: number | undefined
  /** A transaction of WeChat Pay's stands on it, whether or not its number can be read. */
  readonly isMarked: boolean
  readonly transaction_id: string | undefined
  readonly seq: unknown
}

export const readMoney = (body: Body): Money => {
  const collections = list(body.collection).map(
    (one): Unread<NonNullable<ServiceOrder['collection']>> => membersOf(one),
  )
  const [collection = {}] = collections
  const entries = collections.flatMap(({ details }) => list(details)).map(readEntry)
  const payments = entries.filter((entry) => entry.amount !== 0 || entry.isMarked)

  const sums = [body.total_amount, collection.total_amount, collection.paying_amount, collection.paid_amount]
  const amounts = payments.map(({ amount }) => amount)
  const told = amounts.reduce((sum: number, amount = 0) => sum + amount, 0)
  const charge = chargeOf(payments, body)
  const stated = fen(collection.paid_amount) ?? 0
  const paid = Math.max(stated, told, charge?.amount ?? 0)
  const total = fen(collection.total_amount) ?? fen(body.total_amount)
  const paying = fen(collection.paying_amount)
  const outstanding = paying ?? (total === undefined ? undefined : Math.max(0, total - paid))
  return {
    state: collection.state ?? undefined,
    payments,
    isNaught: entries.length > 0 && payments.length === 0,
    ...(charge && { charge }),
    ...(total !== undefined && { total }),
    ...(paying !== undefined && { paying }),
    paid,
    isPaidByNobodyKnown: stated > told && !amounts.includes(undefined),
    ...(outstanding !== undefined && { outstanding }),
    isReadable:
      collections.length <= 1 &&
      sums.every((sum) => !isStated(sum) || fen(sum) !== undefined) &&
      entries.every((entry) => entry.isReadable),
  }
}

const readEntry = (one: unknown): Payment & { readonly isReadable: boolean } => {
  const { paid_type, amount, transaction_id, seq }: Unread<CollectionDetail> = membersOf(one)
  return {
    paid_type,
    amount: fen(amount),
    isMarked: isMark(transaction_id),
    transaction_id: transactionOf(transaction_id),
    seq,
    isReadable: !isStated(amount) || fen(amount) !== undefined,
  }
}

/** Whatever stands there but null and empty text. */
const isMark = (value: unknown): boolean => isStated(value) && !(typeof value === 'string' && value.trim() === '')

/** The number to refund by. One that cannot be read to its last digit is none. */
const transactionOf = (value: unknown): string | undefined => {
  const number = typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : text(value)
  return number.trim().match(/^(?!0+$)[0-9A-Za-z_-]{1,64}$/)?.[0]
}

/** `NEWTON`, or any transaction: WeChat Pay charged. The same transaction listed twice is one charge. */
const chargeOf = (payments: readonly Payment[], body: Body): Charge | undefined => {
  const amounts = new Map<string, number | undefined>()
  const numbers = new Set<string>()
  const add = (key: string, amount: number | undefined, number: string | undefined) => {
    const known = amounts.get(key) ?? 0
    amounts.set(key, amount === undefined ? amounts.get(key) : Math.max(known, amount))
    if (number !== undefined) numbers.add(number)
  }
  for (const [index, { paid_type, amount, isMarked, transaction_id, seq }] of payments.entries())
    if (isMarked || paid_type === 'NEWTON')
      add(transaction_id ?? (isStated(seq) ? `seq ${String(seq)}` : `entry ${index}`), amount, transaction_id)
  if (isMark(body.finish_transaction_id)) {
    const number = transactionOf(body.finish_transaction_id)
    if (amounts.size === 0) add('finish', fen(body.total_amount), number)
    else if (number !== undefined) numbers.add(number)
  }
  if (amounts.size === 0) return undefined
  const amount = sumOf([...amounts.values()])
  const transaction_id = [...numbers].join()
  return { ...(amount !== undefined && { amount }), ...(transaction_id !== '' && { transaction_id }) }
}

/** Undefined when one of them is: a sum that lacks a charge is a wrong sum. */
const sumOf = (amounts: readonly (number | undefined)[]): number | undefined => {
  const sum = amounts.reduce((all, one) => (all === undefined || one === undefined ? undefined : all + one), 0)
  return Number.isSafeInteger(sum) ? sum : undefined
}
