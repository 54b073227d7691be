import { createHash } from 'node:crypto'
import { type BillRow, type BillTotals, type ColumnFamily, rowLine, totalsOf } from './bill-columns.ts'

/** Rows of payments that are in no history, so many that they are written and never held. */
export type Padding = PaddingMix & {
  readonly rows: number
  /** Who signs, and the day as yyyyMMdd. */
  readonly mchid: string
  readonly appid: string
  readonly day: string
}

/** Of each thousand rows; the others are ordinary payments, which no order of WeChat Pay Score is paid by. */
export type PaddingMix = {
  /** WeChat Pay Score's own debits, of orders that no ledger has. */
  readonly debits?: number
  /** Refunds of such debits. */
  readonly refunds?: number
}

const ROWS_OF_A_BLOCK = 1000
/** Stands where each block has its number. */
const MARK = 'BBBBBBB'
/** Stands where each row has an openid, all of which differ: else a bill would pack as no true one does. */
const OPENID = `o${'O'.repeat(27)}`
/** Far enough from one row's to the next that no packer sees what they share. */
const STRIDE = 7919
const POOL = Buffer.from(createHash('shake256', { outputLength: 49_152 }).update(OPENID).digest('base64url'))

const rowOf = ({ mchid, appid, day, debits = 0, refunds = 0 }: Padding, index: number): BillRow => {
  const place = `${MARK}${String(index).padStart(4, '0')}`
  const time = `${day}120000`
  const isDebit = index < debits + refunds
  const trade = {
    mchid,
    sub_mchid: undefined,
    appid,
    transaction_id: `42000000${day}0${place}`,
    out_trade_no: `${isDebit ? 'ZFF' : 'N'}${day}${place}`,
    trade_type: isDebit ? ('AUTH' as const) : ('NATIVE' as const),
    attach: isDebit ? `wxzff|1000000000${place}|N${day}${place}` : '',
    description: '购物',
    openid: OPENID,
    amount: 100,
    paid_time: time,
  }
  if (index >= refunds) return { trade, time }
  const refund = {
    trade,
    out_refund_no: `R${day}${place}`,
    refund_id: `50300000${day}${place}`,
    amount: 100,
    acceptedAt: 0,
    acceptedAs: 'PROCESSING' as const,
    status: 'PROCESSING' as const,
    succeededAt: undefined,
  }
  return { trade, refund, time }
}

const rowsOf = (padding: Padding, rows: number): readonly BillRow[] =>
  Array.from({ length: rows }, (_, index) => rowOf(padding, index))

export const paddingTotals = (padding: Padding): BillTotals => {
  const blocks = Math.floor(padding.rows / ROWS_OF_A_BLOCK)
  const block = totalsOf(rowsOf(padding, ROWS_OF_A_BLOCK))
  const last = totalsOf(rowsOf(padding, padding.rows % ROWS_OF_A_BLOCK))
  const of = (name: keyof BillTotals) => blocks * block[name] + last[name]
  return { count: of('count'), paid: of('paid'), back: of('back'), fee: of('fee') }
}

/** The lines in blocks. One block is made, and for each next one only the numbers in it are replaced. */
export const paddingPieces = function* (family: ColumnFamily, padding: Padding): Generator<Buffer> {
  const textOf = (rows: number) =>
    rowsOf(padding, rows)
      .map((row) => `${rowLine(family, row)}\r\n`)
      .join('')
  const block = Buffer.from(textOf(ROWS_OF_A_BLOCK))
  const places = placesOf(block, MARK)
  const openids = placesOf(block, OPENID)
  for (let at = 0; at < padding.rows; at += ROWS_OF_A_BLOCK) {
    const number = Buffer.from(String(at / ROWS_OF_A_BLOCK).padStart(MARK.length, '0'))
    for (const place of places) number.copy(block, place)
    for (const [index, place] of openids.entries()) {
      const from = ((at + index) * STRIDE) % (POOL.length - OPENID.length)
      POOL.copy(block, place + 1, from, from + OPENID.length - 1)
    }
    const rows = padding.rows - at
    const bytes = rows < ROWS_OF_A_BLOCK ? Buffer.byteLength(textOf(rows)) : block.length
    // A copy, since the block is written again while this one is on its way.
    yield Buffer.from(block.subarray(0, bytes))
  }
}

const placesOf = (block: Buffer, mark: string): readonly number[] => {
  const places: number[] = []
  for (let at = block.indexOf(mark); at >= 0; at = block.indexOf(mark, at + 1)) places.push(at)
  return places
}
