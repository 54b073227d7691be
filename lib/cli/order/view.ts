import { age } from '../../age.ts'
import { chinaTime } from '../../china-time.ts'
import { adviceOf } from '../../ledger/advice.ts'
import { type Refund, type Row, readRowKey } from '../../ledger/row.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { plainYuan } from '../../money.ts'
import { historyOf, nextOf } from '../../views/order-history.ts'
import { REFUND_STATUS, stateLabelOf } from '../../views/state-words.ts'
import type { Session } from '../session.ts'

/** Prints a row for a person: its state, who must act, what happened and who says so, and what comes next. */
export const tellRow = (row: Row, session: Session): void => {
  const { t, say, tell, paint, now } = session
  const { mchid, out_order_no } = readRowKey(row.pk)
  const { text, colour } = stateLabelOf(row)
  const { turn, ...advice } = adviceOf(row)
  const words = advice[session.locale]
  tell(`${paint('bold', out_order_no)}  ${t({ en: `merchant ${mchid}`, zh: `商户号 ${mchid}` })}`)
  const colon = t({ en: ': ', zh: ':' })
  tell(paint(colour, t(text)) + (words.meaning === t(text) ? '' : `${colon}${words.meaning}`), 2)
  const { en, zh } = TURNS[turn]
  tell(`→ ${turn === 'service' ? '' : `${t({ en: `the ${en}’s turn`, zh })}${colon}`}${words.next}`, 2)
  for (const [name, value] of factsOf(row, session)) tell(`  ${name}${colon}${value}`, 4)
  say('')
  const moment = (at: number, what: string) => tell(`${paint('dim', chinaTime(at))}  ${what}`, 21)
  for (const { at, what } of historyOf(row)) moment(at, t(what))
  const next = nextOf(row)
  if (!next) return
  const wait = next.at - now()
  const when =
    wait <= 0 ? { en: 'within a minute', zh: '一分钟内' } : { en: `in ${age(wait).en}`, zh: `${age(wait).zh}后` }
  moment(next.at, t({ en: `next, ${when.en}: ${next.what.en}`, zh: `下一步(${when.zh}):${next.what.zh}` }))
}

const factsOf = (row: Row, { t }: Session): readonly (readonly [string, string])[] => {
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t({ en: 'WeChat Pay’s order', zh: '微信支付服务订单号' }), row.order_id],
    [t({ en: 'shop', zh: '门店' }), row.shop_id],
    [t({ en: 'cashier', zh: '收银员' }), row.cashier_id],
    [t({ en: 'till’s reference', zh: '小票号' }), row.pos_ref],
    [t({ en: 'paid at the till', zh: '线下收款金额' }), inYuan(row.expected_amount, t)],
    [t({ en: 'charged by WeChat Pay', zh: '支付分扣款金额' }), inYuan(row.amount, t)],
    [t({ en: 'transaction to refund by', zh: '微信支付订单号(退款用)' }), row.transaction_id],
    ...(row.refunds ?? []).map((refund) => [t({ en: 'refund', zh: '商户退款单号' }), refundText(refund, t)] as const),
    [t(isCode(row.reason) ? { en: 'reason', zh: '原因代码' } : { en: 'reason', zh: '原因' }), row.reason],
    [t({ en: 'notices that contradict it', zh: '冲突通知数' }), row.conflicts?.toString()],
  ]
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined)
}

const refundText = ({ out_refund_no, status, refund_amount }: Refund, t: Session['t']): string =>
  [out_refund_no, t(REFUND_STATUS[status ?? 'unknown']), inYuan(refund_amount, t)].filter(Boolean).join(', ')

/** Whether a reason is one of our codes and not a person's text. */
const isCode = (reason = ''): boolean => /^[a-z_]+$/.test(reason)

const inYuan = (fen: number | undefined, t: Session['t']): string | undefined =>
  fen === undefined ? undefined : t({ en: `${plainYuan(fen)} yuan`, zh: `${plainYuan(fen)} 元` })
