import { randomBytes } from 'node:crypto'
import { type Answer, done, refused } from './answer.ts'
import type { BillRow, ShownColumns } from './bill-columns.ts'
import { type BillFile, billPieces, createMeasure, firstBytes } from './bill-file.ts'
import type { PaddingMix } from './bill-padding.ts'
import type { BillRequest } from './bill-rules.ts'
import type { Merchant } from './merchants.ts'
import { DOWNLOAD_PATH } from './order-apis.ts'
import { chinaTime } from './paid-time.ts'
import { createPlans } from './plans.ts'
import type { Refunds } from './refunds.ts'
import type { Trade, Trades } from './trades.ts'

/** What can be wrong with the next bill that is asked for, or with the download of it. */
export type BillFault =
  | 'late' // STATEMENT_CREATING, at whatever hour
  | 'none' // NO_STATEMENT_EXIST, whatever was traded
  | 'wrong-hash' // that of another text
  | 'wrong-sums' // the summary says one fen more; the hash is right
  | 'old-columns' // no fault, but the columns of old
  | 'foreign-url' // to be fetched from a host that is not WeChat Pay's
  | 'expired-url' // five minutes old already
  | 'redirect' // the download answers with another host
  | 'cut' // the connection is reset in the middle of the text
  | 'short' // the text ends in the middle, as if it were whole

export type BillFaultPlan = {
  /** Whose bills; by default everybody's. */
  readonly mchid?: string
  /** How many bills, by default 1. */
  readonly times?: number
}

/** The bytes of a bill, written while they are sent. */
export type Download = {
  readonly pieces: () => Iterable<Buffer> | AsyncIterable<Buffer>
  readonly gzip: boolean
  /** Whether the connection is reset after the last piece. */
  readonly reset: boolean
}

export type Bills = {
  /** The answer to a request for a bill: where it is for five minutes, and its hash. */
  readonly ask: (merchant: Merchant, request: BillRequest) => Answer
  readonly download: (merchant: Merchant, token: string) => Answer
  readonly fault: (fault: BillFault, plan?: BillFaultPlan) => () => void
  readonly behave: () => void
  /** So many rows of payments that are in no history come before the rows of each bill. */
  readonly pad: (rows: number, mix?: PaddingMix) => void
  /** From now on the rows of a trade, and those of its refunds, show this; the sums are not changed by it. */
  readonly show: (of: Show | undefined) => void
  /** Makes the padding of a day's bill, as WeChat Pay makes bills at night: a long one takes longer than a caller waits. */
  readonly make: (merchant: Merchant, day: string) => void
  /** Is awaited before each piece of a download, with the bytes of the text so far. */
  readonly pace: (wait: Pace | undefined) => void
}

export type Show = (trade: Trade) => ShownColumns

export type Pace = (bytes: number) => Promise<void> | undefined

type Ticket = { readonly mchid: string; readonly until: number; readonly answer: Answer }

const URL_LIVES_MS = 300_000
const FOREIGN = 'https://bills.example'

export const createBills = (parts: {
  readonly trades: Trades
  readonly refunds: Refunds
  readonly now: () => number
  readonly origin: () => string
}): Bills => {
  const { trades, refunds, now, origin } = parts
  const tickets = new Map<string, Ticket>()
  const faults = createPlans<BillFault>()
  const measure = createMeasure()
  let padding: PaddingMix & { readonly rows: number } = { rows: 0 }
  let pace: Pace | undefined
  let show: Show | undefined

  const rowsOf = ({ mchid }: Merchant, { day, type, sub_mchid }: BillRequest): readonly BillRow[] => {
    const paid: BillRow[] = trades.all().map((trade) => ({ trade, time: trade.paid_time }))
    const back = refunds
      .all()
      .map((refund): BillRow => ({ trade: refund.trade, refund, time: chinaTime(refund.acceptedAt) }))
    return [...(type === 'REFUND' ? [] : paid), ...(type === 'SUCCESS' ? [] : back)]
      .filter(({ trade }) => trade.mchid === mchid && (sub_mchid === undefined || trade.sub_mchid === sub_mchid))
      .filter(({ time }) => time.startsWith(day))
      .sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
      .map((row) => (show ? { ...row, shows: show(row.trade) } : row))
  }

  const fileOf = (
    { mchid, services }: Merchant,
    { day }: Pick<BillRequest, 'day'>,
    rows: readonly BillRow[],
    fault?: BillFault,
  ): BillFile => {
    const [appid = ''] = services.values()
    return {
      family: fault === 'old-columns' ? 'old' : 'today',
      rows,
      padding: { ...padding, mchid, appid, day },
      wrongSums: fault === 'wrong-sums',
    }
  }

  const ticketFor = (mchid: string, lifeMs: number, answer: Answer): string => {
    for (const [token, { until }] of tickets) if (until <= now()) tickets.delete(token)
    const token = randomBytes(24).toString('base64url')
    tickets.set(token, { mchid, until: now() + lifeMs, answer })
    return token
  }

  const ask = (merchant: Merchant, request: BillRequest): Answer => {
    const { mchid } = merchant
    const fault = faults.draw({ kind: 'bill', mchid, out_order_no: '' })
    const rows = rowsOf(merchant, request)
    if (fault === 'late') return refused('statement-creating')
    if (fault === 'none' || rows.length + padding.rows === 0) return refused('statement-not-exist')
    const file = fileOf(merchant, request, rows, fault)
    const { sha1, bytes } = measure(file)
    const lifeMs = fault === 'expired-url' ? 0 : URL_LIVES_MS
    const token = ticketFor(mchid, lifeMs, downloadAnswer(file, request.gzip, bytes, fault, pace))
    return done({
      hash_type: 'SHA1',
      hash_value: fault === 'wrong-hash' ? sha1.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) : sha1,
      download_url: `${fault === 'foreign-url' ? FOREIGN : origin()}${DOWNLOAD_PATH}?token=${token}`,
    })
  }

  return {
    ask,
    download: ({ mchid }, token) => {
      const ticket = tickets.get(token)
      if (ticket === undefined || ticket.until <= now()) return refused('download-url-old')
      return ticket.mchid === mchid ? ticket.answer : refused('no-auth')
    },
    fault: (fault, { mchid, times = 1 } = {}) => faults.add({ ...(mchid && { mchid }) }, times, () => fault),
    behave: faults.clear,
    pad: (rows, mix) => {
      padding = { rows, ...mix }
    },
    show: (of) => {
      show = of
    },
    make: (merchant, day) => void measure(fileOf(merchant, { day }, [])),
    pace: (wait) => {
      pace = wait
    },
  }
}

const downloadAnswer = (
  file: BillFile,
  gzip: boolean,
  bytes: number,
  fault: BillFault | undefined,
  pace: Pace | undefined,
): Answer => {
  const base = { body: '', number: 0, signed: false }
  if (fault === 'redirect') return { ...base, status: 302, location: `${FOREIGN}${DOWNLOAD_PATH}?token=moved` }
  const isCut = fault === 'cut' || fault === 'short'
  const whole = () => (isCut ? firstBytes(billPieces(file), Math.floor(bytes / 2)) : billPieces(file))
  const pieces = () => (pace ? paced(whole(), pace) : whole())
  const download = { pieces, gzip, reset: fault === 'cut' }
  return { ...base, status: 200, contentType: 'application/octet-stream', download }
}

const paced = async function* (pieces: Iterable<Buffer>, pace: Pace): AsyncGenerator<Buffer> {
  let bytes = 0
  for (const piece of pieces) {
    await pace(bytes)
    yield piece
    bytes += piece.length
  }
}
