import { join } from 'node:path'
import type { BillKey, BillOutcome } from '../aws/bill-log.ts'
import type { Bucket } from '../aws/bucket.ts'
import type { BillFacts } from '../bill/bill-text.ts'
import { readableTime } from '../china-time.ts'
import { type Column, CSV_BEGIN, headerOf, rowOf, yuanCell } from '../statements/report/report-csv.ts'
import { openTextFile } from '../text-file.ts'
import { adviceMembers, isoTime } from '../views/order-view.ts'
import { dayPage } from './day-page.ts'
import { FOUND_CLASSES, type Found, type FoundClass } from './found.ts'

/** What a run made of a day's bill. */
export type DayReport = BillKey & {
  readonly outcome: BillOutcome
  readonly reason?: string
  /** ms */
  readonly made_at: number
  /** Of a bill that agreed. */
  readonly facts?: Pick<BillFacts, 'rows' | 'counts' | 'sums'>
  readonly classes: Readonly<Record<FoundClass, number>>
  /** Lines that concern no offline payment. */
  readonly plain: number
  /** The first of what was found; all of it is in the CSV and the JSON. */
  readonly first: readonly Found[]
}

/** What is found is written line by line to local files, and uploaded when it is complete. */
export type DayReportFiles = {
  readonly found: (found: Found) => Promise<void>
  readonly upload: (report: DayReport) => Promise<void>
  /** Closes the local files, also after an error. */
  readonly drop: () => Promise<void>
}

/** `bills/MCHID/DAY.ending` */
export const dayReportKey = ({ mchid, day }: BillKey, ending: 'html' | 'csv' | 'json'): string =>
  `bills/${mchid}/${day}.${ending}`

export const openDayReport = (
  key: BillKey,
  folder: string,
  objects: Pick<Bucket, 'put' | 'putFile'>,
): DayReportFiles => {
  const files = { csv: join(folder, 'found.csv'), json: join(folder, 'found.json') }
  const csv = openTextFile(files.csv, CSV_BEGIN + headerOf(COLUMNS))
  const json = openTextFile(files.json, '{"entries":[\n')
  let isFirst = true

  const found: DayReportFiles['found'] = async (one) => {
    await csv.write(rowOf(COLUMNS, one))
    await json.write(`${isFirst ? '' : ',\n'}${JSON.stringify(foundEntry(one))}`)
    isFirst = false
  }

  const upload: DayReportFiles['upload'] = async (report) => {
    await json.write(`\n],"summary":${JSON.stringify(daySummary(report))}}\n`)
    await Promise.all([csv.end(), json.end()])
    await objects.putFile(dayReportKey(key, 'csv'), files.csv, 'text/csv; charset=utf-8')
    await objects.put(dayReportKey(key, 'html'), dayPage(report), 'text/html; charset=utf-8')
    await objects.putFile(dayReportKey(key, 'json'), files.json, 'application/json')
  }

  const drop = async () => {
    await Promise.all([csv.drop(), json.drop()])
  }
  return { found, upload, drop }
}

/** For programs: the totals of a day. */
export const daySummary = ({ mchid, day, outcome, reason, made_at, facts, classes, plain }: DayReport) => ({
  mchid,
  day,
  outcome,
  ...(reason !== undefined && { reason }),
  made_at: isoTime(made_at),
  ...(facts && { rows: facts.rows, lines: facts.counts, sums: facts.sums }),
  classes: { ...classes, plain },
})

/** What was found, with its meaning and its next step. */
export const foundEntry = (found: Found) => ({ ...found, ...adviceMembers(FOUND_CLASSES[found.class]) })

const COLUMNS: readonly Column<Found>[] = [
  ['分类', 'class', ({ class: name }) => name],
  ['商户号', 'mchid', ({ mchid }) => mchid],
  ['商户服务订单号', 'out_order_no', ({ out_order_no }) => out_order_no],
  ['状态', 'state', ({ state }) => state],
  ['微信支付订单号', 'transaction_id', ({ transaction_id }) => transaction_id],
  ['商户退款单号', 'out_refund_no', ({ out_refund_no }) => out_refund_no],
  ['金额(元)', 'amount_yuan', ({ amount }) => yuanCell(amount)],
  ['时间', 'time', ({ time }) => readableTime(time)],
  ['门店', 'shop_id', ({ shop_id }) => shop_id],
  ['含义', 'meaning_zh', ({ class: name }) => FOUND_CLASSES[name].zh.meaning],
  ['下一步', 'next_step_zh', ({ class: name }) => FOUND_CLASSES[name].zh.next],
  ['', 'meaning', ({ class: name }) => FOUND_CLASSES[name].en.meaning],
  ['', 'next_step', ({ class: name }) => FOUND_CLASSES[name].en.next],
]
