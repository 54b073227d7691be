import { OUT_ORDER_NO } from '../wechatpay/order-api.ts'
import { OUT_REFUND_NO } from '../wechatpay/refund-api.ts'
import type { Header } from './columns.ts'

/**
 * How sure it is which order a line means. `order`: WeChat Pay names the order in the line. `hint`: the number is our own
 * order's, or that of any ordinary payment with the same number. `transaction`: only a known transaction can tell.
 */
export type Match =
  | { readonly by: 'order'; readonly out_order_no: string; readonly order_id: string }
  | { readonly by: 'hint'; readonly out_order_no: string }
  | { readonly by: 'transaction' }

/** A line of a bill that may be about an order of the ledger. Holds nothing personal. */
export type Candidate = Match & {
  /** Who was paid: the ledger's mchid. */
  readonly mchid: string
  readonly transaction_id: string
  /** yyyyMMddHHmmss in China: of the payment, or of the moment when the refund was accepted. */
  readonly time: string
  /** Fen: what the customer was charged, or is to get back. */
  readonly amount: number
} & (
    | { readonly kind: 'charge' }
    | {
        readonly kind: 'refund'
        /** Without it nobody can ask about the refund. */
        readonly out_refund_no?: string
        readonly refund_id?: string
        /** As of the moment when it was accepted: the bill never tells more. */
        readonly refund_state: string
      }
  )

/** What a line is counted as; each is exactly one of these. */
export const LINE_KINDS = ['order', 'hint', 'refund', 'revoked', 'other', 'unknown'] as const
export type LineKind = (typeof LINE_KINDS)[number]

/** @param amount fen */
export const readCandidate = (
  fields: readonly string[],
  { at, subMchidAt }: Header,
  amount: number,
): { readonly counts: LineKind; readonly candidate?: Candidate } | { readonly column: string } => {
  const field = (index: number) => fields[index] ?? ''
  const trade_state = field(at.trade_state)
  if (trade_state === 'REVOKED') return { counts: 'revoked' }
  if (trade_state !== 'SUCCESS' && trade_state !== 'REFUND') return { counts: 'unknown' }
  const isRefund = trade_state === 'REFUND'
  const match = matchOf(field(at.trade_type), field(at.attach), field(at.out_trade_no))
  if (!match && !isRefund) return { counts: 'other' }

  const transaction_id = field(at.transaction_id)
  if (!/^[0-9A-Za-z_-]{1,64}$/.test(transaction_id)) return { column: '微信订单号' }
  const mchid = numberOf(subMchidAt === undefined ? '' : field(subMchidAt)) ?? field(at.mchid)
  if (!/^\d{1,32}$/.test(mchid)) return { column: '商户号' }
  const time = TIME.exec(field(at.time))?.slice(1).join('')
  if (time === undefined) return { column: '交易时间' }

  const trade = { ...(match ?? { by: 'transaction' }), mchid, transaction_id, time, amount } as const
  if (!isRefund) return { counts: trade.by === 'order' ? 'order' : 'hint', candidate: { ...trade, kind: 'charge' } }
  const out_refund_no = numberOf(field(at.out_refund_no))
  const refund_id = numberOf(field(at.refund_id))
  const refund_state = /^[A-Z_]{0,32}$/.exec(field(at.refund_state))?.[0] ?? ''
  const numbers = {
    ...(out_refund_no !== undefined && OUT_REFUND_NO.test(out_refund_no) && { out_refund_no }),
    ...(refund_id !== undefined && /^[0-9A-Za-z_-]{1,64}$/.test(refund_id) && { refund_id }),
  }
  return { counts: 'refund', candidate: { ...trade, kind: 'refund', ...numbers, refund_state } }
}

const TIME = /^(\d{4})-(\d\d)-(\d\d) +(\d\d):(\d\d):(\d\d)$/

/** A bill writes 0, or nothing, where there is no number. */
const numberOf = (text: string): string | undefined => (text === '' || text === '0' ? undefined : text)

/** An automatic debit names the order in 商户数据包; what is paid by hand, as whatever else is, has our number. */
const matchOf = (trade_type: string, attach: string, out_trade_no: string): Match | undefined => {
  if (trade_type === 'AUTH') return readAttach(attach)
  return trade_type === 'JSAPI' && OUT_ORDER_NO.test(out_trade_no)
    ? { by: 'hint', out_order_no: out_trade_no }
    : undefined
}

/** `wxzff|order_id|out_order_no`, of which the last may itself hold `|`. */
const readAttach = (attach: string): Match | undefined => {
  const [, order_id = '', out_order_no = ''] = /^wxzff\|([^|]{1,64})\|(.+)$/.exec(attach) ?? []
  return OUT_ORDER_NO.test(out_order_no) ? { by: 'order', out_order_no, order_id } : undefined
}
