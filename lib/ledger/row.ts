import { createHash } from 'node:crypto'
import { LIMITS } from '../limits.ts'
import type { Call } from '../wechatpay/order-api.ts'
import type { RefundVerdictKind } from '../wechatpay/refund-api.ts'
import type { RefusalName } from '../wechatpay/refusals.ts'
import type { SignedResponse } from '../wechatpay/verdict.ts'
import type { VerdictKind } from '../wechatpay/verdict-kinds.ts'

export const STATES = ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'] as const
export type State = (typeof STATES)[number]
export type CallType = 'sync' | 'query'
/** What a due row asks WeChat Pay for: about the order, or about a refund of its charge. */
export type NextCall = CallType | 'refund'

/** Why the last attempt did not end the order, and which attempt it was. */
export type LastError = {
  readonly verdict: VerdictKind
  readonly at: number
  readonly attempt: number
  readonly status?: number
  readonly code?: string
  readonly request_id?: string
  readonly refusal?: RefusalName
  /** What is wrong with the deployment. This service writes the text, not WeChat Pay. */
  readonly detail?: string
}

/** An operator decision: what was decided, by whom, when (ms) and why. */
export type Decision = { readonly what: string; readonly by: string; readonly at: number; readonly why: string }

/**
 * A refund of what WeChat Pay charged, by the number under which it was made. Amounts are in fen, `noted_at` and
 * `answered_at` in ms.
 */
export type Refund = {
  readonly out_refund_no: string
  readonly noted_at: number
  /** What the last signed or unsigned answer meant; absent until it was asked about. */
  readonly status?: RefundVerdictKind
  readonly answered_at?: number
  readonly transaction_id?: string
  readonly refund_id?: string
  readonly refund_amount?: number
  /** The sum of the refunded transaction. */
  readonly total_amount?: number
  readonly success_time?: string
  readonly code?: string
  readonly request_id?: string
}

/** After any other status WeChat Pay is asked about the refund again. */
const ENDED = [
  'refunded',
  'abnormal',
  'closed',
  'absent',
  'other_order',
] as const satisfies readonly RefundVerdictKind[]

/** What WeChat Pay said last of a refund is not its end. */
export const isOpenStatus = (status: RefundVerdictKind | undefined): boolean => !ENDED.some((ended) => ended === status)

/** On whose word a case is settled: WeChat Pay's signed one, or an operator's. */
export type SettledBy = 'refund' | 'cash' | 'not_double'

/** Values by which the shop finds an order in lists and reports. They are never sent to WeChat Pay. */
export type Labels = { readonly shop_id?: string; readonly cashier_id?: string; readonly pos_ref?: string }

/** One order in the ledger. Times are in ms, except `expires_at`: DynamoDB's TTL needs seconds. */
export type Row = Labels & {
  /** `mchid#out_order_no` */
  readonly pk: string
  readonly state: State
  /** The next call; absent when there is none. */
  readonly next?: NextCall
  /**
   * Partition key of the index `due`, which reconcile reads: signer and shard; present exactly while there is a next
   * call.
   */
  readonly due?: string
  /**
   * Into how many shards the signer's due rows were divided when the order came: the row stays in its shard. Absent for
   * the usual number.
   */
  readonly shards?: number
  /** Time of the next call and sort key of the index `due`: no invocation may claim the row before it. */
  readonly due_at?: number
  /**
   * End of the lease of whoever claimed the row last: until then a call may be in flight, and no other invocation may
   * claim the row. It is in no index, so that a claim writes nothing there. Absent once the answer is recorded.
   */
  readonly leased_until?: number
  /**
   * Partition key of the index of rows that wait for a person, signer and one of the usual shards; present exactly while a person must
   * act.
   */
  readonly waits?: string
  /** Number of claims so far; the fencing token of every write that follows a claim. */
  readonly attempt: number
  readonly call: Call
  /** SHA-256 of the call as the POS stated it. */
  readonly call_hash: string
  readonly paid_time_clamped?: boolean
  readonly order_id?: string
  /**
   * The order is queried before its first sync: `check` then compares the amount, `observe` never syncs without an
   * operator.
   */
  readonly mode?: 'check' | 'observe'
  /** What the customer paid offline, in fen. */
  readonly expected_amount?: number
  /** The amount was compared, or an operator released the order: a sync may be sent. */
  readonly cleared?: boolean
  /** Oldest first; only the newest are kept. */
  readonly decisions?: readonly Decision[]
  /** How many decisions were ever made; absent in rows from before they were counted. */
  readonly decided?: number
  /** When the signed answers came (ms) by which WeChat Pay took the sync, and which proves how the order ended. */
  readonly taken_at?: number
  readonly proved_at?: number
  /**
   * The newest signed answer by which the order went on, packed, until it is kept as evidence. It may hold personal data.
   */
  readonly answer?: Uint8Array
  /** Where the order's signed answers are kept: names of objects, without their folder. */
  readonly evidence?: ReadonlySet<string>
  /** Rows of earlier versions have signed answers of their own: to the sync, to the query, and about refunds. */
  readonly receipt?: SignedResponse
  readonly proof?: SignedResponse
  readonly refund_answers?: Readonly<Record<string, SignedResponse>>
  readonly last_error?: LastError
  /**
   * Nonce of the first signed refusal of a parameter. It takes a second refusal, with another nonce, to end the order.
   */
  readonly refused?: string
  /** Since when the order takes so long that a person should know. */
  readonly late_at?: number
  /** `mchid#yyyymmdd#shard` of paid_time. */
  readonly day: string
  readonly noticed_at?: number
  /** The statement that created the row, if no payment notice did: `mchid/name`. */
  readonly statement?: string
  readonly absent_since?: number
  readonly reason?: string
  readonly conflicts?: number
  /** What WeChat Pay charged in addition to the offline payment, in fen. */
  readonly amount?: number
  readonly transaction_id?: string
  readonly created_at: number
  readonly settled_at?: number
  /** Absent in rows that were settled before it was kept. */
  readonly settled_by?: SettledBy
  /** The refunds of the charge, oldest first. */
  readonly refunds?: readonly Refund[]
  /** Partition key of the index of double charges that are not settled: the signer; and since when (ms). */
  readonly case?: string
  readonly case_at?: number
  /** The day of the last trade bill (yyyymmdd) for which the order was asked about again. */
  readonly bill?: string
  /** Since when it is asked (ms); absent once it was answered. */
  readonly bill_at?: number
  readonly expires_at?: number
  /** Version of this format. */
  readonly v: 1
}

/** A row without its signed answers: of those of earlier versions only `sent_at` is read. */
export type BookRow = Omit<Row, 'answer' | 'evidence' | 'receipt' | 'proof' | 'refund_answers'> & {
  readonly receipt?: { readonly sent_at: number }
  readonly proof?: { readonly sent_at: number }
}

/** WeChat Pay charged the order, and no operator has settled the charge yet. */
export const hasOpenCharge = ({ transaction_id, settled_at }: Pick<Row, 'transaction_id' | 'settled_at'>): boolean =>
  transaction_id !== undefined && settled_at === undefined

/** How many decisions were made about an order, including those that are no longer kept. */
export const countDecisions = ({ decisions = [], decided }: Pick<Row, 'decisions' | 'decided'>): number =>
  decided ?? decisions.length

/** When the next call can begin (ms): when it is due, and no lease is left. Undefined when there is none. */
export const nextCallAt = ({ due_at, leased_until = 0 }: Pick<Row, 'due_at' | 'leased_until'>): number | undefined =>
  due_at === undefined ? undefined : Math.max(due_at, leased_until)

/** Identifies an order: the mchid of the payee, and the order number. */
export type OrderKey = { readonly mchid: string; readonly out_order_no: string }

export const rowKey = ({ mchid, out_order_no }: OrderKey): string => `${mchid}#${out_order_no}`

export const readRowKey = (pk: string): OrderKey => {
  const at = pk.indexOf('#')
  return { mchid: pk.slice(0, at), out_order_no: pk.slice(at + 1) }
}

/** Partition key of the index `due`: one signer, one shard. */
export const dueKey = (signer: string, shard: number): string => `${signer}#${shard}`

/** The same for rows that only wait: reconcile reads them after all others. */
export const waitingKey = (signer: string, shard: number): string => `${signer}#waiting#${shard}`

export const isWaitingKey = (due: string): boolean => due.includes('#waiting#')

/** Every partition key of the index `due` that one signer can have, whatever its entry says now. */
export const everyDueKey = (signer: string): readonly string[] =>
  [dueKey, waitingKey].flatMap((key) => Array.from({ length: LIMITS.shardsMost }, (_, shard) => key(signer, shard)))

/** What says in which partitions of the indexes an order is. */
export type Placed = { readonly pk: string; readonly call?: Pick<Call, 'mchid'>; readonly shards?: number }

/**
 * Who signs for the order. What is due is read, paced and told by signer: a provider's shops may be too many to ask one
 * after the other.
 */
export const signerOf = ({ pk, call }: Placed): string => call?.mchid ?? readRowKey(pk).mchid

export const dueKeyOf = (row: Placed): string => dueKey(signerOf(row), shardOf(row))

export const waitingKeyOf = (row: Placed): string => waitingKey(signerOf(row), shardOf(row))

/**
 * Partition key of the index `waits`. Few orders wait for a person, so the usual shards hold them, and nobody who reads
 * the index needs to know the signer's entry.
 */
export const waitsKeyOf = ({ pk, call }: Placed): string => dueKeyOf({ pk, ...(call && { call }) })

/** Every partition key of the index `waits` for one signer. */
export const everyWaitsKey = (signer: string): readonly string[] => usualShards.map((shard) => dueKey(signer, shard))

/** Partition key of the index `day`: one merchant, one day of paid_time in China time, one shard. */
export const dayKey = (pk: string, paid_time: string): string => {
  const { mchid } = readRowKey(pk)
  return `${mchid}#${paid_time.slice(0, 8)}#${shardOf({ pk })}`
}

/** Every partition key of the index `day` for one day. */
export const dayShards = (mchid: string, day: string): readonly string[] =>
  usualShards.map((shard) => `${mchid}#${day}#${shard}`)

const usualShards = [...Array(LIMITS.shards).keys()]

const shardOf = ({ pk, shards = LIMITS.shards }: Placed): number =>
  (createHash('sha256').update(readRowKey(pk).out_order_no).digest()[0] ?? 0) % shards

/**
 * Partition key of the index `day` for a sub-merchant of which WeChat Pay knows an order, so that those of a provider
 * are found that serves any; and every such key of a provider. They are no days, so no list or report reads them.
 */
export const knownKey = (provider: string, mchid: string): string =>
  `${provider}#known#${shardOf({ pk: rowKey({ mchid: provider, out_order_no: mchid }) })}`
export const everyKnownKey = (provider: string): readonly string[] => dayShards(provider, 'known')

/** SHA-256 in hex of a call, and of the amount if one was stated. Members are sorted by name. */
export const hashCall = (call: Call, amount?: number): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        Object.entries({ ...call, ...(amount !== undefined && { amount }) }).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .digest('hex')
