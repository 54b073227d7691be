import type { Mail } from '../../aws/topic.ts'
import { BILL_CLASSES } from '../../bill/classes.ts'
import { chinaTime, readableTime } from '../../china-time.ts'
import type { Advice } from '../../ledger/advice.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { count, yuan } from '../../money.ts'
import type { Text } from '../../two-languages.ts'
import { REFUND_STATUS } from '../../views/state-words.ts'
import { isTold, outcomeText } from '../day-page.ts'
import { FOUND_CLASSES } from '../found.ts'
import type { Digest, FoundBill } from './digest.ts'
import { byAdvice, type CaseTotals, type OpenCase } from './open-case.ts'

/** How many bills and pages a mail names, so that it stays within what SNS takes. */
const BILLS_MOST = 10
const PAGES_MOST = 50

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
      ? [
          '',
          '上次邮件以来的交易账单 Trade bills since the last mail',
          ...bills.slice(0, BILLS_MOST).flatMap((bill) => billLines(bill, made_at)),
          ...moreThan(BILLS_MOST, bills.length),
        ]
      : []),
    ...(pages.length > 0
      ? ['', '页面 Pages', ...pages.slice(0, PAGES_MOST), ...moreThan(PAGES_MOST, pages.length)]
      : []),
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

const billLines = ({ mchid, day, outcome, found }: FoundBill, now: number): readonly string[] => {
  const { zh, en } = outcomeText({ outcome, day }, now)
  return [
    `- ${mchid} ${readableTime(day)} ${zh} ${en}`,
    ...(isTold(outcome) ? nextLines(BILL_CLASSES[outcome]) : []),
    ...found.flatMap(([name, lines]) => {
      const { zh, en } = FOUND_CLASSES[name]
      return [`  ${count(lines)} × ${zh.meaning} ${en.meaning}`, ...nextLines(FOUND_CLASSES[name])]
    }),
  ]
}

const nextLines = ({ zh, en }: Pick<Advice, 'zh' | 'en'>): readonly string[] => [
  `  下一步:${zh.next}`,
  `  Next: ${en.next}`,
]

const moreThan = (most: number, all: number): readonly string[] =>
  all > most ? [`另有 ${count(all - most)} 份。${count(all - most)} more.`] : []

const cases = (number: number): string => (number === 1 ? '1 double charge' : `${count(number)} double charges`)
const dayCount = (number: number): string => (number === 1 ? '1 day' : `${number} days`)
