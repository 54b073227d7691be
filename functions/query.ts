import { readConfig } from '../lib/config/config.ts'
import { InputError } from '../lib/errors.ts'
import { createOrderDeps, STEP_CONFIG } from '../lib/lambda/dependencies.ts'
import { dryRunQuery } from '../lib/lambda/dry-run.ts'
import { createHandler } from '../lib/lambda/handler.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readDueEvent } from '../lib/ledger/due-event.ts'
import { processDue } from '../lib/operations/process-due.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig(STEP_CONFIG)
const deps = createOrderDeps(config)

/** A row whose query is due: one signed query at most. Did the sync land, was the customer charged twice? */
const query = async (event: unknown): Promise<OperationResult> => {
  const due = readDueEvent(event)
  if (!due) throw new InputError('event', 'must be a due event')
  return processDue({ ...due, next: 'query' }, deps)
}

export const handler = createHandler('query', query)
export const init = () => warmUp(config, deps, dryRunQuery)
