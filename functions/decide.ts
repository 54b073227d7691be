import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import { createLedgerDeps } from '../lib/lambda/step-deps.ts'
import { readDecision } from '../lib/order/decision.ts'
import { readOrderKey } from '../lib/order/paid-order.ts'
import { readBody, readCaller, readPath, readPathName, readQuery } from '../lib/order/trigger.ts'
import { decideOrder } from '../lib/steps/decide-order.ts'
import type { Handled } from '../lib/steps/handled.ts'

const config = readConfig(['merchants', 'ledgerTable', 'eventBus'])
const deps = createLedgerDeps(config)

/** What a person, or the shop that takes a notice back, decided about an order. */
const decide = async (event: unknown): Promise<Handled> => {
  readQuery(event)
  const key = readOrderKey(readPath(event), config.merchants)
  return decideOrder(readDecision(key, readPathName(event, 'decision'), readBody(event), readCaller(event)), deps)
}

export const handler = entry('decide', decide)
