import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import { rehearseSync } from '../lib/lambda/rehearsal.ts'
import { createStepDeps, STEP_CONFIG } from '../lib/lambda/step-deps.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readDueEvent } from '../lib/order/due-event.ts'
import { readPaidOrder } from '../lib/order/paid-order.ts'
import { readTrigger } from '../lib/order/trigger.ts'
import type { Handled } from '../lib/steps/handled.ts'
import { serveDue } from '../lib/steps/serve-due.ts'
import { syncOrder } from '../lib/steps/sync-order.ts'

const config = readConfig(STEP_CONFIG)
const deps = createStepDeps(config)

/** An offline payment, or a row whose sync is due: one signed sync call at most. */
const sync = (event: unknown): Promise<Handled> => {
  const due = readDueEvent(event)
  if (due) return serveDue({ ...due, next: 'sync' }, deps)
  const trigger = readTrigger(event, deps.now())
  return syncOrder(readPaidOrder(trigger, config.merchants, deps.now()), trigger.via, deps)
}

export const handler = entry('sync', sync)
export const init = () => warmUp(config, deps, rehearseSync)
