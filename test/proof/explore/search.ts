import type { Design } from './design.ts'
import { createGraph, restless, unfinishable } from './graph.ts'
import { createModel, type Emit, type Model } from './model.ts'
import { MOVES } from './moves.ts'
import type { Scenario } from './scenario.ts'
import { createStates, type StateId, type States } from './states.ts'
import { traceTo } from './trace.ts'

export type Violation = { readonly broken: string; readonly trace: readonly string[] }

export type Report = {
  readonly scenario: Scenario
  readonly states: number
  readonly moves: number
  /** CPU time. */
  readonly seconds: number
  readonly megabytes: number
  /** The first violation, by a shortest path. */
  readonly violation?: Violation
}

type Options = {
  readonly design?: Partial<Design>
  /** Also checks that every state can finish and none is in a busy loop, which needs the whole graph. */
  readonly isWhole?: boolean
}

/** Breadth-first search, until there is a violation or no new state. */
export const explore = (scenario: Scenario, { design = {}, isWhole = true }: Options = {}): Report => {
  const startedAt = process.threadCpuUsage()
  const model = createModel(scenario, design)
  const states = createStates()
  const graph = isWhole ? createGraph() : undefined
  let moves = 0
  let from: StateId = -1
  let violation: Violation | undefined

  const take: Emit = (next, kind, what, who, broken) => {
    moves += 1
    const met = states.count()
    const to = states.meet(next, from)
    if (to !== from || kind === 'call') graph?.add(kind, to)
    if (violation) return
    const wrong = broken ?? (to === met ? model.brokenIn(next) : undefined)
    if (wrong) violation = { broken: wrong, trace: traceTo(model, states, from, { next, what, who }) }
  }

  for (const start of model.starts()) states.meet(start, -1)
  for (from = 0; from < states.count() && !violation; from++) {
    graph?.begin()
    const world = states.at(from)
    for (const move of MOVES) move(world, model, take)
  }
  if (graph && !violation) violation = wholeViolation(model, states, graph)

  return {
    scenario,
    states: states.count(),
    moves,
    seconds: cpuSeconds(startedAt),
    megabytes: (states.bytes() + (graph?.bytes() ?? 0)) / 2 ** 20,
    ...(violation && { violation }),
  }
}

const wholeViolation = (model: Model, states: States, graph: ReturnType<typeof createGraph>): Violation | undefined => {
  const finished = new Uint8Array(states.count())
  for (let id = 0; id < finished.length; id++) finished[id] = model.isFinished(states.at(id)) ? 1 : 0
  const stuck = unfinishable(graph, finished)
  if (stuck.count > 0)
    return { broken: `${stuck.count} states cannot finish`, trace: traceTo(model, states, stuck.first) }
  const busy = restless(graph, states.count())
  if (busy.count > 0)
    return { broken: `${busy.count} states are in a circle without a wait`, trace: traceTo(model, states, busy.first) }
  return undefined
}

/** A report as one line, with more lines for its violation. */
export const reportInWords = ({ scenario, states, moves, seconds, megabytes, violation }: Report): string => {
  const { name, faults, invocations } = scenario
  const size = `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${invocations} at once`
  const cost = `${states} states, ${moves} moves, ${seconds.toFixed(1)} s, ${Math.ceil(megabytes)} MB`
  const trace = (violation?.trace ?? []).map((line, index) => `\n    ${index}. ${line}`)
  return `${name}, ${size}: ${cost}: ${violation?.broken ?? 'nothing is broken, and all can finish'}${trace.join('')}`
}

/** CPU time and not wall clock time, since other threads and programs may use this machine. */
const cpuSeconds = (since: ReturnType<typeof process.threadCpuUsage>): number => {
  const { user, system } = process.threadCpuUsage(since)
  return (user + system) / 1_000_000
}
