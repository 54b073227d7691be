import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Bucket } from '../../aws/bucket.ts'
import { daysBetween, readableTime } from '../../china-time.ts'
import { openTextFile } from '../../text-file.ts'
import { type Column, CSV_BEGIN, headerOf, rowOf } from '../report/report-csv.ts'
import { silentKey } from '../statement-key.ts'

/** What is known of a sub-merchant that should send payments. Days are yyyyMMdd in China; '' where there is none. */
export type Sender = {
  readonly mchid: string
  /** The day of its last payment that the ledger has. */
  readonly last: string
  /** The day on which the ledger was last looked through for one. */
  readonly looked: string
}

/** A sender of which it is known whether it is silent. */
export type Judged = Sender & { readonly isSilent: boolean; readonly days?: number }

const COLUMNS: readonly Column<Judged>[] = [
  ['特约商户号', 'sub_mchid', ({ mchid }) => mchid],
  ['最近收款日', 'last_paid', ({ last }) => readableTime(last)],
  ['查至', 'looked_on', ({ looked }) => readableTime(looked)],
  ['天数', 'days', ({ days }) => days],
  [
    '无上报',
    'silent',
    ({ isSilent, looked }) => (looked === '' ? '未查 not looked at' : isSilent ? '是 yes' : '否 no'),
  ],
]

/** @param since the first day whose payments keep a sub-merchant from being silent */
export const judge = (sender: Sender, today: string, since: string): Judged => ({
  ...sender,
  isSilent: sender.looked !== '' && sender.last < since,
  ...(sender.last !== '' && { days: daysBetween(sender.last, today) }),
})

/** Far more than a hundred thousand lines. */
const BYTES_MOST = 64 * 1024 * 1024

/** Reads what the last look found; nothing before the first one. */
export const readSenders = async (
  provider: string,
  file: string,
  objects: Pick<Bucket, 'fetch'>,
): Promise<Map<string, Sender>> => {
  const senders = new Map<string, Sender>()
  const fetched = await objects.fetch(silentKey(provider, 'csv'), file, BYTES_MOST)
  if (!fetched || fetched.size > BYTES_MOST) return senders
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const sender = readSender(line)
    if (sender) senders.set(sender.mchid, sender)
  }
  return senders
}

/** Reads a line of the table; undefined for its header. */
export const readSender = (line: string): Sender | undefined => {
  // The backtick keeps a spreadsheet from rounding a long number.
  const [, mchid, last = '', looked = ''] = /^`?(\d{1,32}),([\d-]*),([\d-]*),/.exec(line) ?? []
  if (mchid === undefined) return undefined
  return { mchid, last: last.replaceAll('-', ''), looked: looked.replaceAll('-', '') }
}

/** Writes the table: who is silent first, the longest first. */
export const writeSenders = async (file: string, senders: readonly Judged[]): Promise<void> => {
  const csv = openTextFile(file, CSV_BEGIN + headerOf(COLUMNS))
  try {
    for (const sender of senders) await csv.write(rowOf(COLUMNS, sender))
    await csv.end()
  } finally {
    await csv.drop()
  }
}

/** Silent ones first; then the longest silent first. */
export const inOrder = (a: Judged, b: Judged): number =>
  Number(b.isSilent) - Number(a.isSilent) || compare(a.last, b.last) || compare(a.mchid, b.mchid)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
