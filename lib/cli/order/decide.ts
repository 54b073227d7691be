import { type DecisionName, type DecisionRequest, readDecision } from '../../intake/operator-decision.ts'
import type { OrderKey } from '../../ledger/row.ts'
import { applyDecision } from '../../operations/apply-decision.ts'
import { CliError } from '../../two-languages.ts'
import { callerIdentity } from '../aws/caller.ts'
import type { Connection } from '../aws/connect.ts'
import { type Answer, postToOrder } from '../aws/http-api.ts'
import type { Session } from '../session.ts'

/** Makes a decision. Throws InputError before any change if the decision is malformed. */
export type Decide = (key: OrderKey, what: DecisionName, body: object) => Promise<Answer>

/** With a stack, through its protected route, which records the caller's ARN; otherwise directly in the table. */
export const openDecide = async (connection: Connection, { env, now }: Session): Promise<Decide> => {
  const { api } = connection
  if (api === undefined) {
    const by = await callerIdentity(env)
    return (key, what, body) => decideHere(readDecision(key, what, body, by), connection, now)
  }
  return async (key, what, body) => {
    readDecision(key, what, body, api)
    const answer = await postToOrder(api, key, what, body)
    if (answer.status === 200 || answer.body.title !== undefined) return answer
    const says = `${answer.status} ${answer.body.message ?? answer.body.detail ?? ''}`
    throw new CliError({ en: `the API of the stack says ${says}`, zh: `堆栈的 API 返回 ${says}` })
  }
}

/**
 * Makes the decision as the protected route does, but publishes no due event, since only the functions may do that.
 * Reconcile finds the row within a minute.
 */
const decideHere = async (request: DecisionRequest, { ledger }: Connection, now: () => number): Promise<Answer> => {
  const handled = await applyDecision(request, { ledger, now, publishDue: async () => undefined })
  return handled.reply
}
