import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import middy from '@middy/core'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { createMerchantSecrets } from '../lib/aws/merchant-secrets.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { readCaller, readEventSource } from '../lib/intake/event-source.ts'
import { readPaymentNotice } from '../lib/intake/payment-notice.ts'
import { sourceOfCaller } from '../lib/intake/tenancy.ts'
import { createOrderDeps, ORDER_CONFIG } from '../lib/lambda/dependencies.ts'
import { dryRunSync } from '../lib/lambda/dry-run.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readDueEvent } from '../lib/ledger/due-event.ts'
import { processDue } from '../lib/operations/process-due.ts'
import type { OperationResult } from '../lib/operations/result.ts'
import { syncOrder } from '../lib/operations/sync-order.ts'

const config = readConfig([...ORDER_CONFIG, 'tillRoles'])
const ledger = createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable)
const keys = createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: config.secretsPrefix,
  maxAgeMs: config.secretMaxAgeMs,
})
const bus = () => createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus)
const deps = createOrderDeps(config, { ledger, bus, keys })

/**
 * Triggered by API Gateway or EventBridge, with a payment notice or a due event: reads the merchant's key from Secrets
 * Manager and makes at most one signed sync.
 */
const sync = (event: unknown): Promise<OperationResult> => {
  const due = readDueEvent(event)
  if (due) return processDue({ ...due, next: 'sync' }, deps)
  const eventSource = readEventSource(event, deps.now())
  const till = sourceOfCaller(readCaller(event), config.served.tills, config.tillRoles)
  const order = readPaymentNotice(
    { ...eventSource, ...(till !== undefined && { source: till }) },
    config.served,
    deps.now(),
  )
  return syncOrder(order, eventSource.via, deps)
}

export const handler = middy(sync).use(logLine('sync')).use(respond())

/** lib/lambda/index.mjs awaits this before Lambda delivers the first event. */
export const init = () => warmUp(config, deps, dryRunSync)
