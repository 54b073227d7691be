import type { BillLog } from '../../aws/bill-log.ts'
import type { Bucket } from '../../aws/bucket.ts'
import type { EventBus } from '../../aws/event-bus.ts'
import type { Topic } from '../../aws/topic.ts'
import { chinaDay, chinaTimeMs, daysBefore } from '../../china-time.ts'
import { type Served, signersOf } from '../../config/served.ts'
import { UnavailableError } from '../../errors.ts'
import { isCase } from '../../ledger/transitions/case-index.ts'
import { LIMITS } from '../../limits.ts'
import type { BillActions } from '../../operations/bill-actions.ts'
import type { OperationResult } from '../../operations/result.ts'
import { casePage, casePageKey, caseTable } from './case-page.ts'
import { type Digest, digestOf, type FoundBill, foundBill, isEmpty } from './digest.ts'
import { digestEvent } from './digest-event.ts'
import { digestMail } from './digest-text.ts'
import { type OpenCase, oldestFirst, openCaseOf } from './open-case.ts'

export type DigestDeps = {
  readonly bills: Pick<BillLog, 'claim' | 'read' | 'record'>
  readonly actions: Pick<BillActions, 'openCases'>
  readonly merchants: Pick<Served, 'signers'>
  readonly objects: Pick<Bucket, 'put'>
  /** The name of the bucket, by which a mail says where the pages are. */
  readonly bucket: string
  readonly bus: EventBus
  readonly topic: Topic
  readonly now: () => number
}

/** Stands for the mchid in the key of the row that says whether a day's digest was sent. */
const DIGEST = 'digest'
/** When the schedule makes it, in China. */
const TOLD_AT = '110000'

/**
 * Tells people once a day which double charges are not settled: a page for each merchant, one event for the robot, one
 * mail. A day that was told is not told again, unless it is to be `again`. The mail comes last, so that only a run that
 * dies after it, before its row is written, makes the schedule's next run send it twice.
 */
export const sendDigest = async (again: boolean, deps: DigestDeps): Promise<OperationResult> => {
  const day = chinaDay(deps.now())
  const claim = await deps.bills.claim({ mchid: DIGEST, day }, deps.now(), again)
  if (!claim) return resultOf({ via: 'digest', day, sent: false, why: 'done, or another run has it' })
  const digest = await makeDigest(day, deps)
  const isSent = !isEmpty(digest)
  if (isSent) {
    const refused = await deps.bus.put([digestEvent(digest)])
    if (refused.length > 0) throw new UnavailableError('the event bus refused the digest')
    await deps.topic.publish(digestMail(digest))
  }
  await deps.bills.record(claim, { done: true })
  const { open, amount, oldest_days } = digest.totals
  return {
    ...resultOf({ via: 'digest', day, sent: isSent, open, amount, oldest_days, bills: digest.bills.length }),
    metrics: { open_cases: { value: open, unit: 'Count' }, oldest_case_days: { value: oldest_days, unit: 'None' } },
  }
}

const resultOf = (log: OperationResult['log']): OperationResult => ({ reply: { status: 200, body: { ...log } }, log })

/** Also of a merchant that takes no new orders: its cases stay open. */
const makeDigest = async (day: string, deps: DigestDeps): Promise<Digest> => {
  const made_at = deps.now()
  const all: OpenCase[] = []
  const pages: string[] = []
  for (const signer of signersOf(deps.merchants))
    for (const [mchid, cases] of Map.groupBy(await readOpenCases(signer, day, deps), (one) => one.mchid)) {
      const key = { mchid, day }
      await deps.objects.put(casePageKey(key, 'csv'), caseTable(cases), 'text/csv; charset=utf-8')
      await deps.objects.put(casePageKey(key, 'html'), casePage(cases, { ...key, made_at }), 'text/html; charset=utf-8')
      pages.push(`s3://${deps.bucket}/${casePageKey(key, 'html')}`)
      all.push(...cases)
    }
  return digestOf(oldestFirst(all), { day, made_at, bills: await readFoundBills(day, deps), pages })
}

const readOpenCases = async (signer: string, day: string, { actions }: DigestDeps): Promise<readonly OpenCase[]> => {
  const cases: OpenCase[] = []
  for await (const row of actions.openCases(signer)) if (isCase(row)) cases.push(openCaseOf(row, day))
  return oldestFirst(cases)
}

const readFoundBills = async (day: string, { bills, merchants }: DigestDeps): Promise<readonly FoundBill[]> => {
  const since = chinaTimeMs(`${daysBefore(day, 1)}${TOLD_AT}`)
  const found: FoundBill[] = []
  for (const mchid of signersOf(merchants))
    for (let before = 1; before <= LIMITS.billDays; before += 1) {
      const key = { mchid, day: daysBefore(day, before) }
      const row = await bills.read(key)
      const bill = row && foundBill(key, row, since)
      if (bill) found.push(bill)
    }
  return found
}
