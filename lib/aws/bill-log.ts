import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { unavailableOf } from '../errors.ts'
import { LIMITS } from '../limits.ts'

/** Which bill: the mchid that signs, and the day as yyyyMMdd. */
export type BillKey = { readonly mchid: string; readonly day: string }

/** What is known of a day's bill. `agreed`: all of it was compared, and whatever follows was asked for. */
export type BillOutcome =
  | 'agreed'
  | 'asked' // as `agreed`, but what an order answers may give a line another class: to be compared once more
  | 'no_bill'
  | 'no_bill_but_charged'
  | 'unreadable'
  | 'late_bill'
  | 'waiting' // it was not to be had, and it is not late yet

/** The row of a day's bill. It has no attribute `state`, by which the stream tells orders. Times are in ms. */
export type BillRow = {
  /** `bill#mchid#yyyyMMdd` */
  readonly pk: string
  /** Number of claims so far; the fencing token of every later write. */
  readonly attempt: number
  readonly leased_until?: number
  readonly outcome?: BillOutcome
  /** Present when the day is not to be asked for again. */
  readonly done?: true
  /** When a run first found that the bill is WeChat Pay's and adds up. */
  readonly agreed_at?: number
  /** Of the text of the bill, 40 hex digits. */
  readonly sha1?: string
  /** The object of evidence with WeChat Pay's newest signed answer to the request for the bill. */
  readonly evidence?: string
  /** Lines of the bill by kind, and by class together with the ledger. */
  readonly counts?: Readonly<Record<string, number>>
  readonly classes?: Readonly<Record<string, number>>
  /** Why there is nothing to compare: a code, never a value of the bill. */
  readonly reason?: string
  /** The day, as yyyyMMdd, on which missing refunds were last told of. */
  readonly told?: string
  /** In seconds. */
  readonly expires_at?: number
}

/** A claim that this run holds: whatever it writes later fails once another run has claimed the day. */
export type BillClaim = { readonly key: BillKey; readonly row: BillRow }

export type BillRecord = Partial<Omit<BillRow, 'pk' | 'attempt' | 'leased_until' | 'agreed_at' | 'expires_at'>>

/** The days' bills in the table of the ledger. Every method throws UnavailableError when DynamoDB fails. */
export type BillLog = {
  /** Undefined while another run holds the day, and when the day is done, unless it is to be done `again`. */
  readonly claim: (key: BillKey, now: number, again: boolean) => Promise<BillClaim | undefined>
  /** Undefined if no run has claimed the day yet. */
  readonly read: (key: BillKey) => Promise<BillRow | undefined>
  /** Gives since when the bill is known to agree; undefined if another run has claimed the day. */
  readonly agreed: (claim: BillClaim, now: number, sha1: string) => Promise<number | undefined>
  /**
   * Writes what came of the run and ends its lease; with an outcome, `done` and `reason` of an earlier run go. False if another run has claimed the day.
   */
  readonly record: (claim: BillClaim, record: BillRecord) => Promise<boolean>
}

export const createBillLog = (client: DynamoDBClient, TableName: string): BillLog => {
  /** Gives the row after the write; undefined if the condition did not hold. */
  const update = async (pk: string, { set, more = '', when, values = {} }: Update): Promise<BillRow | undefined> => {
    const names = Object.keys(set)
    const command = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: [
        ...(names.length > 0 ? [`SET ${names.map((name) => `#${name} = ${wordOf(name)}`).join(', ')}`] : []),
        more,
      ].join(' '),
      ConditionExpression: when,
      ExpressionAttributeNames: namesIn(names, when, more),
      ExpressionAttributeValues: marshall({
        ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
        ...values,
      }),
      ReturnValues: 'ALL_NEW',
    })
    try {
      const { Attributes = {} } = await client.send(command)
      return unmarshall(Attributes) as BillRow // only this file writes such rows
    } catch (error) {
      return error instanceof ConditionalCheckFailedException ? undefined : unavailable(error)
    }
  }

  const claim: BillLog['claim'] = async (key, now, again) => {
    const row = await update(billRowKey(key), {
      set: { leased_until: now + LIMITS.billLease, expires_at: Math.ceil((now + LIMITS.keepEnded) / 1000) },
      more: 'ADD #attempt :one',
      when: `(attribute_not_exists(#leased_until) OR #leased_until <= :now)${again ? '' : ' AND attribute_not_exists(#done)'}`,
      values: { ':one': 1, ':now': now },
    })
    return row && { key, row }
  }

  const read: BillLog['read'] = async (key) => {
    const command = new GetItemCommand({ TableName, Key: { pk: { S: billRowKey(key) } }, ConsistentRead: true })
    const { Item } = await client.send(command).catch(unavailable)
    return Item && (unmarshall(Item) as BillRow) // only this file writes such rows
  }

  const agreed: BillLog['agreed'] = async ({ row: { pk, attempt } }, now, sha1) => {
    const row = await update(pk, {
      set: { agreed_at: now, sha1 },
      when: '#attempt = :mine',
      values: { ':mine': attempt },
    })
    return row?.agreed_at
  }

  const record: BillLog['record'] = async ({ row: { pk, attempt } }, given) => {
    const set: Readonly<Record<string, unknown>> = given
    const old = given.outcome === undefined ? [] : ['done', 'reason'].filter((name) => !(name in set))
    const row = await update(pk, {
      set,
      more: `REMOVE ${['leased_until', ...old].map((name) => `#${name}`).join(', ')}`,
      when: '#attempt = :mine',
      values: { ':mine': attempt },
    })
    return row !== undefined
  }

  return { claim, read, agreed, record }
}

type Update = {
  readonly set: Readonly<Record<string, unknown>>
  /** Further clauses. */
  readonly more?: string
  readonly when: string
  readonly values?: Readonly<Record<string, unknown>>
}

/** When a bill first agreed is kept over every run. */
const wordOf = (name: string): string => (name === 'agreed_at' ? `if_not_exists(#${name}, :${name})` : `:${name}`)

const namesIn = (set: readonly string[], ...expressions: readonly string[]): Record<string, string> => {
  const used = expressions.flatMap((text) => [...text.matchAll(/#(\w+)/g)].flatMap(([, name = '']) => name))
  return Object.fromEntries([...set, ...used].map((name) => [`#${name}`, name]))
}

export const billRowKey = ({ mchid, day }: BillKey): string => `bill#${mchid}#${day}`

const unavailable = unavailableOf('the ledger')
