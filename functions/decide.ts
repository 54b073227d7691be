import { readConfig } from '../lib/config/config.ts'
import { readBody, readCaller, readPath, readPathName, readQuery } from '../lib/intake/event-source.ts'
import { readDecision } from '../lib/intake/operator-decision.ts'
import { readOrderKey } from '../lib/intake/payment-notice.ts'
import { createLedgerDeps } from '../lib/lambda/dependencies.ts'
import { createHandler } from '../lib/lambda/handler.ts'
import { applyDecision } from '../lib/operations/apply-decision.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig(['merchants', 'ledgerTable', 'eventBus'])
const deps = createLedgerDeps(config)

/** What a person, or the shop that takes a notice back, decided about an order. */
const decide = async (event: unknown): Promise<OperationResult> => {
  readQuery(event)
  const key = readOrderKey(readPath(event), config.merchants)
  return applyDecision(readDecision(key, readPathName(event, 'decision'), readBody(event), readCaller(event)), deps)
}

export const handler = createHandler('decide', decide)
