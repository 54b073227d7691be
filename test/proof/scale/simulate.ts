import { retryDelay } from '../../../lib/ledger/retry-schedule.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { WRONG_NUMBERS } from './assumptions.ts'
import { MINUTES, ordersByMinute } from './day.ts'

const MINUTE = 60_000

export type Day = {
  /** Orders a day of one signer. */
  readonly orders: number
  /** Rows a second that reconcile dispatches for it. */
  readonly pace: number
  /** Minutes of the day in which WeChat Pay answers nothing, from and to. */
  readonly outage?: readonly [from: number, to: number]
}

export type Simulated = {
  /** Rows that are due and not yet dispatched, after each minute; those that only wait do not count. */
  readonly waiting: readonly number[]
  /** Calls of each minute to WeChat Pay. */
  readonly calls: readonly number[]
  /** The longest time, in minutes, between when a row was due and its call; rows that only wait do not count. */
  readonly longestWait: number
  /** When the last order of the outage was synced, in minutes after its end. */
  readonly drainedAfter: number
  readonly arrived: number
  readonly ended: number
}

/** Orders of one minute that are at the same point. */
type Cohort = {
  readonly created: number
  readonly next: 'sync' | 'query' | 'wrong'
  readonly due: number
  count: number
}

/** A retry varies by ±20 %: a third of a cohort each. */
const CHANCES = [1 / 6, 3 / 6, 5 / 6]

/**
 * Two days of the same demand, minute by minute, and then until every order has ended. The figures are of the second
 * day and what follows. Counts may be broken numbers.
 */
export const simulate = ({ orders, pace, outage }: Day): Simulated => {
  const day = ordersByMinute(orders)
  const perRun = (pace * LIMITS.reconcileDispatch) / 1000
  const later = new Map<number, Map<string, Cohort>>()
  const queues = { others: [] as Cohort[], waiting: [] as Cohort[] }
  const waiting: number[] = []
  const calls: number[] = []
  let longestWait = 0
  let drainedAt = 0
  let arrived = 0
  let ended = 0
  const isDown = (minute: number) =>
    outage !== undefined && minute >= MINUTES + outage[0] && minute < MINUTES + outage[1]

  const put = (created: number, next: Cohort['next'], due: number, count: number): void => {
    const at = later.get(due) ?? new Map<string, Cohort>()
    later.set(due, at)
    const key = `${created} ${next}`
    const cohort = at.get(key)
    if (cohort) cohort.count += count
    else at.set(key, { created, next, due, count })
  }
  const retry = (now: number, created: number, next: Cohort['next'], count: number, chances = CHANCES): void => {
    for (const chance of chances) {
      const delay = Math.ceil(retryDelay((now - created) * MINUTE, chance) / MINUTE)
      put(created, next, now + delay, count / chances.length)
    }
  }

  const call = (now: number, created: number, next: Cohort['next'], count: number): void => {
    calls[now] = (calls[now] ?? 0) + count
    if (isDown(now)) retry(now, created, next, count)
    else if (next === 'wrong' && (now - created) * MINUTE >= LIMITS.absentGiveUp) ended += count
    // Its retries are spread already by when each of them was created.
    else if (next === 'wrong') retry(now, created, next, count, [0.5])
    else if (next === 'query') ended += count
    else {
      if (outage && created < MINUTES + outage[1]) drainedAt = Math.max(drainedAt, now)
      put(created, 'query', now + LIMITS.confirmDelay / MINUTE, count)
    }
  }

  const dispatch = (now: number, queue: Cohort[], room: number): number => {
    let left = room
    let taken = 0
    for (const cohort of queue) {
      const count = Math.min(left, cohort.count)
      if (count <= 0) break
      left -= count
      cohort.count -= count
      if (cohort.count <= 1e-9) taken += 1
      if (cohort.next !== 'wrong' && now >= MINUTES) longestWait = Math.max(longestWait, now - cohort.due)
      call(now, cohort.created, cohort.next, count)
    }
    queue.splice(0, taken)
    return left
  }

  const isOpen = () => later.size + queues.others.length + queues.waiting.length > 0
  for (let now = 0; now < 2 * MINUTES || isOpen(); now += 1) {
    calls[now] ??= 0
    const arrivals = now < 2 * MINUTES ? (day[now % MINUTES] ?? 0) : 0
    arrived += arrivals
    // A till's notice makes its first call at once, at nobody's pace.
    if (arrivals > 0) {
      call(now, now, 'sync', arrivals * (1 - WRONG_NUMBERS))
      call(now, now, 'wrong', arrivals * WRONG_NUMBERS)
    }
    for (const cohort of later.get(now)?.values() ?? [])
      queues[cohort.next === 'wrong' ? 'waiting' : 'others'].push(cohort)
    later.delete(now)
    const left = dispatch(now, queues.others, perRun)
    dispatch(now, queues.waiting, left)
    waiting[now] = queues.others.reduce((sum, { count }) => sum + count, 0)
  }
  return {
    waiting: waiting.slice(MINUTES),
    calls: calls.slice(MINUTES),
    longestWait,
    drainedAfter: outage ? drainedAt - MINUTES - outage[1] : 0,
    arrived,
    ended,
  }
}
