import { type DynamoDBClient, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb'
import { unavailableOf } from '../errors.ts'

/**
 * Reads the whole index `due`, and gives for each row that is due by `now` the partition key that it is under, page by
 * page; a page is 1 MB of the index, whatever is due in it. Throws UnavailableError when DynamoDB fails.
 */
export type DueKeys = (now: number) => AsyncGenerator<readonly string[]>

export const createDueKeys = (client: DynamoDBClient, TableName: string): DueKeys =>
  async function* (now) {
    let from: ScanCommandOutput['LastEvaluatedKey']
    do {
      const command: ScanCommand = new ScanCommand({
        TableName,
        IndexName: 'due',
        FilterExpression: '#due_at <= :now',
        ProjectionExpression: '#due',
        ExpressionAttributeNames: { '#due': 'due', '#due_at': 'due_at' },
        ExpressionAttributeValues: { ':now': { N: String(now) } },
        ...(from && { ExclusiveStartKey: from }),
      })
      const page: ScanCommandOutput = await client.send(command).catch(unavailable)
      yield (page.Items ?? []).flatMap(({ due }) => (due?.S === undefined ? [] : [due.S]))
      from = page.LastEvaluatedKey
    } while (from)
  }

const unavailable = unavailableOf('the ledger')
