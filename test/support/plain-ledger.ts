import type { Ledger } from '../../lib/aws/ledger.ts'
import type { Condition } from '../../lib/ledger/condition.ts'
import type { Row } from '../../lib/ledger/row.ts'
import type { Transition } from '../../lib/ledger/transitions/transition.ts'

/** Whether a condition is true for a row, or for a missing row, by DynamoDB's rules. */
export const holds = (condition: Condition, row: Partial<Row> = {}): boolean => {
  switch (condition.op) {
    case 'and':
      return condition.all.every((part) => holds(part, row))
    case 'or':
      return condition.all.some((part) => holds(part, row))
  }
  const value = row[condition.name]
  switch (condition.op) {
    case 'exists':
      return value !== undefined
    case 'missing':
      return value === undefined
    case '=':
      return value === condition.value
    case '<>':
      return value !== condition.value
  }
  if (value === undefined) return false
  switch (condition.op) {
    case '<':
      return value < condition.value
    case '<=':
      return value <= condition.value
    case '>':
      return value > condition.value
  }
}

/** The row after a transition whose condition was true. */
export const changed = (
  { pk, set = {}, keep = {}, count = [], remove = [] }: Transition,
  row: Partial<Row> = {},
): Partial<Row> => {
  const counted = count.map((name) => [name, (row[name] ?? 0) + 1])
  const after = { ...keep, ...row, ...set, ...Object.fromEntries(counted), pk }
  return Object.fromEntries(Object.entries(after).filter(([name]) => !remove.some((gone) => gone === name)))
}

/** A ledger in a Map, for tests that do not need DynamoDB. Tests may change `rows`. */
export const plainLedger = (...given: readonly Row[]) => {
  const rows = new Map(given.map((row) => [row.pk, row]))
  const counters = new Map<string, number>()
  const parties = new Map<string, 'known' | Set<string>>()
  const applied: string[] = []

  const ledger: Ledger = {
    read: async (pk) => rows.get(pk),
    apply: async (transition) => {
      const row = rows.get(transition.pk)
      if (!holds(transition.when, row)) return transition.otherwise && ledger.apply(transition.otherwise)
      const after = changed(transition, row) as Row // a transition gives a complete row
      rows.set(after.pk, after)
      applied.push(transition.name)
      return { transition, row: after }
    },
    due: async () => ({ rows: [] }),
    recordKnownParty: async (pk) => {
      parties.set(pk, 'known')
    },
    recordAbsentOrder: async (pk, out_order_no) => {
      const absent = parties.get(pk) ?? new Set<string>()
      if (absent === 'known') return { isKnown: true, absent: 0 }
      parties.set(pk, absent.add(out_order_no))
      return { isKnown: false, absent: absent.size }
    },
    count: async (pk, _, unlessThere) => {
      if (unlessThere !== undefined && rows.has(unlessThere)) return 0
      const count = (counters.get(pk) ?? 0) + 1
      counters.set(pk, count)
      return count
    },
  }

  return { ledger, rows, applied, parties }
}
