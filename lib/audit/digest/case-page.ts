import { chinaTime, readableTime } from '../../china-time.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { count } from '../../money.ts'
import { html, type Markup } from '../../statements/report/markup.ts'
import { htmlPage } from '../../statements/report/page-frame.ts'
import { type Column, CSV_BEGIN, headerOf, rowOf, yuanCell } from '../../statements/report/report-csv.ts'
import { caseText, totalsText } from './digest-text.ts'
import { byAdvice, type OpenCase, totalsOf } from './open-case.ts'

/** How many cases the page shows; all of them are in the CSV. */
const SHOWN_MOST = 500

/** Whose cases, on which day (yyyyMMdd in China), made when (ms). */
type Made = { readonly mchid: string; readonly day: string; readonly made_at: number }

/** `cases/MCHID/DAY.ending` */
export const casePageKey = ({ mchid, day }: Pick<Made, 'mchid' | 'day'>, ending: 'html' | 'csv'): string =>
  `cases/${mchid}/${day}.${ending}`

/** A merchant's open cases as one HTML file, to be read on a phone or printed. @param cases oldest first */
export const casePage = (cases: readonly OpenCase[], { mchid, day, made_at }: Made): string => {
  const { zh, en } = totalsText(totalsOf(cases))
  const shown = cases.slice(0, SHOWN_MOST)
  const more = cases.length - shown.length
  return htmlPage(
    `${readableTime(day)} 疑似重复支付 ${mchid}`,
    html`<header class="person">
<p class="name">疑似重复支付 · 商户号 ${mchid} · ${readableTime(day)}</p>
<h1>${zh}</h1>
<p lang="en">${en}</p>
</header>
<section id="cases">
${byAdvice(shown).map(([{ turn, zh, en }, some]) => list(TURNS[turn], zh, en, some))}
${more > 0 && html`<p>另有 ${count(more)} 笔,见同名 CSV。 <span lang="en">${count(more)} more stand in the CSV.</span></p>`}
</section>
<footer>
<p>更新于 ${chinaTime(made_at)}(北京时间);全部记录见同名 CSV。</p>
<p lang="en">Made at ${chinaTime(made_at)} (China). All of them stand in the CSV of the same name.</p>
</footer>`,
  )
}

type Advised = OpenCase['advice']

const list = (
  whose: (typeof TURNS)[keyof typeof TURNS],
  zh: Advised['zh'],
  en: Advised['en'],
  some: readonly OpenCase[],
): Markup =>
  html`<h2>${whose.zh} <span lang="en">${whose.en}</span></h2>
<div class="todo"><p>${zh.next}</p><p lang="en">${en.next}</p></div>
<ul>${some.map((one) => html`<li>${caseText(one)}</li>`)}</ul>`

/** A merchant's open cases for a spreadsheet. */
export const caseTable = (cases: readonly OpenCase[]): string =>
  [CSV_BEGIN, headerOf(COLUMNS), ...cases.map((one) => rowOf(COLUMNS, one))].join('')

const COLUMNS: readonly Column<OpenCase>[] = [
  ['商户号', 'mchid', ({ mchid }) => mchid],
  ['商户服务订单号', 'out_order_no', ({ out_order_no }) => out_order_no],
  ['门店', 'shop_id', ({ shop_id }) => shop_id],
  ['已扣金额(元)', 'charged_yuan', ({ amount }) => yuanCell(amount)],
  ['天数', 'days', ({ days }) => days],
  ['收款日期', 'paid', ({ paid }) => readableTime(paid)],
  ['微信支付订单号', 'transaction_id', ({ transaction_id }) => transaction_id],
  ['商户退款单号', 'refunds', ({ refunds }) => refunds.map(({ out_refund_no }) => out_refund_no).join(' ')],
  ['由谁处理', 'turn', ({ advice }) => `${TURNS[advice.turn].zh} ${TURNS[advice.turn].en}`],
  ['下一步', 'next_step_zh', ({ advice }) => advice.zh.next],
  ['', 'next_step', ({ advice }) => advice.en.next],
]
