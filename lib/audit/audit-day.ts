import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BillClaim, BillKey, BillLog, BillOutcome, BillRecord } from '../aws/bill-log.ts'
import type { Bucket } from '../aws/bucket.ts'
import type { EvidenceStore } from '../aws/evidence-store.ts'
import { classifyDay, isDamage, isRefundMissing, isRefundUrgent } from '../bill/classify.ts'
import { chinaDay, daysBefore, formatChinaTime } from '../china-time.ts'
import { type Served, signerOfMerchant } from '../config/served.ts'
import { keepBillAnswer } from '../evidence/bill-answer.ts'
import { type BookRow, isOpenStatus, readRowKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import { isScheduledAgain } from './bill-day.ts'
import { type CompareDeps, type ComparedBill, compareBill } from './compare-bill.ts'
import { type DayReport, type DayReportFiles, openDayReport } from './day-report.ts'
import { type FetchDeps, type FetchedBill, fetchBill } from './fetch-bill.ts'
import { caseDay, FOUND_CLASS_NAMES, type Found, type FoundClass, paidDay } from './found.ts'

export type AuditDeps = FetchDeps &
  CompareDeps & {
    readonly bills: BillLog
    readonly merchants: Served
    readonly objects: Pick<Bucket, 'put' | 'putFile'>
    readonly evidence: Pick<EvidenceStore, 'putOnce'>
    /** Each run makes its own folder here. */
    readonly scratch: string
  }

/** `isNew`: refunds that are missing were not told of today before. */
export type AuditedDay =
  | ({ readonly kind: 'audited'; readonly isNew: boolean; readonly isConfig: boolean } & DayReport)
  | ({ readonly kind: 'not claimed' | 'fenced' } & BillKey)

/** How much of what was found is kept in memory, for the page and the reply. */
const FIRST_MOST = 200

/**
 * Compares the bill of one day with the ledger. Nothing of it is acted on before it agreed; a run that ends in the middle
 * is done again from the beginning, and whatever it did may be done twice.
 * @param key whose `mchid` is the signer's
 */
export const auditDay = async (key: BillKey, again: boolean, deps: AuditDeps): Promise<AuditedDay> => {
  const claim = await deps.bills.claim(key, deps.now(), again)
  if (!claim) return { kind: 'not claimed', ...key }
  const folder = await mkdtemp(join(deps.scratch, 'bill-'))
  const report = openDayReport(key, folder, deps.objects)
  try {
    const spool = join(folder, 'spool')
    return await auditClaimed(claim, await fetchBill(key, spool, deps), spool, report, deps)
  } finally {
    await report.drop()
    await rm(folder, { recursive: true, force: true })
  }
}

const auditClaimed = async (
  claim: BillClaim,
  fetched: FetchedBill,
  spool: string,
  files: DayReportFiles,
  deps: AuditDeps,
): Promise<AuditedDay> => {
  const { key } = claim
  const tally = createTally(files)
  const compared = await compareFetched(claim, fetched, spool, tally, deps)
  if (compared === 'fenced') return { kind: 'fenced', ...key }
  const { known, missing } = await readCases(key, tally.refunded, deps)
  for (const found of missing) await tally.add(found)

  const report = reportOf(claim, fetched, compared, known, tally, deps.now())
  const today = chinaDay(report.made_at)
  const isNew = report.outcome !== 'waiting' && missing.length > 0 && claim.row.told !== today
  // A day that was done, or compared, stays so when a further run cannot have the bill.
  const isWorse = (claim.row.done || wasCompared(claim)) && !compared && report.outcome !== claim.row.outcome
  if (report.outcome !== 'waiting' && !isWorse) await files.upload(report)
  const answer = fetched.verdict.signedResponse
  const evidence = answer && (await keepBillAnswer(key, answer, deps.evidence))
  const isRecorded = await deps.bills.record(claim, {
    ...(isWorse ? {} : recordOf(report, fetched, compared)),
    ...(report.reason !== undefined && { reason: report.reason }),
    ...(evidence !== undefined && { evidence }),
    ...(isNew && { told: today }),
  })
  if (!isRecorded) return { kind: 'fenced', ...key }
  return { kind: 'audited', isNew, isConfig: fetched.verdict.kind === 'config', ...report }
}

/** Undefined where the bill did not agree; `fenced` where another run has claimed the day meanwhile. */
const compareFetched = async (
  claim: BillClaim,
  { reading, sha1 }: FetchedBill,
  spool: string,
  tally: Tally,
  deps: AuditDeps,
): Promise<ComparedBill | 'fenced' | undefined> => {
  if (!reading?.agreed || sha1 === undefined) return undefined
  const agreedAt = await deps.bills.agreed(claim, deps.now(), sha1)
  if (agreedAt === undefined) return 'fenced'
  const { day, mchid: signer } = claim.key
  const isOurs = isSignedBy(signer, deps)
  return compareBill({ day, bill: reading.bill, spool, agreedAt, signer, isOurs }, tally.add, deps)
}

/** The bill agreed in an earlier run, and it is to be compared once more. */
const wasCompared = ({ row }: BillClaim): boolean => row.outcome === 'asked'

const reportOf = (
  claim: BillClaim,
  fetched: FetchedBill,
  compared: ComparedBill | undefined,
  knownCharges: number,
  { classes, first }: Tally,
  now: number,
): DayReport => {
  const { verdict, reading } = fetched
  const reason = reasonOf(fetched)
  const day = { verdict: verdict.kind, ...(reading && { reading }), knownCharges, now: formatChinaTime(now) }
  const without = wasCompared(claim) ? undefined : classifyDay(day)
  return {
    ...claim.key,
    outcome: compared ? outcomeOf(compared, claim.key, now) : (without ?? 'waiting'),
    ...(reason !== undefined && { reason }),
    made_at: now,
    ...(reading?.agreed && { facts: reading.bill }),
    classes,
    plain: compared?.classes.plain ?? 0,
    first,
  }
}

const recordOf = (
  { outcome, facts }: DayReport,
  fetched: FetchedBill,
  compared: ComparedBill | undefined,
): BillRecord => ({
  outcome,
  ...(isDone(outcome, fetched) && { done: true }),
  ...(compared && { classes: compared.classes }),
  ...(facts && { counts: { ...facts.counts, rows: facts.rows } }),
})

/** Whether an order may stand in a signer's bill, also of a merchant that takes no new ones. */
const isSignedBy =
  (signer: string, { merchants }: AuditDeps) =>
  (mchid: string): boolean => {
    const merchant = merchants.get(mchid)
    return merchant !== undefined && signerOfMerchant(merchant) === signer
  }

/** The schedule's last run of a day is its end; an operator may ask for an older day until it agrees. */
const outcomeOf = ({ looksAgain }: ComparedBill, { day }: BillKey, now: number): BillOutcome => {
  const isOlder = day < daysBefore(chinaDay(now), LIMITS.billDays)
  return looksAgain && (isOlder || isScheduledAgain(day, now)) ? 'asked' : 'agreed'
}

/** What no further run of the schedule can make better. */
const isDone = (outcome: BillOutcome, { reading }: FetchedBill): boolean => {
  if (outcome === 'agreed' || outcome === 'no_bill' || outcome === 'no_bill_but_charged') return true
  return reading?.agreed === false && !isDamage(reading)
}

/** Codes, numbers and names of columns: nothing of a line. */
const reasonOf = ({ verdict, reading, undelivered }: FetchedBill): string | undefined => {
  if (reading?.agreed) return undefined
  if (reading) {
    const { reason, ...where } = reading.refusal
    return [reason, ...Object.entries(where).map(([name, value]) => `${name} ${value}`)].join(', ')
  }
  if (undelivered !== undefined) return `download: ${undelivered}`
  return verdict.kind === 'none' ? undefined : [verdict.kind, verdict.code].filter(Boolean).join(': ')
}

/**
 * Of the open cases: how many were charged on that day, and those whose refund is to be told of as missing, which is done
 * with the newest bill.
 */
const readCases = async (
  { day, mchid: signer }: BillKey,
  refunded: ReadonlySet<string>,
  { actions, now }: AuditDeps,
): Promise<{ readonly known: number; readonly missing: readonly Found[] }> => {
  const today = chinaDay(now())
  const isNewest = day === daysBefore(today, 1)
  const missing: Found[] = []
  let known = 0
  for await (const row of actions.openCases(signer)) {
    const time = paidDay(row)
    if (time === day) known += 1
    if (!isNewest || refunded.has(row.pk) || isBeingRefunded(row, isRefundUrgent(time, today))) continue
    if (!isRefundMissing({ known: caseDay(row), paid: time }, today)) continue
    const { state, transaction_id, amount, shop_id } = row
    missing.push({
      class: 'refund_missing',
      ...readRowKey(row.pk),
      state,
      ...(transaction_id !== undefined && { transaction_id }),
      ...(amount !== undefined && { amount }),
      ...(shop_id !== undefined && { shop_id }),
      time,
    })
  }
  return { known, missing }
}

/** A refund is asked about until it has ended. One of a part leaves the case open, and the rest is waited for. */
const isBeingRefunded = ({ refunds = [] }: Pick<BookRow, 'refunds'>, isUrgent: boolean): boolean =>
  refunds.some(({ status }) => isOpenStatus(status) || (status === 'refunded' && !isUrgent))

type Tally = ReturnType<typeof createTally>

const createTally = (files: DayReportFiles) => {
  const classes = Object.fromEntries(FOUND_CLASS_NAMES.map((name) => [name, 0])) as Record<FoundClass, number>
  const first: Found[] = []
  /** Keys of cases of which the bill has a refund. */
  const refunded = new Set<string>()
  const add = async (found: Found): Promise<void> => {
    classes[found.class] += 1
    if (first.length < FIRST_MOST) first.push(found)
    if (found.class === 'refunded') refunded.add(`${found.mchid}#${found.out_order_no}`)
    await files.found(found)
  }
  return { add, classes, first, refunded }
}
