import { type DecisionRequest, decisionTransition } from '../intake/operator-decision.ts'
import { type Decision, type Row, rowKey } from '../ledger/row.ts'
import { withDueLane } from '../ledger/transitions/due-lane.ts'
import { withDecision } from '../ledger/transitions/operator.ts'
import { decidedReply, refusedReply, statusReply } from '../views/reply.ts'
import { type LedgerDeps, publishDueNow } from './call-wechatpay.ts'
import { rowFields } from './log-fields.ts'
import type { Replied } from './result.ts'

/** Carries out a decision, if the state of the order allows it. Makes no call to WeChat Pay. */
export const applyDecision = async (request: DecisionRequest, deps: LedgerDeps): Promise<Replied> => {
  const { mchid, out_order_no, what, by, why } = request
  const decisionFields = { via: 'person', decision: what, by, reason: why }
  const row = await deps.ledger.read(rowKey(request))
  if (!row)
    return { reply: statusReply(undefined), log: { mchid, out_order_no, ...decisionFields, transition: 'none' } }

  const now = deps.now()
  const transition = decisionTransition(row, request, now)
  const decision: Decision = { what, by, at: now, why }
  const applied = transition && (await deps.ledger.apply(withDecision(withDueLane(transition, row), row, decision)))
  // Another invocation may have written since the row was read, so the reply uses the present row.
  const current = applied?.row ?? (await deps.ledger.read(row.pk)) ?? row
  if (!applied && !hasDecision(current, decision)) {
    const reply = refusedReply(current, what, now, request.notDouble)
    return { reply, log: { ...rowFields(current), ...decisionFields, transition: 'refused' } }
  }

  await publishDueNow(current, deps)
  const name = applied?.transition.name ?? 'decided already'
  return { reply: decidedReply(current), log: { ...rowFields(current), ...decisionFields, transition: name } }
}

/**
 * This very decision is on the row already: the write was applied and its answer was lost, so the SDK's second attempt
 * failed its condition.
 */
const hasDecision = ({ decisions = [] }: Row, { what, by, at, why }: Decision): boolean =>
  decisions.some((made) => made.what === what && made.by === by && made.at === at && made.why === why)
