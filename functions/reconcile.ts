import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { functionSettings } from '../lib/aws/client.ts'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import { dispatchDue, dispatchHandled } from '../lib/steps/dispatch-due.ts'
import type { Handled } from '../lib/steps/handled.ts'

const config = readConfig(['merchants', 'ledgerTable', 'eventBus'])
const deps = {
  ledger: createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable),
  bus: createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus),
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
}

/** Every minute: one event for each row that is due. */
const reconcile = async (): Promise<Handled> => dispatchHandled(await dispatchDue([...config.merchants.keys()], deps))

export const handler = entry('reconcile', reconcile)
