import { chinaDay, daysBefore } from '../china-time.ts'
import { signerOfMerchant, signersOf } from '../config/served.ts'
import { LIMITS } from '../limits.ts'
import { errorFields, type Fields, type Metrics } from '../log.ts'
import type { OperationResult } from '../operations/result.ts'
import { type AuditDeps, type AuditedDay, auditDay } from './audit-day.ts'
import type { AuditTask } from './audit-task.ts'
import { daySummary, foundEntry } from './day-report.ts'
import { FOUND_CLASS_NAMES } from './found.ts'

/** How much of what was found is in the reply, whose size Lambda limits. */
const REPLIED_MOST = 50

/**
 * The bills of one day that an operator names; else those of yesterday of every signer that takes orders, and of the days
 * before that are not done. One after the other, since each of them may fill the disk and the memory. What is begun no more
 * is left for the next run, in half an hour.
 */
export const auditBills = async (task: AuditTask, deps: AuditDeps): Promise<OperationResult> => {
  const startedAt = deps.now()
  const audited: Audited[] = []
  let left = 0
  for (const key of keysOf(task, deps)) {
    if (deps.now() - startedAt > LIMITS.billBegin) left += 1
    else audited.push(await auditOne(key, task.again === true, deps))
  }
  return resultOf(audited, left)
}

type Audited = AuditedDay | ({ readonly kind: 'failed'; readonly mchid: string; readonly day: string } & Fields)

const keysOf = ({ day, mchid }: AuditTask, { merchants, now }: AuditDeps) => {
  const signers = signersOf({ signers: merchants.signers.filter(({ closed }) => !closed) })
  if (day !== undefined) {
    const found = mchid === undefined ? undefined : merchants.get(mchid)
    const named = mchid === undefined ? signers : [found ? signerOfMerchant(found) : mchid]
    return named.map((signer) => ({ mchid: signer, day }))
  }
  const today = chinaDay(now())
  const days = Array.from({ length: LIMITS.billDays }, (_, i) => daysBefore(today, i + 1))
  return days.flatMap((one) => signers.map((signer) => ({ mchid: signer, day: one })))
}

/** One signer's failure keeps no other from its bill. */
const auditOne = async (key: { mchid: string; day: string }, again: boolean, deps: AuditDeps): Promise<Audited> => {
  try {
    return await auditDay(key, again, deps)
  } catch (error) {
    return { kind: 'failed', ...key, ...errorFields(error) }
  }
}

const resultOf = (all: readonly Audited[], left: number): OperationResult => {
  const audited = all.filter((one) => one.kind === 'audited')
  const others = all.filter((one) => one.kind !== 'audited')
  const sum = (value: (one: (typeof audited)[number]) => number) =>
    audited.reduce((total, one) => total + value(one), 0)
  const outcomes = (...names: readonly string[]) => sum(({ outcome }) => (names.includes(outcome) ? 1 : 0))
  const counted: Readonly<Record<string, number>> = {
    bills_compared: outcomes('agreed', 'asked'),
    bills_left: left,
    bill_rows: sum(({ facts }) => facts?.rows ?? 0),
    bill_unreadable: outcomes('unreadable', 'no_bill_but_charged'),
    bill_late: outcomes('late_bill'),
    bill_failed: others.filter(({ kind }) => kind === 'failed').length,
    ...Object.fromEntries(
      FOUND_CLASS_NAMES.filter((name) => name !== 'refund_missing').map((name) => [
        `bill_${name}`,
        sum(({ classes }) => classes[name]),
      ]),
    ),
    refund_missing: sum(({ isNew, classes }) => (isNew ? classes.refund_missing : 0)),
    config: sum(({ isConfig }) => (isConfig ? 1 : 0)),
  }
  const metrics: Metrics = Object.fromEntries(
    Object.entries(counted).map(([name, value]) => [name, { value, unit: 'Count' }]),
  )
  const bills = [...audited.map((one) => daySummary(one)), ...others.filter(({ kind }) => kind !== 'not claimed')]
  return {
    reply: {
      status: 200,
      body: {
        bills: all.map((one) =>
          one.kind === 'audited'
            ? { ...daySummary(one), found: one.first.slice(0, REPLIED_MOST).map(foundEntry) }
            : one,
        ),
        left,
      },
    },
    log: { via: 'audit', bills, left },
    metrics,
  }
}
