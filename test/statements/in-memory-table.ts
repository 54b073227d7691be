import { answerJson, listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'

export type Item = Readonly<Record<string, { readonly S?: string }>>
type Update = {
  readonly Key: { readonly pk: { readonly S: string } }
  readonly UpdateExpression: string
  readonly ConditionExpression: string
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues: Item
}
type Batch = { readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly Update['Key'][] }>> }
type Query = {
  readonly ExpressionAttributeValues: { readonly ':key': { readonly S: string } }
  readonly Limit: number
  /** Where the page before ended: a place in the list, since the asker does not look into it. */
  readonly ExclusiveStartKey?: { readonly at: { readonly N: string } }
}

/**
 * A table that takes what a statement asks of it and nothing else: a new row where there is none, rows by their keys, the
 * keys of a day. For floods: a whole DynamoDB in JavaScript would be the slower part.
 */
export const startSwiftTable = async () => {
  const items = new Map<string, Item>()
  const days = new Map<string, string[]>()
  let writes = 0

  const put = (pk: string, item: Item): void => {
    items.set(pk, item)
    const day = item.day?.S ?? ''
    const keys = days.get(day) ?? []
    keys.push(pk)
    days.set(day, keys)
  }

  const update = ({ Key, UpdateExpression, ConditionExpression, ...words }: Update): readonly [number, object] => {
    if (
      ConditionExpression !== 'attribute_not_exists(#pk)' ||
      !/^SET [^A]+$/.test(UpdateExpression.replace(/#\w+/g, ''))
    )
      throw new TypeError(`this table knows no ${ConditionExpression}`)
    if (items.has(Key.pk.S))
      return [400, { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no' }]
    const sets = UpdateExpression.slice(4)
      .split(', ')
      .map((part) => part.split(' = '))
      .map(([name = '', value = '']) => [words.ExpressionAttributeNames[name], words.ExpressionAttributeValues[value]])
    const item: Item = { ...Object.fromEntries(sets), ...Key }
    put(Key.pk.S, item)
    writes += 1
    return [200, { Attributes: item }]
  }

  const batch = ({ RequestItems }: Batch): readonly [number, object] => {
    const [[table = '', asked] = []] = Object.entries(RequestItems)
    const found = (asked?.Keys ?? []).flatMap(({ pk }) => items.get(pk.S) ?? [])
    return [200, { Responses: { [table]: found }, UnprocessedKeys: {} }]
  }

  const query = ({ ExpressionAttributeValues, Limit, ExclusiveStartKey }: Query): readonly [number, object] => {
    const all = days.get(ExpressionAttributeValues[':key'].S) ?? []
    const from = Number(ExclusiveStartKey?.at.N ?? 0)
    const keys = all.slice(from, from + Limit)
    const isMore = from + Limit < all.length
    const LastEvaluatedKey = isMore ? { at: { N: String(from + Limit) } } : undefined
    return [200, { Items: keys.map((pk) => ({ pk: { S: pk } })), Count: keys.length, LastEvaluatedKey }]
  }

  const server = await listenOnLoopback(async (request, response) => {
    const input = JSON.parse((await readBody(request)).toString())
    const operation = String(request.headers['x-amz-target']).split('.')[1]
    const answer =
      operation === 'UpdateItem' ? update(input) : operation === 'BatchGetItem' ? batch(input) : query(input)
    answerJson(response, answer[0], answer[1], 'application/x-amz-json-1.0')
  })

  return { endpoint: `http://${server.host}`, items, put, writes: () => writes, close: server.close }
}
