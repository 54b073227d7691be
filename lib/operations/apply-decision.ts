import { type DecisionRequest, decisionTransition } from '../intake/operator-decision.ts'
import { type Decision, type Row, rowKey } from '../ledger/row.ts'
import { withDueLane } from '../ledger/transitions/due-lane.ts'
import { withDecision } from '../ledger/transitions/operator.ts'
import { decidedReply, refusedReply, statusReply } from '../views/reply.ts'
import { type LedgerDeps, publishDueNow } from './call-wechatpay.ts'
import { rowFields } from './log-fields.ts'
import type { Replied } from './result.ts'

/** Carries out what a person decided, if the order still stands so that it can be. Makes no call. */
export const applyDecision = async (request: DecisionRequest, deps: LedgerDeps): Promise<Replied> => {
  const { mchid, out_order_no, what, by, why } = request
  const said = { via: 'person', decision: what, by, reason: why }
  const row = await deps.ledger.read(rowKey(request))
  if (!row) return { reply: statusReply(undefined), log: { mchid, out_order_no, ...said, transition: 'none' } }

  const now = deps.now()
  const transition = decisionTransition(row, request, now)
  const decision: Decision = { what, by, at: now, why }
  const applied = transition && (await deps.ledger.apply(withDecision(withDueLane(transition, row), row, decision)))
  // Somebody may have written since it was read: he is told how it stands now.
  const stands = applied?.row ?? (await deps.ledger.read(row.pk)) ?? row
  if (!applied && !holds(stands, decision)) {
    const reply = refusedReply(stands, what, now, request.notDouble)
    return { reply, log: { ...rowFields(stands), ...said, transition: 'refused' } }
  }

  await publishDueNow(stands, deps)
  const name = applied?.transition.name ?? 'decided already'
  return { reply: decidedReply(stands), log: { ...rowFields(stands), ...said, transition: name } }
}

/** The write of this very decision was applied, and its answer lost: made once more, it found itself done. */
const holds = ({ decisions = [] }: Row, { what, by, at, why }: Decision): boolean =>
  decisions.some((one) => one.what === what && one.by === by && one.at === at && one.why === why)
