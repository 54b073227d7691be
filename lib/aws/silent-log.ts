import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { unavailableOf } from '../errors.ts'
import { expiry } from '../ledger/transitions/lease.ts'

/** What the last look for silent sub-merchants of a provider found. */
export type SilentFound = {
  /** The day of the look in China, yyyyMMdd. */
  readonly day: string
  /** Sub-merchants of whom payments are expected. */
  readonly expected: number
  readonly silent: number
  /** Those that are silent since this day. */
  readonly newly: number
  /** Those that the look did not come to. */
  readonly left: number
}

/** In the table of the ledger, one row a provider. Every method throws UnavailableError when DynamoDB fails. */
export type SilentLog = {
  readonly read: (provider: string) => Promise<SilentFound | undefined>
  readonly write: (provider: string, found: SilentFound, now: number) => Promise<void>
}

export const createSilentLog = (client: DynamoDBClient, TableName: string): SilentLog => {
  // Never the key of an order, whose number has no `#`. The row has no `state`, by which the stream tells orders.
  const keyOf = (provider: string) => ({ pk: { S: `silent#${provider}#` } })

  return {
    read: async (provider) => {
      const command = new GetItemCommand({ TableName, Key: keyOf(provider), ConsistentRead: true })
      const { Item } = await client.send(command).catch(unavailable)
      return Item && (unmarshall(Item).found as SilentFound) // only this file writes such rows
    },
    write: async (provider, found, now) => {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(provider),
        UpdateExpression: 'SET #found = :found, #expires_at = :expires_at',
        ExpressionAttributeNames: { '#found': 'found', '#expires_at': 'expires_at' },
        ExpressionAttributeValues: marshall({ ':found': found, ':expires_at': expiry(now) }),
      })
      await client.send(command).catch(unavailable)
    },
  }
}

const unavailable = unavailableOf('the ledger')
