import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import middy from '@middy/core'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { createMerchantSecrets } from '../lib/aws/merchant-secrets.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { InputError } from '../lib/errors.ts'
import { createOrderDeps, ORDER_CONFIG } from '../lib/lambda/dependencies.ts'
import { dryRunQuery } from '../lib/lambda/dry-run.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readDueEvent } from '../lib/ledger/due-event.ts'
import { askRefund } from '../lib/operations/ask-refund.ts'
import { processDue } from '../lib/operations/process-due.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig(ORDER_CONFIG)
const ledger = createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable)
const keys = createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: config.secretsPrefix,
  maxAgeMs: config.secretMaxAgeMs,
})
const bus = () => createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus)
const deps = createOrderDeps(config, { ledger, bus, keys })

/**
 * Handles a due query: makes at most one signed query, to find out whether WeChat Pay took the sync and whether it
 * charged the customer as well, or whether the money of a double charge went back.
 */
const query = async (event: unknown): Promise<OperationResult> => {
  const due = readDueEvent(event)
  if (!due) throw new InputError('event', 'must be a due event')
  return due.next === 'refund' ? processDue(due, deps, askRefund) : processDue({ ...due, next: 'query' }, deps)
}

export const handler = middy(query).use(logLine('query')).use(respond())

/** lib/lambda/index.mjs awaits this before Lambda delivers the first event. */
export const init = () => warmUp(config, deps, dryRunQuery)
