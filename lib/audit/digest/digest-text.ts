import type { Mail } from '../../aws/topic.ts'
import { chinaTime, readableTime } from '../../china-time.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { count, yuan } from '../../money.ts'
import type { Text } from '../../two-languages.ts'
import { REFUND_STATUS } from '../../views/state-words.ts'
import { outcomeText } from '../day-page.ts'
import { FOUND_CLASSES } from '../found.ts'
import type { Digest, FoundBill } from './digest.ts'
import { byAdvice, type CaseTotals, type OpenCase } from './open-case.ts'

/** How many pages and bills a mail names; more merchants than that do not read them one by one. */
const NAMED_MOST = 50

/** The mail, in Chinese and English, in plain text. The subject is ASCII, since not every region's SNS takes more. */
export const digestMail = (digest: Digest): Mail => ({
  subject: subjectOf(digest),
  text: `${linesOf(digest).join('\n')}\n`,
})

const subjectOf = ({ totals, bills }: Digest): string =>
  totals.open > 0
    ? `payscore-sync: ${cases(totals.open)} not settled, oldest ${totals.oldest_days}d`
    : `payscore-sync: ${bills.length === 1 ? '1 trade bill' : `${count(bills.length)} trade bills`} to look at, nothing open`

const linesOf = ({ made_at, totals, first, bills, pages }: Digest): readonly string[] => {
  const { zh, en } = totalsText(totals)
  const more = totals.open - first.length
  return [
    `${zh}(${chinaTime(made_at)},北京时间)`,
    `${en} (${chinaTime(made_at)}, China)`,
    ...byAdvice(first).flatMap(([{ turn, zh, en }, some]) => [
      '',
      `【${TURNS[turn].zh} ${TURNS[turn].en}】${zh.meaning}`,
      en.meaning,
      `下一步:${zh.next}`,
      `Next: ${en.next}`,
      ...some.map((one) => `- ${caseText(one)}`),
    ]),
    ...(more > 0 ? ['', `另有 ${count(more)} 笔,见以下页面。`, `${count(more)} more stand on the pages below.`] : []),
    ...(bills.length > 0
      ? ['', '上次邮件以来的交易账单 Trade bills since the last mail', ...named(bills.flatMap(billLines))]
      : []),
    ...(pages.length > 0 ? ['', '页面 Pages', ...named(pages)] : []),
  ]
}

/** How many, how much and how old. */
export const totalsText = ({ open, amount, oldest_days }: CaseTotals): Text =>
  open === 0
    ? { zh: '没有未了结的疑似重复支付', en: 'no double charge is open' }
    : {
        zh: `${count(open)} 笔疑似重复支付未了结,合计 ¥${yuan(amount)},最早一笔已 ${oldest_days} 天`,
        en: `${cases(open)} not settled, ¥${yuan(amount)} in all, the oldest for ${dayCount(oldest_days)}`,
      }

/** A case in one line, in both languages. */
export const caseText = ({
  mchid,
  out_order_no,
  shop_id,
  amount,
  transaction_id,
  paid,
  days,
  isUrgent,
  refunds,
}: OpenCase) =>
  [
    `${mchid}/${out_order_no}`,
    shop_id !== undefined && `门店 shop ${shop_id}`,
    amount !== undefined && `¥${yuan(amount)}`,
    `${days}天 ${days}d`,
    `收款 paid ${readableTime(paid)}`,
    transaction_id !== undefined && `微信支付订单号 transaction_id ${transaction_id}`,
    ...refunds.map(({ out_refund_no, status }) => {
      const { zh, en } = REFUND_STATUS[status ?? 'unknown']
      return `退款 refund ${out_refund_no} ${zh} ${en}`
    }),
    isUrgent && `${URGENT.zh} ${URGENT.en}`,
  ]
    .filter((part) => part !== false)
    .join(' · ')

const URGENT: Text = {
  zh: '退款期限将至:支付后365天内',
  en: 'refunds end soon: 365 days after the payment',
}

const billLines = ({ mchid, day, outcome, found }: FoundBill): readonly string[] => {
  const { zh, en } = outcomeText(outcome)
  return [
    `- ${mchid} ${readableTime(day)} ${zh} ${en}`,
    ...found.map(
      ([name, lines]) => `  ${count(lines)} × ${FOUND_CLASSES[name].zh.meaning} ${FOUND_CLASSES[name].en.meaning}`,
    ),
  ]
}

const named = (lines: readonly string[]): readonly string[] =>
  lines.length > NAMED_MOST ? [...lines.slice(0, NAMED_MOST), `… ${count(lines.length - NAMED_MOST)}`] : lines

const cases = (number: number): string => (number === 1 ? '1 double charge' : `${count(number)} double charges`)
const dayCount = (number: number): string => (number === 1 ? '1 day' : `${number} days`)
