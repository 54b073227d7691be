import { LIMITS } from '../limits.ts'
import type { Reading } from './parse/read-lines.ts'

/** What must be known of a whole list before its first line is booked. */
export type FirstPass = {
  readonly lines: number
  /** Numbers whose payment goes back in some line of the list, and in which. */
  readonly undone: ReadonlyMap<string, number>
  /** Rounded numbers that stand in more than one line, and in how many. */
  readonly collapsed: ReadonlyMap<string, number>
}

/** Reads a list once to its end; stops where it has more lines than one may have. */
export const readFirstPass = async ({ lines }: Pick<Reading, 'lines'>): Promise<FirstPass> => {
  const undone = new Map<string, number>()
  const mangled = new Map<string, number>()
  let count = 0
  for await (const some of lines) {
    for (const line of some) {
      count += 1
      if (line.kind === 'not_paid' && line.undoes !== undefined) undone.set(line.undoes, line.line)
      if (line.kind === 'malformed' && line.mangled !== undefined)
        mangled.set(line.mangled, (mangled.get(line.mangled) ?? 0) + 1)
    }
    if (count > LIMITS.statementLines) break
  }
  return { lines: count, undone, collapsed: new Map([...mangled].filter(([, times]) => times > 1)) }
}
