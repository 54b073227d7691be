import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as lean from '../../lib/aws/sdk/lean-clients.ts'
import { functionSettings } from '../../lib/aws/sdk/settings.ts'

/** The client of the bundles of sync, query, status and decide. It takes the commands of its own file alone. */
export const leanClient = (endpoint: string): DynamoDBClient =>
  new lean.DynamoDBClient({ ...functionSettings('dynamodb'), endpoint }) as unknown as DynamoDBClient
