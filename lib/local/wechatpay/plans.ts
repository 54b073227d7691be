import type { FaultName } from './faults.ts'
import type { Call, Kind } from './history.ts'
import type { AnyRefusalName } from './refusals.ts'

/** Which requests match. A member that is left out matches all. */
type Match = { readonly kind?: Kind; readonly mchid?: string; readonly out_order_no?: string }

export type RefusalPlan = {
  readonly refusal: AnyRefusalName
  readonly match?: Match
  /** How many requests, by default 1. */
  readonly times?: number
  /** false: the refusal is unsigned. 401s are always unsigned. */
  readonly signed?: boolean
  /**
   * Replaces the message in the table. For an invalid parameter, WeChat Pay names it in the message, in `detail`, or in
   * both.
   */
  readonly message?: string
  readonly detail?: object
}

type FaultDetails = {
  readonly match?: Match
  /** For `slow-answer` and `late-request`; by default 1,000. */
  readonly delayMs?: number
  /** For `stale-time` and `future-time`; by default 600. */
  readonly seconds?: number
}

export type NextFaultPlan = FaultDetails & { readonly fault: FaultName; readonly times?: number }

export type FrequentFaultPlan = FaultDetails & {
  /** One of these is picked for each request. */
  readonly faults: readonly FaultName[]
  /** 0 … 1, of all matching requests. */
  readonly probability: number
  /** 0 … 1, like Math.random. With a seeded function the run is repeatable. */
  readonly random: () => number
}

export type Fault = { readonly fault: FaultName; readonly delayMs: number; readonly seconds: number }

type Subject = Pick<Call, 'kind' | 'mchid' | 'out_order_no'>

const matches = ({ kind, mchid, out_order_no }: Match, call: Subject): boolean =>
  (kind === undefined || kind === call.kind) &&
  (mchid === undefined || mchid === call.mchid) &&
  (out_order_no === undefined || out_order_no === call.out_order_no)

type Plan<Drawn> = {
  readonly match: Match
  /** Its place in the order in which plans were added. */
  readonly place: number
  left: number
  readonly pick: () => Drawn | undefined
}

/** What to do with coming requests. Plans are asked in the order in which they were added. */
export type Plans<Drawn> = {
  /** `pick` may skip a request. Gives a function that removes the plan. */
  readonly add: (match: Match, times: number, pick: () => Drawn | undefined) => () => void
  readonly draw: (call: Subject) => Drawn | undefined
  readonly clear: () => void
}

export const createPlans = <Drawn>(): Plans<Drawn> => {
  // A storm has plans for thousands of orders. Those for any order are under undefined.
  const byOrder = new Map<string | undefined, Set<Plan<Drawn>>>()
  let added = 0
  const of = (out_order_no: string | undefined) => byOrder.get(out_order_no) ?? new Set()
  const remove = (plan: Plan<Drawn>) => of(plan.match.out_order_no).delete(plan)
  const plansFor = ({ out_order_no }: Subject) =>
    [...of(undefined), ...of(out_order_no)].sort((a, b) => a.place - b.place)
  return {
    add: (match, times, pick) => {
      const plan: Plan<Drawn> = { match, place: added++, left: times, pick }
      byOrder.set(match.out_order_no, of(match.out_order_no).add(plan))
      return () => void remove(plan)
    },
    draw: (call) => {
      for (const plan of plansFor(call)) {
        const drawn = matches(plan.match, call) ? plan.pick() : undefined
        if (drawn === undefined) continue
        plan.left--
        if (plan.left <= 0) remove(plan)
        return drawn
      }
      return undefined
    },
    clear: () => byOrder.clear(),
  }
}

const DEFAULTS = { delayMs: 1000, seconds: 600 }

export const nextFault = (plan: NextFaultPlan): Fault => ({ ...DEFAULTS, ...plan })

/** Undefined if this request has no fault. */
export const frequentFault = (plan: FrequentFaultPlan): Fault | undefined => {
  if (plan.random() >= plan.probability) return undefined
  const fault = plan.faults[Math.floor(plan.random() * plan.faults.length)]
  return fault && { ...DEFAULTS, ...plan, fault }
}
