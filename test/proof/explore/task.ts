import { BROKEN_VARIANTS } from './broken-variants.ts'
import { type Guard, watched, withoutGuards } from './guards.ts'
import type { Scenario } from './scenario.ts'
import { explore, type Report } from './search.ts'
import { breakBy } from './variants.ts'

/** One exploration of the program, for a thread: the real design, one near to it, or the real one without a clause. */
export type Task =
  | { readonly walk: Scenario }
  | { readonly variant: string }
  | { readonly without: Guard; readonly tried: readonly Scenario[] }

/** `guards`: the clauses that were evaluated, of the real design alone. Undefined where no scenario broke. */
export type Done = { readonly report: Report | undefined; readonly guards: readonly Guard[] }

export default (task: Task): Done => {
  if ('walk' in task) {
    const guards = new Set<Guard>()
    return { report: explore(task.walk, { design: watched(guards) }), guards: [...guards] }
  }
  if ('variant' in task) {
    const variant = BROKEN_VARIANTS.find(({ name }) => name === task.variant)
    return { report: variant && breakBy(variant), guards: [] }
  }
  const design = withoutGuards([task.without])
  for (const tried of task.tried) {
    const report = explore(tried, { design, isWhole: false })
    if (report.violation) return { report, guards: [] }
  }
  return { report: undefined, guards: [] }
}
