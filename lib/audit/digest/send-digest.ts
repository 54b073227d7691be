import type { BillLog } from '../../aws/bill-log.ts'
import type { Bucket } from '../../aws/bucket.ts'
import type { EventBus } from '../../aws/event-bus.ts'
import type { LedgerReader } from '../../aws/ledger-reader.ts'
import type { SilentLog } from '../../aws/silent-log.ts'
import type { Topic } from '../../aws/topic.ts'
import { chinaDay, chinaTimeMs, daysBefore } from '../../china-time.ts'
import { providersOf, type Served, signersOf } from '../../config/served.ts'
import { UnavailableError } from '../../errors.ts'
import { LIMITS } from '../../limits.ts'
import type { BillActions } from '../../operations/bill-actions.ts'
import type { OperationResult } from '../../operations/result.ts'
import { silentKey } from '../../statements/statement-key.ts'
import { casePage, casePageKey, caseTable } from './case-page.ts'
import { type Digest, digestOf, type FoundBill, foundBill, isEmpty, type SilentShops } from './digest.ts'
import { digestEvent } from './digest-event.ts'
import { digestMail } from './digest-text.ts'
import { type OpenCase, oldestFirst, openCaseOf } from './open-case.ts'
import { readTroubledShops, type TroubledShop, troubledShopsKey, troubledShopsTable } from './troubled-shops.ts'

export type DigestDeps = {
  readonly bills: Pick<BillLog, 'claim' | 'read' | 'record'>
  readonly actions: Pick<BillActions, 'openCases'>
  readonly reader: Pick<LedgerReader, 'waiting' | 'readMany'>
  readonly silent: Pick<SilentLog, 'read'>
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
 * Tells people once a day which double charges are not settled, and which sub-merchants WeChat Pay refuses: a page for
 * each merchant, one event for the robot, one mail. A day that was told is not told again, unless it is to be `again`. The mail comes last, so that only a run that
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
    ...resultOf({
      via: 'digest',
      day,
      sent: isSent,
      open,
      amount,
      oldest_days,
      bills: digest.bills.length,
      shops: digest.shops.length,
      silent: digest.silent.reduce((sum, one) => sum + one.silent, 0),
    }),
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
  const shops = await readShops(day, deps)
  for (const [provider, own] of Map.groupBy(shops, (shop) => shop.provider)) {
    const key = troubledShopsKey(provider, day)
    await deps.objects.put(key, troubledShopsTable(own), 'text/csv; charset=utf-8')
    pages.push(`s3://${deps.bucket}/${key}`)
  }
  const silent = await readSilent(day, deps)
  for (const { provider } of silent) pages.push(`s3://${deps.bucket}/${silentKey(provider, 'html')}`)
  return digestOf(oldestFirst(all), { day, made_at, bills: await readFoundBills(day, deps), shops, silent, pages })
}

/** As found this morning; a provider that was not looked at today is not told of. */
const readSilent = async (day: string, { merchants, silent }: DigestDeps): Promise<readonly SilentShops[]> => {
  const all: SilentShops[] = []
  for (const provider of providersOf(merchants)) {
    const found = await silent.read(provider)
    if (found?.day !== day || found.silent === 0) continue
    all.push({ provider, expected: found.expected, silent: found.silent, newly: found.newly })
  }
  return all
}

/** Of all providers, those with most orders first. */
const readShops = async (day: string, deps: DigestDeps): Promise<readonly TroubledShop[]> => {
  const shops: TroubledShop[] = []
  for (const provider of providersOf(deps.merchants))
    shops.push(...(await readTroubledShops(provider, lastMail(day), deps)))
  return shops.sort((a, b) => b.orders - a.orders)
}

/** When the mail before that of this day was made (ms). */
const lastMail = (day: string): number => chinaTimeMs(`${daysBefore(day, 1)}${TOLD_AT}`)

const readOpenCases = async (signer: string, day: string, { actions }: DigestDeps): Promise<readonly OpenCase[]> => {
  const cases: OpenCase[] = []
  for await (const row of actions.openCases(signer)) cases.push(openCaseOf(row, day))
  return oldestFirst(cases)
}

const readFoundBills = async (day: string, { bills, merchants }: DigestDeps): Promise<readonly FoundBill[]> => {
  const since = lastMail(day)
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
