import { membersOf } from '../json.ts'
import { type Body, fen, isStated, list, text, type Unchecked } from './answer-body.ts'
import type { CollectionDetail, ServiceOrder } from './order-api.ts'
import type { Charge } from './verdict.ts'

/** What an answer says about the money of an order, for every order API. Sums are in fen. */
export type Money = {
  /** `collection.state`; undefined where it is missing. */
  readonly state: unknown
  /** The entries of `collection.details` with an amount or a transaction of WeChat Pay. */
  readonly payments: readonly Payment[]
  /** There are entries, and none of them collected anything. */
  readonly isNaught: boolean
  /** What WeChat Pay charged, according to the entries or `finish_transaction_id`. */
  readonly charge?: Charge
  readonly total?: number
  /** `collection.paying_amount`. */
  readonly paying?: number
  /** What has been paid, by any channel, as far as the answer says; 0 where it says nothing. */
  readonly paid: number
  /** `collection.paid_amount` is more than the sum of the entries. */
  readonly isPaidByNobodyKnown: boolean
  /** What is not paid yet: `paying_amount`, or the total less what is paid; undefined when both are missing. */
  readonly outstanding?: number
  /** Every sum and every entry in the answer can be read. */
  readonly isReadable: boolean
}

type Payment = {
  readonly paid_type: unknown
  readonly amount: number | undefined
  /** The entry has a transaction_id of WeChat Pay, even if it cannot be read. */
  readonly isMarked: boolean
  readonly transaction_id: string | undefined
  readonly seq: unknown
}

export const readMoney = (body: Body): Money => {
  const collections = list(body.collection).map(
    (one): Unchecked<NonNullable<ServiceOrder['collection']>> => membersOf(one),
  )
  const [collection = {}] = collections
  const entries = collections.flatMap(({ details }) => list(details)).map(readEntry)
  const payments = entries.filter((entry) => entry.amount !== 0 || entry.isMarked)

  const sums = [body.total_amount, collection.total_amount, collection.paying_amount, collection.paid_amount]
  const amounts = payments.map(({ amount }) => amount)
  const sumOfEntries = amounts.reduce((sum: number, amount = 0) => sum + amount, 0)
  const charge = chargeOf(payments, body)
  const statedPaid = fen(collection.paid_amount) ?? 0
  const paid = Math.max(statedPaid, sumOfEntries, charge?.amount ?? 0)
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
    isPaidByNobodyKnown: statedPaid > sumOfEntries && !amounts.includes(undefined),
    ...(outstanding !== undefined && { outstanding }),
    isReadable:
      collections.length <= 1 &&
      sums.every((sum) => !isStated(sum) || fen(sum) !== undefined) &&
      entries.every((entry) => entry.isReadable),
  }
}

const readEntry = (one: unknown): Payment & { readonly isReadable: boolean } => {
  const { paid_type, amount, transaction_id, seq }: Unchecked<CollectionDetail> = membersOf(one)
  return {
    paid_type,
    amount: fen(amount),
    isMarked: isFilled(transaction_id),
    transaction_id: transactionOf(transaction_id),
    seq,
    isReadable: !isStated(amount) || fen(amount) !== undefined,
  }
}

/** Anything but null and empty text. */
const isFilled = (value: unknown): boolean => isStated(value) && !(typeof value === 'string' && value.trim() === '')

/** The transaction number for a refund; undefined if it cannot be read exactly. */
const transactionOf = (value: unknown): string | undefined => {
  const number = typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : text(value)
  return number.trim().match(/^(?!0+$)[0-9A-Za-z_-]{1,64}$/)?.[0]
}

/**
 * WeChat Pay charged if an entry has paid_type `NEWTON` or any transaction_id. A transaction that is listed twice is
 * one charge.
 */
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
  if (isFilled(body.finish_transaction_id)) {
    const number = transactionOf(body.finish_transaction_id)
    if (amounts.size === 0) add('finish', fen(body.total_amount), number)
    else if (number !== undefined) numbers.add(number)
  }
  if (amounts.size === 0) return undefined
  const amount = sumOf([...amounts.values()])
  const transaction_id = [...numbers].join()
  return { ...(amount !== undefined && { amount }), ...(transaction_id !== '' && { transaction_id }) }
}

/** Undefined if one of the amounts is: a sum without it would be wrong. */
const sumOf = (amounts: readonly (number | undefined)[]): number | undefined => {
  const sum = amounts.reduce((all, one) => (all === undefined || one === undefined ? undefined : all + one), 0)
  return Number.isSafeInteger(sum) ? sum : undefined
}
