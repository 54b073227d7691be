import { type BillRow, type BillTotals, type ColumnFamily, rowLine, totalsOf } from './bill-columns.ts'

/** Rows of ordinary payments that are in no history, so many that they are written and never held. */
export type Padding = {
  readonly rows: number
  /** Who signs, and the day as yyyyMMdd. */
  readonly mchid: string
  readonly appid: string
  readonly day: string
}

const ROWS_OF_A_BLOCK = 1000
/** Stands where each block has its number. */
const MARK = 'BBBBBBB'

/** NATIVE, which no order of WeChat Pay Score is paid by. */
const rowOf = ({ mchid, appid, day }: Padding, place: string): BillRow => ({
  trade: {
    mchid,
    sub_mchid: undefined,
    appid,
    transaction_id: `42000000${day}0${MARK}${place}`,
    out_trade_no: `N${day}${MARK}${place}`,
    trade_type: 'NATIVE',
    attach: '',
    description: '购物',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    amount: 100,
    paid_time: `${day}120000`,
  },
  time: `${day}120000`,
})

export const paddingTotals = (padding: Padding): BillTotals => {
  const one = totalsOf([rowOf(padding, '0000')])
  const { rows } = padding
  return { count: rows, paid: rows * one.paid, back: rows * one.back, fee: rows * one.fee }
}

/** The lines in blocks. One block is made, and for each next one only the numbers in it are replaced. */
export const paddingPieces = function* (family: ColumnFamily, padding: Padding): Generator<Buffer> {
  const line = (index: number) => `${rowLine(family, rowOf(padding, String(index).padStart(4, '0')))}\r\n`
  const block = Buffer.from(Array.from({ length: ROWS_OF_A_BLOCK }, (_, index) => line(index)).join(''))
  const places = placesOf(block)
  for (let at = 0; at < padding.rows; at += ROWS_OF_A_BLOCK) {
    const number = Buffer.from(String(at / ROWS_OF_A_BLOCK).padStart(MARK.length, '0'))
    for (const place of places) number.copy(block, place)
    const rows = Math.min(ROWS_OF_A_BLOCK, padding.rows - at)
    // All lines are equally long. A copy, since the block is written again while this one is on its way.
    yield Buffer.from(block.subarray(0, (block.length / ROWS_OF_A_BLOCK) * rows))
  }
}

const placesOf = (block: Buffer): readonly number[] => {
  const places: number[] = []
  for (let at = block.indexOf(MARK); at >= 0; at = block.indexOf(MARK, at + 1)) places.push(at)
  return places
}
