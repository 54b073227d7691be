import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditBills } from '../../../../lib/audit/audit-bills.ts'
import type { AuditDeps } from '../../../../lib/audit/audit-day.ts'
import type { AuditTask } from '../../../../lib/audit/audit-task.ts'
import type { BillRow } from '../../../../lib/aws/bill-log.ts'
import { chinaDay } from '../../../../lib/china-time.ts'
import type { BillFault } from '../../../../lib/local/wechatpay/bills.ts'
import { createBillActions } from '../../../../lib/operations/bill-actions.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../support/orders.ts'
import { plainBillLog } from '../../../support/plain-bill-log.ts'
import { ORIGIN } from '../memory/wechatpay.ts'
import { START } from '../memory/world.ts'
import type { MemoryWorld } from './tale.ts'

/** All bills of a signer are spoilt from the hour on, for so many hours. */
export type SpoiltBills = {
  readonly fault: BillFault
  readonly signer: string
  readonly from: number
  readonly to: number
}

/** What an operator starts, since no run of the schedule asks for these bills again. */
export type Rerun = { readonly at: number; readonly task: AuditTask }

const MORNING_MS = 9 * HOUR

/** By the morning, counted from 0, on which it begins; `mchid` is the signer's, of which there are four. */
const PLANNED: readonly (readonly [
  morning: number,
  fault: BillFault,
  hours: number,
  signer: number,
  ...again: number[],
])[] = [
  [3, 'late', 4, 0],
  [4, 'wrong-hash', 14, 1],
  // Given after 18:00, when a day was said to be late.
  [5, 'late', 9.2, 1],
  [6, 'cut', 2, 2],
  // The days of which the bill is to be asked for by an operator, before that morning.
  [8, 'wrong-sums', 3, 3, 1],
  [10, 'late', 4 * 24 - 10, 0, 1, 0],
  [12, 'late', 9.2, 2],
  [15, 'short', 2, 1],
  [17, 'expired-url', 4, 2],
  [19, 'none', 3, 3, 1],
  [21, 'redirect', 2, 0],
  [22, 'late', 9.2, 3],
  [23, 'foreign-url', 2, 1],
  [25, 'old-columns', 12, 2],
  [27, 'late', 9.2, 0],
]

/** @param signers in the order of the merchants */
export const planSpoiltBills = (signers: readonly string[]) => {
  const spoilt: SpoiltBills[] = []
  const reruns: Rerun[] = []
  for (const [morning, fault, hours, whose, ...again] of PLANNED) {
    const signer = signers[whose] ?? ''
    const from = START + morning * DAY + MORNING_MS
    const to = from + hours * HOUR
    spoilt.push({ fault, signer, from, to })
    for (const before of again) {
      const day = chinaDay(START + (morning - before) * DAY)
      // On the first morning after it.
      const at = START + Math.ceil((to - START) / DAY) * DAY + MORNING_MS + MINUTE
      reruns.push({ at, task: { day, mchid: signer, again: true } })
    }
  }
  return { spoilt, reruns }
}

const MOST_RERUNS = 5
const RERUN_AFTER_MS = 5 * MINUTE

/** Does the signer get no good bill at that time? */
export const isSpoilt = (all: readonly SpoiltBills[], signer: string, at: number): boolean =>
  all.some((one) => one.signer === signer && one.from <= at && at < one.to && one.fault !== 'old-columns')

/** How long the ledger moves on between the reading of a bill's orders and what follows from it. */
const COMPARING_MS = 2 * SECOND

export type BillRun = {
  readonly at: number
  readonly bills: readonly { readonly outcome?: string; readonly classes?: Readonly<Record<string, number>> }[]
}

/** The audit over the memory world. It reads and writes files, for which virtual time does not wait: a run stands still
 *  in it, but for the moments between reading and acting. */
export const createBillRuns = async ({ time, merchants, wechatpay, reader, deps }: MemoryWorld) => {
  const scratch = await mkdtemp(join(tmpdir(), 'month-'))
  const bills = plainBillLog()
  let moving = Promise.resolve()
  const moveOn = (): Promise<void> => {
    moving = moving.then(() => time.run(time.now() + COMPARING_MS))
    return moving
  }
  const readMany: typeof reader.readMany = async (pks) => {
    const rows = await reader.readMany(pks)
    await moveOn()
    return rows
  }
  const auditDeps: AuditDeps = {
    keys: deps.merchants,
    send: wechatpay.sendAtOnce,
    download: wechatpay.download,
    origin: new URL(ORIGIN),
    now: time.now,
    nonce: deps.nonce,
    bills: bills.log,
    reader: { readMany },
    actions: createBillActions(reader, deps),
    merchants,
    objects: { put: async () => {}, putFile: async () => {} },
    evidence: { putOnce: async () => true },
    scratch,
  }
  const runs: BillRun[] = []
  const run = async (task: AuditTask = {}): Promise<BillRun> => {
    const at = time.now()
    const { reply } = await auditBills(task, auditDeps)
    const { bills: audited = [] } = (reply?.body ?? {}) as Partial<BillRun> // the audit's own reply
    const one = { at, bills: audited }
    runs.push(one)
    return one
  }
  /** As the command says to an operator: once more in some minutes, while orders are being asked about. */
  const runUntilAgreed = async (task: AuditTask): Promise<void> => {
    for (let tries = 0; tries < MOST_RERUNS; tries += 1) {
      const { bills: audited } = await run(task)
      if (!audited.some(({ outcome }) => outcome === 'asked')) return
      await time.run(time.now() + RERUN_AFTER_MS)
    }
  }
  return {
    runs,
    rows: bills.rows as ReadonlyMap<string, BillRow>,
    run,
    runUntilAgreed,
    close: () => rm(scratch, { recursive: true, force: true }),
  }
}
