import { afterAll, beforeAll, vi } from 'vitest'
import { startDynalite } from '../support/dynalite.ts'
import { leanClient } from '../support/lean-client.ts'
import { describeLedger } from './ledger-cases.ts'

// As the bundler does, except for what the tests themselves ask of the SDK.
vi.mock('@aws-sdk/client-dynamodb', async (original) => {
  const { DynamoDBClient: _, ...lean } = await import('../../lib/aws/sdk/lean-clients.ts')
  return { ...(await original<object>()), ...lean }
})

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
})
afterAll(() => {
  vi.unstubAllEnvs()
})

describeLedger('dynalite, by the client of the bundles', startDynalite, 80, leanClient)

// What the ledger does when DynamoDB fails it, once more.
vi.doMock('../support/ledger-table.ts', async (original) => ({
  ...(await original<object>()),
  dynamoClient: leanClient,
}))
await import('./ledger-faults.long.test.ts')
