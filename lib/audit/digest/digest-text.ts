import type { Mail } from '../../aws/topic.ts'
import { BILL_CLASSES } from '../../bill/classes.ts'
import { chinaTime, readableTime } from '../../china-time.ts'
import type { Advice } from '../../ledger/advice.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { LIMITS } from '../../limits.ts'
import { count, yuan } from '../../money.ts'
import type { Text } from '../../two-languages.ts'
import { REFUND_STATUS } from '../../views/state-words.ts'
import { isTold, outcomeText } from '../day-page.ts'
import { FOUND_CLASSES } from '../found.ts'
import type { Digest, FoundBill, SilentShops } from './digest.ts'
import { byAdvice, type CaseTotals, type OpenCase } from './open-case.ts'
import type { TroubledShop } from './troubled-shops.ts'

/** How many bills and pages a mail names, so that it stays within what SNS takes. */
const BILLS_MOST = 10
const PAGES_MOST = 50
/** How many sub-merchants in trouble a mail names. */
const SHOPS_MOST = 20

/** The mail, in Chinese and English, in plain text. The subject is ASCII, since not every region's SNS takes more. */
export const digestMail = (digest: Digest): Mail => ({
  subject: subjectOf(digest),
  text: `${linesOf(digest).join('\n')}\n`,
})

const subjectOf = ({ totals, bills, shops, silent }: Digest): string => {
  if (totals.open > 0) return `payscore-sync: ${cases(totals.open)} not settled, oldest ${totals.oldest_days}d`
  const toLookAt = [
    bills.length > 0 && (bills.length === 1 ? '1 trade bill' : `${count(bills.length)} trade bills`),
    shops.length > 0 && (shops.length === 1 ? '1 sub-merchant' : `${count(shops.length)} sub-merchants`),
    silent.length > 0 && `${count(silent.reduce((sum, one) => sum + one.silent, 0))} silent`,
  ]
  return `payscore-sync: ${toLookAt.filter(Boolean).join(', ')} to look at, nothing open`
}

const linesOf = ({ made_at, totals, first, bills, shops, silent, pages }: Digest): readonly string[] => {
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
    ...(shops.length > 0
      ? [
          '',
          '微信支付拒绝或查无订单的特约商户(其他特约商户不受影响)',
          'Sub-merchants whose orders WeChat Pay refuses or does not know; the others are not concerned',
          ...shops.slice(0, SHOPS_MOST).map(shopText),
          ...moreThan(SHOPS_MOST, shops.length),
        ]
      : []),
    ...(silent.length > 0
      ? [
          '',
          `${LIMITS.silentDays} 天无线下收款上报的特约商户`,
          `Sub-merchants that sent no offline payment for ${LIMITS.silentDays} days`,
          ...silent.slice(0, SHOPS_MOST).map(silentText),
          ...moreThan(SHOPS_MOST, silent.length),
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

const shopText = ({ provider, mchid, orders, days, advice }: TroubledShop): string =>
  [
    `- ${mchid}(服务商 provider ${provider})`,
    `${count(orders)}笔 ${orders === 1 ? '1 order' : `${count(orders)} orders`}`,
    `${days}天 ${days}d`,
    `${advice.zh.meaning} ${advice.en.meaning}`,
  ].join(' · ')

const silentText = ({ provider, silent, newly, expected }: SilentShops): string =>
  `- 服务商 provider ${provider} · ${count(silent)} / ${count(expected)} · 今日新增 new today ${count(newly)}`

const nextLines = ({ zh, en }: Pick<Advice, 'zh' | 'en'>): readonly string[] => [
  `  下一步:${zh.next}`,
  `  Next: ${en.next}`,
]

const moreThan = (most: number, all: number): readonly string[] =>
  all > most ? [`另有 ${count(all - most)} 份。${count(all - most)} more.`] : []

const cases = (number: number): string => (number === 1 ? '1 double charge' : `${count(number)} double charges`)
const dayCount = (number: number): string => (number === 1 ? '1 day' : `${number} days`)
