import { readConfig } from '../lib/config/config.ts'
import { readEventSource } from '../lib/intake/event-source.ts'
import { readPaymentNotice } from '../lib/intake/payment-notice.ts'
import { createOrderDeps, STEP_CONFIG } from '../lib/lambda/dependencies.ts'
import { dryRunSync } from '../lib/lambda/dry-run.ts'
import { createHandler } from '../lib/lambda/handler.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readDueEvent } from '../lib/ledger/due-event.ts'
import { processDue } from '../lib/operations/process-due.ts'
import type { OperationResult } from '../lib/operations/result.ts'
import { syncOrder } from '../lib/operations/sync-order.ts'

const config = readConfig(STEP_CONFIG)
const deps = createOrderDeps(config)

/** An offline payment, or a row whose sync is due: one signed sync call at most. */
const sync = (event: unknown): Promise<OperationResult> => {
  const due = readDueEvent(event)
  if (due) return processDue({ ...due, next: 'sync' }, deps)
  const trigger = readEventSource(event, deps.now())
  return syncOrder(readPaymentNotice(trigger, config.merchants, deps.now()), trigger.via, deps)
}

export const handler = createHandler('sync', sync)
export const init = () => warmUp(config, deps, dryRunSync)
