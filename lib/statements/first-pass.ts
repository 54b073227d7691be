import { type OrderKey, rowKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import type { Reading } from './parse/read-lines.ts'

/** What must be known about the whole statement before the first order is created. */
export type FirstPass = {
  readonly lines: number
  /** The line that reverses the payment of an order, by `undoneKey`. */
  readonly undone: ReadonlyMap<string, number>
  /** Order numbers that a spreadsheet rounded and that occur several times, with their count. */
  readonly collapsed: ReadonlyMap<string, number>
}

/** Reads the whole statement once. Stops when it has more lines than are allowed. */
export const readFirstPass = async ({ lines }: Pick<Reading, 'lines'>): Promise<FirstPass> => {
  const undone = new Map<string, number>()
  const mangled = new Map<string, number>()
  let count = 0
  for await (const some of lines) {
    for (const line of some) {
      count += 1
      if (line.kind === 'not_paid' && line.undoes !== undefined)
        undone.set(undoneKey(line.undoes, line.mchid), line.line)
      if (line.kind === 'malformed' && line.mangled !== undefined)
        mangled.set(line.mangled, (mangled.get(line.mangled) ?? 0) + 1)
    }
    if (count > LIMITS.statementLines) break
  }
  return { lines: count, undone, collapsed: new Map([...mangled].filter(([, times]) => times > 1)) }
}

const undoneKey = (out_order_no: string, mchid = ''): string => rowKey({ mchid, out_order_no })

/** The line that reverses the payment of an order; one that does not tell who was paid reverses it for everybody. */
export const undoneLine = (
  { undone }: Pick<FirstPass, 'undone'>,
  { mchid, out_order_no }: OrderKey,
): number | undefined => undone.get(undoneKey(out_order_no, mchid)) ?? undone.get(undoneKey(out_order_no))
