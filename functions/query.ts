import { readConfig } from '../lib/config.ts'
import { InputError } from '../lib/errors.ts'
import { entry } from '../lib/lambda/entry.ts'
import { rehearseQuery } from '../lib/lambda/rehearsal.ts'
import { createStepDeps, STEP_CONFIG } from '../lib/lambda/step-deps.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readDueEvent } from '../lib/order/due-event.ts'
import type { Handled } from '../lib/steps/handled.ts'
import { serveDue } from '../lib/steps/serve-due.ts'

const config = readConfig(STEP_CONFIG)
const deps = createStepDeps(config)

/** A row whose query is due: one signed query at most. Did the sync land, was the customer charged twice? */
const query = async (event: unknown): Promise<Handled> => {
  const due = readDueEvent(event)
  if (!due) throw new InputError('event', 'must be a due event')
  return serveDue({ ...due, next: 'query' }, deps)
}

export const handler = entry('query', query)
export const init = () => warmUp(config, deps, rehearseQuery)
