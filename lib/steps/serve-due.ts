import { errorFields } from '../log.ts'
import type { DueEvent } from '../order/due-event.ts'
import { rowKey } from '../order/row.ts'
import { claim } from '../order/transition/notice.ts'
import type { Handled } from './handled.ts'
import { type StepDeps, takeStep } from './take-step.ts'

/** Takes a due step if nobody else has. Never throws: the row is its own retry. */
export const serveDue = async (due: DueEvent, deps: StepDeps): Promise<Handled> => {
  const { mchid, out_order_no, next } = due
  const known = { via: 'due', mchid, out_order_no, step: next }
  try {
    const claimed = await deps.ledger.apply(claim(rowKey(due), next, deps.now()))
    if (!claimed) return { reply: DONE, log: { ...known, transition: 'not claimed' } }
    const { log, metrics } = await takeStep(next, claimed.row, deps)
    return { reply: DONE, log: { ...known, ...log }, metrics }
  } catch (error) {
    return { reply: DONE, log: { ...known, ...errorFields(error) }, metrics: { errors: { value: 1, unit: 'Count' } } }
  }
}

const DONE = { status: 200, body: {} } as const
