import type { DuePage, DueRow, Ledger } from '../../lib/aws/ledger.ts'
import type { LedgerReader } from '../../lib/aws/ledger-reader.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { Condition } from '../../lib/ledger/condition.ts'
import type { BookRow, Row } from '../../lib/ledger/row.ts'
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
    due: async (key, now, limit, from) => duePage([...rows.values()], key, now, limit, from?.pk?.S),
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

  const reader: LedgerReader = {
    readMany: async (pks) => new Map(pks.flatMap((pk) => (rows.has(pk) ? [[pk, rows.get(pk) as BookRow]] : []))), // has() was true
    day: async function* (day) {
      yield [...rows.values()].filter((row) => row.day === day).map(({ pk }) => pk)
    },
  }

  return { ledger, reader, rows, applied, parties }
}

/** A page of the index of due rows, the oldest first; it begins after the row `afterPk`. */
const duePage = (rows: readonly Row[], key: string, now: number, limit: number, afterPk?: string): DuePage => {
  const found = rows
    .filter(({ due }) => due === key)
    .map(({ pk, state, created_at, next, due_at }) => ({ pk, state, created_at, next, due_at }) as DueRow) // a row in the index has `next` and `due_at`
    .filter(({ due_at }) => due_at <= now)
    .sort((a, b) => a.due_at - b.due_at)
  const start = afterPk === undefined ? 0 : found.findIndex(({ pk }) => pk === afterPk) + 1
  const page = found.slice(start, start + limit)
  const last = page.at(-1)
  return { rows: page, ...(last && start + limit < found.length && { from: { pk: { S: last.pk } } }) }
}

/** A ledger that fails from its nth write on; reading fails with it. */
export const failingFrom =
  (nth: number) =>
  (sound: Ledger): Pick<Ledger, 'read' | 'apply'> => {
    let writes = 0
    const fail = () => Promise.reject(new UnavailableError('the ledger says TimeoutError'))
    return {
      read: (pk) => (writes >= nth ? fail() : sound.read(pk)),
      apply: (transition) => {
        writes += 1
        return writes >= nth ? fail() : sound.apply(transition)
      },
    }
  }
