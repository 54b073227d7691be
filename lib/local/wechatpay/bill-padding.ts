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
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
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
  const places = placesOf(block)
  for (let at = 0; at < padding.rows; at += ROWS_OF_A_BLOCK) {
    const number = Buffer.from(String(at / ROWS_OF_A_BLOCK).padStart(MARK.length, '0'))
    for (const place of places) number.copy(block, place)
    const rows = padding.rows - at
    const bytes = rows < ROWS_OF_A_BLOCK ? Buffer.byteLength(textOf(rows)) : block.length
    // A copy, since the block is written again while this one is on its way.
    yield Buffer.from(block.subarray(0, bytes))
  }
}

const placesOf = (block: Buffer): readonly number[] => {
  const places: number[] = []
  for (let at = block.indexOf(MARK); at >= 0; at = block.indexOf(MARK, at + 1)) places.push(at)
  return places
}
