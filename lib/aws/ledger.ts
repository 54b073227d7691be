import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { UnavailableError } from '../errors.ts'
import type { Condition } from '../order/condition.ts'
import { LIMITS } from '../order/limits.ts'
import type { Decision, Row } from '../order/row.ts'
import type { Transition } from '../order/transition/transition.ts'

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
  /** Counts one more in the row of a counter, and gives the count, within a limit of its own. `expires_at` in seconds. */
  readonly count: (pk: string, expires_at: number) => Promise<number>
  /** Rows due by `now`, oldest first, as the index has them: it may lag behind the rows. */
  readonly due: (key: string, now: number, limit: number, from?: DueFrom) => Promise<DuePage>
}

export const createLedger = (client: DynamoDBClient, TableName: string): Ledger => {
  const read = async (pk: string): Promise<Row | undefined> => {
    const command = new GetItemCommand({ TableName, Key: { pk: { S: pk } }, ConsistentRead: true })
    const { Item } = await client.send(command).catch(unavailable)
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

  const count = async (pk: string, expires_at: number): Promise<number> => {
    const command = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET #expires_at = :expires_at ADD #count :one',
      ExpressionAttributeNames: { '#expires_at': 'expires_at', '#count': 'count' },
      ExpressionAttributeValues: { ':expires_at': { N: String(expires_at) }, ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    })
    const limit = { abortSignal: AbortSignal.timeout(LIMITS.count) }
    const { Attributes } = await client.send(command, limit).catch(unavailable)
    return Number(Attributes?.count?.N)
  }

  return { read, apply, due, count }
}

/** No cause is kept: errors of the SDK hold the raw answer, and with it the row. */
const unavailable = (error: unknown): never => {
  throw new UnavailableError(`the ledger says ${error instanceof Error ? error.name : 'unknown error'}`)
}

/** A transition in DynamoDB's words. */
export const updateItem = ({ pk, when, set = {}, keep = {}, count = [], remove = [], append }: Transition) => {
  const words = vocabulary()
  const sets = [
    ...Object.entries(set).map(([name, value]) => `${words.name(name)} = ${words.value(value)}`),
    ...Object.entries(keep).map(
      ([name, value]) => `${words.name(name)} = if_not_exists(${words.name(name)}, ${words.value(value)})`,
    ),
    ...(append ? [`${words.name('decisions')} = ${listAppend(append, words)}`] : []),
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

const listAppend = (decision: Decision, words: Words): string =>
  `list_append(if_not_exists(${words.name('decisions')}, ${words.value([])}), ${words.value([decision])})`

type Words = ReturnType<typeof vocabulary>

/** Collects placeholders: many attribute names are reserved words of DynamoDB. */
const vocabulary = () => {
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

const conditionText = (condition: Condition, words: Words): string => {
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
