import { createHash } from 'node:crypto'
import type { Call } from '../wechatpay/order-api.ts'
import type { RefusalName } from '../wechatpay/refusals.ts'
import type { SignedResponse } from '../wechatpay/verdict.ts'
import type { VerdictKind } from '../wechatpay/verdict-kinds.ts'

export const STATES = ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'] as const
export type State = (typeof STATES)[number]
export type Step = 'sync' | 'query'

/** Why the last attempt did not end the order, and which attempt it was. */
export type LastError = {
  readonly verdict: VerdictKind
  readonly at: number
  readonly attempt: number
  readonly status?: number
  readonly code?: string
  readonly request_id?: string
  readonly refusal?: RefusalName
  /** What is wrong with the deployment, in our own words. */
  readonly detail?: string
}

/** What a person did with an order, who it was, when (ms) and why. */
export type Decision = { readonly what: string; readonly by: string; readonly at: number; readonly why: string }

/** What the shop wants to find again in lists and reports. Never goes to WeChat Pay. */
export type Labels = { readonly shop_id?: string; readonly cashier_id?: string; readonly pos_ref?: string }

/** One order in the ledger. Times are ms, but for `expires_at`, which DynamoDB's TTL wants in seconds. */
export type Row = Labels & {
  /** `mchid#out_order_no` */
  readonly pk: string
  readonly state: State
  /** Absent when nothing is left to do. */
  readonly next?: Step
  /** Key of the index that reconcile reads: present exactly while something is left to do. */
  readonly due?: string
  /** End of the lease, time of the next try and sort key of the index in one: nobody may claim before it. */
  readonly due_at?: number
  /** Key of the index of rows that wait for a person, as `due` is made: present exactly while one does. */
  readonly waits?: string
  /** Claims so far; the fence of every write that follows one. */
  readonly attempt: number
  readonly call: Call
  /** SHA-256 of the call as it was asked for. */
  readonly call_hash: string
  readonly paid_time_clamped?: boolean
  readonly order_id?: string
  /** The order is asked about before its first sync: `check` compares, `observe` never syncs by itself. */
  readonly mode?: 'check' | 'observe'
  /** What the customer paid at the till, fen. */
  readonly expected_amount?: number
  /** The order was compared, or released by a person: a sync may go out. */
  readonly cleared?: boolean
  /** In the order they were made; of many, the newest. */
  readonly decisions?: readonly Decision[]
  /** How many decisions were ever made; absent in rows whose decisions were not counted yet. */
  readonly decided?: number
  /** WeChat Pay's signed word to the sync, and to the query. May hold personal data. */
  readonly receipt?: SignedResponse
  readonly proof?: SignedResponse
  readonly last_error?: LastError
  /** Nonce of WeChat Pay's signed refusal of a parameter: one refusal ends nothing, another one does. */
  readonly refused?: string
  /** Since when a person should know that this takes too long. */
  readonly late_at?: number
  /** `mchid#yyyymmdd#shard` of paid_time. */
  readonly day: string
  readonly noticed_at?: number
  /** The statement that brought the order, if it was not a notice: `mchid/name`. */
  readonly statement?: string
  readonly absent_since?: number
  readonly reason?: string
  readonly conflicts?: number
  /** What WeChat Pay charged as well, fen. */
  readonly amount?: number
  readonly transaction_id?: string
  readonly created_at: number
  readonly settled_at?: number
  readonly expires_at?: number
  /** Version of this shape. */
  readonly v: 1
}

/** A row without WeChat Pay's words: of those only when they were sent. */
export type BookRow = Omit<Row, 'receipt' | 'proof'> & {
  readonly receipt?: { readonly sent_at: number }
  readonly proof?: { readonly sent_at: number }
}

/** WeChat Pay charged the order, and nobody has said yet how that was settled. */
export const hasOpenCharge = ({ transaction_id, settled_at }: Pick<Row, 'transaction_id' | 'settled_at'>): boolean =>
  transaction_id !== undefined && settled_at === undefined

/** How many decisions were made of an order, those that are kept no longer included. */
export const countDecisions = ({ decisions = [], decided }: Pick<Row, 'decisions' | 'decided'>): number =>
  decided ?? decisions.length

/** Which order: the mchid of who was to be paid, and the order's number. */
export type OrderKey = { readonly mchid: string; readonly out_order_no: string }

/** It may only grow: a row written under fewer shards must still be found. */
export const SHARDS = 4

export const rowKey = ({ mchid, out_order_no }: OrderKey): string => `${mchid}#${out_order_no}`

export const readRowKey = (pk: string): OrderKey => {
  const at = pk.indexOf('#')
  return { mchid: pk.slice(0, at), out_order_no: pk.slice(at + 1) }
}

/** Key of the index of due rows: one merchant, one shard. */
export const dueKey = (mchid: string, shard: number): string => `${mchid}#${shard}`

/** The same of rows that only wait, which are asked about after all others. */
export const waitingKey = (mchid: string, shard: number): string => `${mchid}#waiting#${shard}`

/** Every key of the index of due rows of one merchant. */
export const everyDueKey = (mchid: string): readonly string[] =>
  [dueKey, waitingKey].flatMap((key) => Array.from({ length: SHARDS }, (_, shard) => key(mchid, shard)))

export const dueKeyOf = (pk: string): string => {
  const { mchid, out_order_no } = readRowKey(pk)
  return dueKey(mchid, shardOf(out_order_no))
}

export const waitingKeyOf = (pk: string): string => {
  const { mchid, out_order_no } = readRowKey(pk)
  return waitingKey(mchid, shardOf(out_order_no))
}

/** Key of the index of days: one merchant, one day of paid_time in China, one shard. */
export const dayKey = (pk: string, paid_time: string): string => {
  const { mchid, out_order_no } = readRowKey(pk)
  return `${mchid}#${paid_time.slice(0, 8)}#${shardOf(out_order_no)}`
}

/** Every key of the index of days for one day. */
export const dayShards = (mchid: string, day: string): readonly string[] =>
  Array.from({ length: SHARDS }, (_, shard) => `${mchid}#${day}#${shard}`)

const shardOf = (out_order_no: string): number => (createHash('sha256').update(out_order_no).digest()[0] ?? 0) % SHARDS

/** SHA-256 in hex of a call, and of the amount if one was stated: members in the order of their names. */
export const hashCall = (call: Call, amount?: number): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        Object.entries({ ...call, ...(amount !== undefined && { amount }) }).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .digest('hex')
