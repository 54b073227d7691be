import type { DecisionRequest } from '../../order/decision.ts'
import type { Reply } from '../../order/reply.ts'
import { decideOrder } from '../../steps/decide-order.ts'
import type { Connection } from '../aws/connect.ts'

const never = (): never => {
  throw new TypeError('a decision makes no call')
}

/**
 * The same decision as by the protected route. Nobody is told that a step is due: only the functions may put that on the
 * bus, and reconcile finds the row within a minute.
 */
export const decide = async (request: DecisionRequest, { ledger }: Connection, now: () => number): Promise<Reply> => {
  const handled = await decideOrder(request, {
    ledger,
    now,
    random: Math.random,
    announceDue: async () => undefined,
    merchants: { signer: never, forget: never },
    send: never,
    nonce: never,
  })
  return handled.reply
}
