import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createLedger, type DueFrom } from '../../../../lib/aws/ledger.ts'
import { everyDueKey } from '../../../../lib/ledger/row.ts'
import { region } from '../../../../lib/local/lambda/environment.ts'
import type { World } from '../../../../lib/local/world.ts'

const PAGE = 1000

/** The keys of all rows in the index of due rows, at any due time. */
export const indexedRows = async (world: World, signers: readonly string[]): Promise<ReadonlySet<string>> => {
  const client = new DynamoDBClient({ endpoint: world.table.endpoint, region, credentials: world.credentials })
  const { due } = createLedger(client, world.table.tableName)
  const keys = signers.flatMap(everyDueKey)
  const found = new Set<string>()
  try {
    for (const key of keys) {
      let from: DueFrom | undefined
      do {
        const page = await due(key, Number.MAX_SAFE_INTEGER, PAGE, from)
        for (const { pk } of page.rows) found.add(pk)
        from = page.from
      } while (from)
    }
  } finally {
    client.destroy()
  }
  return found
}
