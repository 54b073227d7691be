import type { DueKeys } from '../../lib/aws/due-keys.ts'
import type { DueFrom, DuePage, DueRow, Ledger } from '../../lib/aws/ledger.ts'
import type { LedgerReader } from '../../lib/aws/ledger-reader.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { Condition } from '../../lib/ledger/condition.ts'
import { packAnswer } from '../../lib/ledger/packed-answer.ts'
import type { BookRow, Row } from '../../lib/ledger/row.ts'
import type { Transition } from '../../lib/ledger/transitions/transition.ts'
import { LIMITS } from '../../lib/limits.ts'

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
export const changed = (transition: Transition, row: Partial<Row> = {}): Partial<Row> => {
  refuseDoubles(transition)
  const { pk, set = {}, keep = {}, count = [], remove = [], answer } = transition
  const counted = count.map((name) => [name, (row[name] ?? 0) + 1])
  const kept = answer && { answer: packAnswer(answer, pk) }
  const after = { ...keep, ...row, ...set, ...kept, ...Object.fromEntries(counted), pk }
  return Object.fromEntries(Object.entries(after).filter(([name]) => !remove.some((gone) => gone === name)))
}

const refuseDoubles = ({ name, set = {}, keep = {}, count = [], remove = [] }: Transition): void => {
  const written = [...Object.keys(set), ...Object.keys(keep), ...count, ...remove]
  const twice = written.find((each, index) => written.indexOf(each) !== index)
  if (twice) throw new TypeError(`${name} writes ${twice} twice, which DynamoDB refuses`)
}

/**
 * A ledger in a Map, for tests that do not need DynamoDB. Tests may change `rows`; the index of due rows has them as
 * they were given, or as a transition left them.
 */
export const plainLedger = (...given: readonly Row[]) => {
  const rows = new Map(given.map((row) => [row.pk, row]))
  const index = createDueIndex(given)
  const counters = new Map<string, number>()
  const parties = new Map<string, 'known' | Set<string>>()
  const refused = new Map<string, Set<string>>()
  const applied: string[] = []

  const ledger: Ledger = {
    read: async (pk) => rows.get(pk),
    apply: async (transition) => {
      const row = rows.get(transition.pk)
      if (!holds(transition.when, row)) return transition.otherwise && ledger.apply(transition.otherwise)
      const after = changed(transition, row) as Row // a transition gives a complete row
      rows.set(after.pk, after)
      index.move(row, after)
      applied.push(transition.name)
      return { transition, row: after }
    },
    due: async (key, now, limit, from) => index.page(key, now, limit, from),
    recordKnownParty: async (pk) => {
      parties.set(pk, 'known')
    },
    recordAbsentOrder: async (pk, out_order_no) => {
      const absent = parties.get(pk) ?? new Set<string>()
      if (absent === 'known') return { isKnown: true, absent: 0 }
      parties.set(pk, absent.add(out_order_no))
      return { isKnown: false, absent: absent.size }
    },
    recordRefusedSubMerchant: async (pk, sub_mchid) => {
      const some = refused.get(pk) ?? new Set<string>()
      if (some.has(sub_mchid) || some.size >= LIMITS.refusedSubMerchants) return false
      refused.set(pk, some.add(sub_mchid))
      return some.size === LIMITS.refusedSubMerchants
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
    hasDay: async (day) => [...rows.values()].some((row) => row.day === day),
    waiting: async function* (key) {
      yield [...rows.values()].filter((row) => row.waits === key).map(({ pk }) => pk)
    },
    cases: async function* (mchid) {
      yield [...rows.values()].filter((row) => row.case === mchid)
    },
  }

  const dueKeys: DueKeys = async function* (now) {
    yield [...rows.values()].flatMap(({ due, due_at = 0 }) => (due !== undefined && due_at <= now ? [due] : []))
  }

  return { ledger, dueKeys, reader, rows, applied, parties }
}

/** By index key, so that moving a row needs no search, in hundreds of thousands of rows too. */
const createDueIndex = (given: readonly Row[]) => {
  const keys = new Map<string, Map<string, Row>>()

  const move = (before: Row | undefined, after: Row): void => {
    if (before?.due !== undefined) keys.get(before.due)?.delete(before.pk)
    if (after.due !== undefined) keys.set(after.due, (keys.get(after.due) ?? new Map()).set(after.pk, after))
  }

  const page = (key: string, now: number, limit: number, from?: DueFrom): DuePage => {
    const last = { pk: from?.pk?.S ?? '', due_at: Number(from?.due_at?.N ?? 0) }
    const found: DueRow[] = []
    for (const { pk, state, created_at, next, due_at = 0 } of keys.get(key)?.values() ?? []) {
      if (next === undefined) throw new TypeError(`${pk} is in the index and has nothing to do`)
      if (due_at <= now && isLater({ pk, due_at }, last)) found.push({ pk, state, created_at, next, due_at })
    }
    const rows = found.sort((a, b) => (isLater(a, b) ? 1 : -1)).slice(0, limit)
    const end = rows.at(-1)
    if (found.length <= limit || !end) return { rows }
    return { rows, from: { pk: { S: end.pk }, due: { S: key }, due_at: { N: String(end.due_at) } } }
  }

  for (const row of given) move(undefined, row)
  return { move, page }
}

type Place = Pick<DueRow, 'pk' | 'due_at'>

const isLater = (a: Place, b: Place): boolean => a.due_at > b.due_at || (a.due_at === b.due_at && a.pk > b.pk)

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
