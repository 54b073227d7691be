import type { FaultName } from './faults.ts'
import type { Call, Kind } from './history.ts'
import type { RefusalName } from './refusals.ts'

/** Which requests are meant; what is left out does not matter. */
type Match = { readonly kind?: Kind; readonly mchid?: string; readonly out_order_no?: string }

export type RefusalPlan = {
  readonly refusal: RefusalName
  readonly match?: Match
  /** How many requests, 1 by default. */
  readonly times?: number
  /** false: the refusal comes without a signature. 401s never have one. */
  readonly signed?: boolean
  /** In place of what the table has: a refusal of a parameter names the one that is wrong in either of them, or in both. */
  readonly message?: string
  readonly detail?: object
}

type FaultDetails = {
  readonly match?: Match
  /** For `slow-answer` and `late-request`; 1,000 by default. */
  readonly delayMs?: number
  /** For `stale-time` and `future-time`; 600 by default. */
  readonly seconds?: number
}

export type NextFaultPlan = FaultDetails & { readonly fault: FaultName; readonly times?: number }

export type FrequentFaultPlan = FaultDetails & {
  /** One of these, picked anew for each request that is hit. */
  readonly faults: readonly FaultName[]
  /** 0 … 1, of all requests that match. */
  readonly probability: number
  /** 0 … 1, as Math.random: give a seeded one, and a run can be repeated. */
  readonly random: () => number
}

export type Fault = { readonly fault: FaultName; readonly delayMs: number; readonly seconds: number }

type Subject = Pick<Call, 'kind' | 'mchid' | 'out_order_no'>

const matches = ({ kind, mchid, out_order_no }: Match, call: Subject): boolean =>
  (kind === undefined || kind === call.kind) &&
  (mchid === undefined || mchid === call.mchid) &&
  (out_order_no === undefined || out_order_no === call.out_order_no)

type Plan<Drawn> = { readonly match: Match; left: number; readonly pick: () => Drawn | undefined }

/** Things to do to coming requests, asked in the order in which they were planned. */
export type Plans<Drawn> = {
  /** `pick` may pass a request by; the answer takes the plan back. */
  readonly add: (match: Match, times: number, pick: () => Drawn | undefined) => () => void
  readonly draw: (call: Subject) => Drawn | undefined
  readonly clear: () => void
}

export const createPlans = <Drawn>(): Plans<Drawn> => {
  let plans: Plan<Drawn>[] = []
  const remove = (plan: Plan<Drawn>) => {
    plans = plans.filter((other) => other !== plan)
  }
  return {
    add: (match, times, pick) => {
      const plan: Plan<Drawn> = { match, left: times, pick }
      plans.push(plan)
      return () => remove(plan)
    },
    draw: (call) => {
      for (const plan of plans) {
        const drawn = matches(plan.match, call) ? plan.pick() : undefined
        if (drawn === undefined) continue
        plan.left--
        if (plan.left <= 0) remove(plan)
        return drawn
      }
      return undefined
    },
    clear: () => {
      plans = []
    },
  }
}

const DEFAULTS = { delayMs: 1000, seconds: 600 }

export const nextFault = (plan: NextFaultPlan): Fault => ({ ...DEFAULTS, ...plan })

/** Undefined when this request is spared. */
export const frequentFault = (plan: FrequentFaultPlan): Fault | undefined => {
  if (plan.random() >= plan.probability) return undefined
  const fault = plan.faults[Math.floor(plan.random() * plan.faults.length)]
  return fault && { ...DEFAULTS, ...plan, fault }
}
