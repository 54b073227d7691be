import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { unavailableOf } from '../errors.ts'
import type { Condition } from '../ledger/condition.ts'
import type { PartyStatus } from '../ledger/known-merchants.ts'
import type { Row } from '../ledger/row.ts'
import type { Transition } from '../ledger/transitions/transition.ts'
import { LIMITS } from '../limits.ts'

/** What became of a transition: which one was applied, it or its `otherwise`, and the row as it is now. */
export type Applied = { readonly transition: Transition; readonly row: Row }

/** What the index of due rows holds of a row. */
export type DueRow = Pick<Row, 'pk' | 'state' | 'created_at'> & Required<Pick<Row, 'next' | 'due_at'>>
export type DuePage = { readonly rows: readonly DueRow[]; readonly from?: DueFrom }
/** Where the next page begins: opaque. */
export type DueFrom = NonNullable<ConstructorParameters<typeof QueryCommand>[0]['ExclusiveStartKey']>

/** Every method throws UnavailableError when DynamoDB could not be asked; a write may have been applied all the same. */
export type Ledger = {
  /** Strongly consistent. */
  readonly read: (pk: string) => Promise<Row | undefined>
  /** One UpdateItem; a second one only where the first condition failed and there is an `otherwise`. */
  readonly apply: (transition: Transition) => Promise<Applied | undefined>
  /**
   * Counts one more in the row of a counter, and gives the count, within a limit of its own. `expires_at` in seconds.
   * Where the order `unlessThere` is in the ledger, gives 0 and counts nothing.
   */
  readonly count: (pk: string, expires_at: number, unlessThere?: string) => Promise<number>
  /** Remembers that WeChat Pay knows orders of a party, within a limit of its own; once in the life of this ledger. */
  readonly meet: (pk: string, expires_at: number) => Promise<void>
  /** Notes an order of a party that WeChat Pay does not know, and tells how the party stands; within the same limit. */
  readonly miss: (pk: string, out_order_no: string, expires_at: number) => Promise<PartyStatus>
  /** Rows due by `now`, oldest first, as the index has them: it may lag behind the rows. */
  readonly due: (key: string, now: number, limit: number, from?: DueFrom) => Promise<DuePage>
}

export const createLedger = (client: DynamoDBClient, TableName: string): Ledger => {
  const getItem = (pk: string, within?: { readonly abortSignal: AbortSignal }) => {
    const command = new GetItemCommand({ TableName, Key: { pk: { S: pk } }, ConsistentRead: true })
    return (within ? client.send(command, within) : client.send(command)).catch(unavailable)
  }

  const read = async (pk: string): Promise<Row | undefined> => {
    const { Item } = await getItem(pk)
    return Item && (unmarshall(Item) as Row) // only transitions write here
  }

  const apply = async (transition: Transition): Promise<Applied | undefined> => {
    try {
      const command = new UpdateItemCommand({ TableName, ...updateItem(transition), ReturnValues: 'ALL_NEW' })
      const { Attributes = {} } = await client.send(command)
      return { transition, row: unmarshall(Attributes) as Row }
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) return unavailable(error)
      return transition.otherwise && apply(transition.otherwise)
    }
  }

  const due = async (key: string, now: number, limit: number, from?: DueFrom): Promise<DuePage> => {
    const command = new QueryCommand({
      TableName,
      IndexName: 'due',
      KeyConditionExpression: '#due = :due AND #due_at <= :now',
      ExpressionAttributeNames: { '#due': 'due', '#due_at': 'due_at' },
      ExpressionAttributeValues: { ':due': { S: key }, ':now': { N: String(now) } },
      Limit: limit,
      ...(from && { ExclusiveStartKey: from }),
    })
    const { Items = [], LastEvaluatedKey } = await client.send(command).catch(unavailable)
    const rows = Items.map((item) => unmarshall(item) as DueRow)
    return { rows, ...(LastEvaluatedKey && { from: LastEvaluatedKey }) }
  }

  const count = async (pk: string, expires_at: number, unlessThere?: string): Promise<number> => {
    const limit = { abortSignal: AbortSignal.timeout(LIMITS.count) }
    if (unlessThere !== undefined) {
      const { Item } = await getItem(unlessThere, limit)
      if (Item) return 0
    }
    const command = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET #expires_at = :expires_at ADD #count :one',
      ExpressionAttributeNames: { '#expires_at': 'expires_at', '#count': 'count' },
      ExpressionAttributeValues: { ':expires_at': { N: String(expires_at) }, ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    })
    const { Attributes } = await client.send(command, limit).catch(unavailable)
    return Number(Attributes?.count?.N)
  }

  const met = new Set<string>()
  const meet = async (pk: string, expires_at: number): Promise<void> => {
    if (met.has(pk)) return
    const command = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET #is_known = :true, #expires_at = :expires_at REMOVE #absent',
      ExpressionAttributeNames: { '#is_known': 'is_known', '#expires_at': 'expires_at', '#absent': 'absent' },
      ExpressionAttributeValues: { ':true': { BOOL: true }, ':expires_at': { N: String(expires_at) } },
    })
    await client.send(command, partyLimit()).catch(unavailable)
    met.add(pk)
  }

  const miss = async (pk: string, out_order_no: string, expires_at: number): Promise<PartyStatus> => {
    const limit = partyLimit()
    const { Item } = await getItem(pk, limit)
    const absent = Item?.absent?.SS ?? []
    const isKnown = Item?.is_known?.BOOL === true
    if (isKnown || absent.includes(out_order_no) || absent.length >= LIMITS.absentOrders)
      return { isKnown, absent: absent.length }
    const update = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET #expires_at = :expires_at ADD #absent :order',
      ConditionExpression: 'attribute_not_exists(#is_known)',
      ExpressionAttributeNames: { '#is_known': 'is_known', '#expires_at': 'expires_at', '#absent': 'absent' },
      ExpressionAttributeValues: { ':order': { SS: [out_order_no] }, ':expires_at': { N: String(expires_at) } },
      ReturnValues: 'ALL_NEW',
    })
    try {
      const { Attributes } = await client.send(update, limit)
      return { isKnown: false, absent: Attributes?.absent?.SS?.length ?? 0 }
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { isKnown: true, absent: 0 }
      return unavailable(error)
    }
  }

  return { read, apply, due, count, meet, miss }
}

const partyLimit = () => ({ abortSignal: AbortSignal.timeout(LIMITS.party) })

/** No cause is kept: errors of the SDK hold the raw answer, and with it the row. */
const unavailable = unavailableOf('the ledger')

/** A transition in DynamoDB's words. */
export const updateItem = ({ pk, when, set = {}, keep = {}, count = [], remove = [] }: Transition) => {
  const words = createPlaceholders()
  const sets = [
    ...Object.entries(set).map(([name, value]) => `${words.name(name)} = ${words.value(value)}`),
    ...Object.entries(keep).map(
      ([name, value]) => `${words.name(name)} = if_not_exists(${words.name(name)}, ${words.value(value)})`,
    ),
  ]
  const clauses = [
    ['SET', sets],
    ['ADD', count.map((name) => `${words.name(name)} ${words.value(1)}`)],
    ['REMOVE', remove.map(words.name)],
  ] as const
  const UpdateExpression = clauses
    .filter(([, parts]) => parts.length > 0)
    .map(([verb, parts]) => `${verb} ${parts.join(', ')}`)
    .join(' ')
  const ConditionExpression = conditionText(when, words)
  return {
    Key: { pk: { S: pk } },
    UpdateExpression,
    ConditionExpression,
    ExpressionAttributeNames: words.names,
    ...(Object.keys(words.values).length > 0 && { ExpressionAttributeValues: marshall(words.values) }),
  } satisfies Partial<UpdateItemCommandInput>
}

type Placeholders = ReturnType<typeof createPlaceholders>

/** Collects placeholders: many attribute names are reserved words of DynamoDB. */
const createPlaceholders = () => {
  const names: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  return {
    names,
    values,
    name: (name: string): string => {
      names[`#${name}`] = name
      return `#${name}`
    },
    value: (value: unknown): string => {
      const placeholder = `:v${Object.keys(values).length}`
      values[placeholder] = value
      return placeholder
    },
  }
}

const conditionText = (condition: Condition, words: Placeholders): string => {
  switch (condition.op) {
    case 'exists':
      return `attribute_exists(${words.name(condition.name)})`
    case 'missing':
      return `attribute_not_exists(${words.name(condition.name)})`
    case 'and':
    case 'or':
      return `(${condition.all.map((part) => conditionText(part, words)).join(` ${condition.op.toUpperCase()} `)})`
    default:
      return `${words.name(condition.name)} ${condition.op} ${words.value(condition.value)}`
  }
}
