import { type DecisionRequest, decisionTransition } from '../order/decision.ts'
import { decidedReply, refusedReply, statusReply } from '../order/reply.ts'
import { rowKey } from '../order/row.ts'
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
  const applied =
    transition && (await deps.ledger.apply(decided(inLane(transition, row), row, { what, by, at: now, why })))
  if (!applied) {
    // Somebody may have written since it was read: he is told how it stands now.
    const stands = (await deps.ledger.read(row.pk)) ?? row
    const reply = refusedReply(stands, what, now, request.notDouble)
    return { reply, log: { ...rowFields(stands), ...said, transition: 'refused' } }
  }

  const { row: after } = applied
  await announceDueNow(after, deps)
  return { reply: decidedReply(after), log: { ...rowFields(after), ...said, transition: applied.transition.name } }
}
