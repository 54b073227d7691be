import { type DecisionRequest, decisionTransition } from '../order/decision.ts'
import { decidedReply, refusedReply, statusReply } from '../order/reply.ts'
import { type Decision, type Row, rowKey } from '../order/row.ts'
import { inLane } from '../order/transition/lane.ts'
import { decided } from '../order/transition/person.ts'
import type { Handled } from './handled.ts'
import { announceDueNow, type LedgerWorld, rowFields } from './take-step.ts'

/** Carries out what a person decided, if the order still stands so that it can be. Makes no call. */
export const decideOrder = async (request: DecisionRequest, deps: LedgerWorld): Promise<Handled> => {
  const { mchid, out_order_no, what, by, why } = request
  const said = { via: 'person', decision: what, by, reason: why }
  const row = await deps.ledger.read(rowKey(request))
  if (!row) return { reply: statusReply(undefined), log: { mchid, out_order_no, ...said, transition: 'none' } }

  const now = deps.now()
  const transition = decisionTransition(row, request, now)
  const decision: Decision = { what, by, at: now, why }
  const applied = transition && (await deps.ledger.apply(decided(inLane(transition, row), row, decision)))
  // Somebody may have written since it was read: he is told how it stands now.
  const stands = applied?.row ?? (await deps.ledger.read(row.pk)) ?? row
  if (!applied && !holds(stands, decision)) {
    const reply = refusedReply(stands, what, now, request.notDouble)
    return { reply, log: { ...rowFields(stands), ...said, transition: 'refused' } }
  }

  await announceDueNow(stands, deps)
  const name = applied?.transition.name ?? 'decided already'
  return { reply: decidedReply(stands), log: { ...rowFields(stands), ...said, transition: name } }
}

/** The write of this very decision was applied, and its answer lost: made once more, it found itself done. */
const holds = ({ decisions = [] }: Row, { what, by, at, why }: Decision): boolean =>
  decisions.some((one) => one.what === what && one.by === by && one.at === at && one.why === why)
