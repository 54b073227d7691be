import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import middy from '@middy/core'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { readBody, readCaller, readPath, readPathName, readQuery } from '../lib/intake/event-source.ts'
import { readDecision } from '../lib/intake/operator-decision.ts'
import { readOrderKey } from '../lib/intake/payment-notice.ts'
import { sourceOfCaller } from '../lib/intake/tenancy.ts'
import { createLedgerDeps } from '../lib/lambda/dependencies.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { applyDecision } from '../lib/operations/apply-decision.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig(['served', 'tillRoles', 'ledgerTable', 'eventBus'])
const ledger = createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable)
const bus = () => createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus)
const deps = createLedgerDeps({ ledger, bus })

/** Applies an operator decision to an order, or the withdrawal of a payment notice by the shop. */
const decide = async (event: unknown): Promise<OperationResult> => {
  readQuery(event)
  const [decision, caller] = [readPathName(event, 'decision'), readCaller(event)]
  const till = sourceOfCaller(caller, config.served.tills, config.tillRoles)
  const key = readOrderKey(readPath(event), config.served, decision === 'withdraw' ? 'withdraw' : 'operator', till)
  return applyDecision(readDecision(key, decision, readBody(event), caller), deps)
}

export const handler = middy(decide).use(logLine('decide')).use(respond())
