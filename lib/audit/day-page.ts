import type { BillOutcome } from '../aws/bill-log.ts'
import { BILL_CLASSES } from '../bill/classes.ts'
import { chinaTime, readableTime } from '../china-time.ts'
import { count, yuan } from '../money.ts'
import { html, type Markup } from '../statements/report/markup.ts'
import { htmlPage } from '../statements/report/page-frame.ts'
import type { Text } from '../two-languages.ts'
import { isScheduledAgain } from './bill-day.ts'
import type { DayReport } from './day-report.ts'
import { FOUND_CLASS_NAMES, FOUND_CLASSES, type Found } from './found.ts'

/** The day's bill as one HTML file, to be read on a phone or printed. */
export const dayPage = (report: DayReport): string => {
  const { mchid, day, made_at, facts } = report
  const saying = sayingOf(report)
  return htmlPage(
    `${readableTime(day)} 交易账单核对 ${mchid}`,
    html`<header class="${toneOf(report)}">
<p class="name">交易账单 · 商户号 ${mchid} · ${readableTime(day)}</p>
<h1>${saying.zh}</h1>
<p lang="en">${saying.en}</p>
${report.reason !== undefined && html`<p class="note">${report.reason}</p>`}
${facts && html`<div class="facts"><div><b>${count(facts.rows)}</b>账单行数 <span lang="en">lines of the bill</span></div></div>`}
</header>
${facts && classTable(report)}
${report.first.length > 0 && list(report)}
<footer>
<p>更新于 ${chinaTime(made_at)}(北京时间);全部记录见同名 CSV。</p>
<p lang="en">Made at ${chinaTime(made_at)} (China). All of them stand in the CSV of the same name.</p>
</footer>`,
  )
}

/** What the outcome of a day means for people, at the time `now` (ms). */
export const outcomeText = ({ outcome, day }: Pick<DayReport, 'outcome' | 'day'>, now: number): Text => {
  switch (outcome) {
    case 'agreed':
      return { zh: '交易账单已核对', en: 'the trade bill was compared' }
    case 'asked':
      if (!isScheduledAgain(day, now))
        return {
          zh: '交易账单已核对,正在查单;该日已不再自动核对,请数分钟后再次运行 payscore audit --day',
          en: 'the trade bill was compared, and orders are being asked about; no schedule compares so old a day, so run payscore audit --day again in some minutes',
        }
      return {
        zh: '交易账单已核对,正在查单,稍后再次核对',
        en: 'the trade bill was compared; orders are being asked about, and it is compared once more after that',
      }
    case 'waiting':
      return { zh: '暂未取得交易账单,稍后重试', en: 'the trade bill could not be had yet; it is asked for again' }
    default:
      return { zh: BILL_CLASSES[outcome].zh.meaning, en: BILL_CLASSES[outcome].en.meaning }
  }
}

const needsPerson = ({ classes }: DayReport): number =>
  FOUND_CLASS_NAMES.reduce((sum, name) => sum + (FOUND_CLASSES[name].turn === 'service' ? 0 : classes[name]), 0)

/** A bill that is of no use, of which people are told. */
export const isTold = (outcome: BillOutcome): outcome is (typeof TOLD)[number] => TOLD.some((one) => one === outcome)
const TOLD = ['unreadable', 'late_bill', 'no_bill_but_charged'] as const satisfies readonly BillOutcome[]

const toneOf = (report: DayReport): 'person' | 'waiting' | 'good' => {
  if (isTold(report.outcome) || needsPerson(report) > 0) return 'person'
  return report.outcome === 'asked' ? 'waiting' : 'good'
}

const sayingOf = (report: DayReport): Text => {
  const person = needsPerson(report)
  const outcome = outcomeText(report, report.made_at)
  if (isTold(report.outcome) || person === 0) return outcome
  return { zh: `${outcome.zh};${count(person)} 笔需要处理`, en: `${outcome.en}; ${count(person)} need a person` }
}

const classTable = ({ classes, plain }: DayReport): Markup => html`<section id="classes">
<h2>核对结果 <span lang="en">What the lines are</span></h2>
<table>
<thead><tr><th>含义<br><span lang="en">meaning</span></th><th>笔数<br><span lang="en">lines</span></th></tr></thead>
<tbody>${FOUND_CLASS_NAMES.filter((name) => classes[name] > 0).map(
  (name) =>
    html`<tr data-class="${name}"><td>${FOUND_CLASSES[name].zh.meaning} <span lang="en">${FOUND_CLASSES[name].en.meaning}</span></td><td>${count(classes[name])}</td></tr>`,
)}</tbody>
<tfoot><tr><td>与线下收款通知无关 <span lang="en">not about an offline payment</span></td><td>${count(plain)}</td></tr></tfoot>
</table>
</section>`

const list = ({ first, classes }: DayReport): Markup => {
  const all = FOUND_CLASS_NAMES.reduce((sum, name) => sum + classes[name], 0)
  return html`<section id="found">
${FOUND_CLASS_NAMES.map((name) => ofClass(name, first))}
${all > first.length && html`<p>另有 ${count(all - first.length)} 笔,见同名 CSV。 <span lang="en">${count(all - first.length)} more stand in the CSV.</span></p>`}
</section>`
}

const ofClass = (name: Found['class'], first: readonly Found[]): Markup | undefined => {
  const some = first.filter((one) => one.class === name)
  if (some.length === 0) return undefined
  const { zh, en } = FOUND_CLASSES[name]
  return html`<div class="todo"><p>${zh.next}</p><p lang="en">${en.next}</p></div>
<ul>${some.map(entry)}</ul>`
}

const entry = ({ out_order_no, amount, transaction_id, out_refund_no, time, shop_id }: Found): Markup =>
  html`<li>${out_order_no}${amount !== undefined && ` · ¥${yuan(amount)}`} · ${readableTime(time)}${shop_id !== undefined && ` · ${shop_id}`}${transaction_id !== undefined && html`<br>微信支付订单号 <span lang="en">transaction_id</span> ${transaction_id}`}${out_refund_no !== undefined && html`<br>商户退款单号 <span lang="en">out_refund_no</span> ${out_refund_no}`}</li>`
