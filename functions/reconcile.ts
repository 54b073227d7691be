import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import middy from '@middy/core'
import { createDueKeys } from '../lib/aws/due-keys.ts'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { pacedSignersOf } from '../lib/config/served.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { dispatchDue, dispatchResult } from '../lib/operations/dispatch-due.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig(['served', 'ledgerTable', 'eventBus'])
const client = new DynamoDBClient(functionSettings('dynamodb'))
const deps = {
  ledger: createLedger(client, config.ledgerTable),
  dueKeys: createDueKeys(client, config.ledgerTable),
  bus: createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus),
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
}

/** The scheduler, run every minute: puts one due event on the bus for each row that is due. */
const reconcile = async (): Promise<OperationResult> =>
  dispatchResult(await dispatchDue(pacedSignersOf(config.served), deps))

export const handler = middy(reconcile).use(logLine('reconcile')).use(respond())
