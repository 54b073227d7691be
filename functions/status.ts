import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { clientSettings } from '../lib/aws/client.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import type { Handled } from '../lib/lambda/handled.ts'
import { readOrderKey } from '../lib/order/paid-order.ts'
import { statusReply } from '../lib/order/reply.ts'
import { rowKey } from '../lib/order/row.ts'
import { readPath } from '../lib/order/trigger.ts'

const config = readConfig()
const ledger = createLedger(new DynamoDBClient(clientSettings), config.ledgerTable)

/** What the ledger knows of an order. */
const status = async (event: unknown): Promise<Handled> => {
  const key = readOrderKey(readPath(event), config.merchants)
  const row = await ledger.read(rowKey(key))
  return { reply: statusReply(row), log: { ...key, state: row?.state } }
}

export const handler = entry('status', status)
