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
import { packAnswer } from '../ledger/packed-answer.ts'
import type { Row } from '../ledger/row.ts'
import type { Transition } from '../ledger/transitions/transition.ts'
import { LIMITS } from '../limits.ts'

/** The transition that was applied, which may be the `otherwise` of the requested one, and the row after it. */
export type Applied = { readonly transition: Transition; readonly row: Row }

/** The attributes of a row that the index `due` contains. */
export type DueRow = Pick<Row, 'pk' | 'state' | 'created_at'> & Required<Pick<Row, 'next' | 'due_at'>>
export type DuePage = { readonly rows: readonly DueRow[]; readonly from?: DueFrom }
/** LastEvaluatedKey of the page before. */
export type DueFrom = NonNullable<ConstructorParameters<typeof QueryCommand>[0]['ExclusiveStartKey']>

/**
 * The ledger in DynamoDB. Every method throws UnavailableError when DynamoDB fails; a write may have been applied even
 * so.
 */
export type Ledger = {
  /** Reads one row, strongly consistent. */
  readonly read: (pk: string) => Promise<Row | undefined>
  /**
   * One UpdateItem; a second one only if the condition of the first failed and the transition has an `otherwise`.
   * Undefined if no condition held.
   */
  readonly apply: (transition: Transition) => Promise<Applied | undefined>
  /**
   * Adds one to a counter and returns the count, within its own time limit. `expires_at` is in seconds. If the ledger
   * has the row `unlessThere`, returns 0 and counts nothing.
   */
  readonly count: (pk: string, expires_at: number, unlessThere?: string) => Promise<number>
  /**
   * Records that WeChat Pay knows orders of a party, within its own time limit; only once for each instance of this
   * ledger. `day`: where the index of that name is to have it.
   */
  readonly recordKnownParty: (pk: string, expires_at: number, day?: string) => Promise<void>
  /**
   * Records an order of a party that WeChat Pay does not know, and returns what is known of the party, within the same
   * time limit.
   */
  readonly recordAbsentOrder: (pk: string, out_order_no: string, expires_at: number) => Promise<PartyStatus>
  /**
   * Records a sub-merchant that WeChat Pay refuses, within the same time limit. True when it is the one that makes them
   * LIMITS.refusedSubMerchants; no more are recorded.
   */
  readonly recordRefusedSubMerchant: (pk: string, sub_mchid: string, expires_at: number) => Promise<boolean>
  /** Rows due by `now`, oldest first. The index may lag behind the table. */
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

  const knownParties = new Set<string>()
  const recordKnownParty = async (pk: string, expires_at: number, day?: string): Promise<void> => {
    if (knownParties.has(pk)) return
    const command = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: `SET #is_known = :true, #expires_at = :expires_at${day === undefined ? '' : ', #day = :day'} REMOVE #absent`,
      ExpressionAttributeNames: {
        ...{ '#is_known': 'is_known', '#expires_at': 'expires_at', '#absent': 'absent' },
        ...(day !== undefined && { '#day': 'day' }),
      },
      ExpressionAttributeValues: {
        ...{ ':true': { BOOL: true }, ':expires_at': { N: String(expires_at) } },
        ...(day !== undefined && { ':day': { S: day } }),
      },
    })
    await client.send(command, partyLimit()).catch(unavailable)
    knownParties.add(pk)
  }

  const recordAbsentOrder = async (pk: string, out_order_no: string, expires_at: number): Promise<PartyStatus> => {
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

  const recordRefusedSubMerchant = async (pk: string, sub_mchid: string, expires_at: number): Promise<boolean> => {
    const limit = partyLimit()
    const { Item } = await getItem(pk, limit)
    const refused = Item?.refused?.SS ?? []
    if (refused.includes(sub_mchid) || refused.length >= LIMITS.refusedSubMerchants) return false
    const update = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET #expires_at = :expires_at ADD #refused :sub_mchid',
      ExpressionAttributeNames: { '#expires_at': 'expires_at', '#refused': 'refused' },
      ExpressionAttributeValues: { ':sub_mchid': { SS: [sub_mchid] }, ':expires_at': { N: String(expires_at) } },
      ReturnValues: 'ALL_NEW',
    })
    const { Attributes } = await client.send(update, limit).catch(unavailable)
    return Attributes?.refused?.SS?.length === LIMITS.refusedSubMerchants
  }

  return { read, apply, due, count, recordKnownParty, recordAbsentOrder, recordRefusedSubMerchant }
}

const partyLimit = () => ({ abortSignal: AbortSignal.timeout(LIMITS.party) })

/** The error of the SDK is not kept as `cause`: it holds the raw answer, and with it the row. */
const unavailable = unavailableOf('the ledger')

/** The UpdateItem of a transition. */
export const updateItem = ({ pk, when, set = {}, keep = {}, count = [], remove = [], answer }: Transition) => {
  const placeholders = createPlaceholders()
  const sets = [
    ...Object.entries({ ...set, ...(answer && { answer: packAnswer(answer, pk) }) }).map(
      ([name, value]) => `${placeholders.name(name)} = ${placeholders.value(value)}`,
    ),
    ...Object.entries(keep).map(
      ([name, value]) =>
        `${placeholders.name(name)} = if_not_exists(${placeholders.name(name)}, ${placeholders.value(value)})`,
    ),
  ]
  const clauses = [
    ['SET', sets],
    ['ADD', count.map((name) => `${placeholders.name(name)} ${placeholders.value(1)}`)],
    ['REMOVE', remove.map(placeholders.name)],
  ] as const
  const UpdateExpression = clauses
    .filter(([, parts]) => parts.length > 0)
    .map(([verb, parts]) => `${verb} ${parts.join(', ')}`)
    .join(' ')
  const ConditionExpression = conditionText(when, placeholders)
  return {
    Key: { pk: { S: pk } },
    UpdateExpression,
    ConditionExpression,
    ExpressionAttributeNames: placeholders.names,
    ...(Object.keys(placeholders.values).length > 0 && { ExpressionAttributeValues: marshall(placeholders.values) }),
  } satisfies Partial<UpdateItemCommandInput>
}

type Placeholders = ReturnType<typeof createPlaceholders>

/** Collects placeholders for names and values, since many attribute names are reserved words in DynamoDB. */
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

const conditionText = (condition: Condition, placeholders: Placeholders): string => {
  switch (condition.op) {
    case 'exists':
      return `attribute_exists(${placeholders.name(condition.name)})`
    case 'missing':
      return `attribute_not_exists(${placeholders.name(condition.name)})`
    case 'and':
    case 'or':
      return `(${condition.all.map((part) => conditionText(part, placeholders)).join(` ${condition.op.toUpperCase()} `)})`
    default:
      return `${placeholders.name(condition.name)} ${condition.op} ${placeholders.value(condition.value)}`
  }
}
