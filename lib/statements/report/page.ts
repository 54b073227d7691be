import { chinaTime, readableTime } from '../../china-time.ts'
import { count, yuan } from '../../money.ts'
import type { Text } from '../../two-languages.ts'
import { CLASS_NAMES, CLASSES, LEDGER_ONLY } from '../line-classes.ts'
import type { ShopSum } from '../shop-sums.ts'
import type { ShopsBy, Totals } from '../totals.ts'
import { html, type Markup } from './markup.ts'
import { classBar, delaysChart, hoursChart, share } from './page-charts.ts'
import { entryLists } from './page-entries.ts'
import { htmlPage } from './page-frame.ts'
import { notesOf, type Report } from './report.ts'

/** The report as one HTML file, to be read on a phone in the evening or printed. */
export const reportPage = (report: Report): string => {
  const { statement } = report
  return htmlPage(
    `${statement.name} 对账报告 ${statement.mchid}`,
    html`${headline(report)}
${report.refused ? undefined : body(report)}
<footer>
<p>更新于 ${chinaTime(report.made_at)}(北京时间);${ending(report).zh}</p>
<p lang="en">Made at ${chinaTime(report.made_at)} (China). ${ending(report).en}</p>
</footer>`,
  )
}

/** Whether the report is final. A refused statement is not final, since its payments are not synced. */
const ending = ({ refused, tally }: Report): { readonly zh: string; readonly en: string } => {
  if (refused)
    return {
      zh: '明细未被处理,其中收款均未同步。请更正后重新上传,本报告届时更新。',
      en: 'Nothing of the list was taken, and none of its payments is synced. Correct it and upload it again: this report is made anew then.',
    }
  const all = { zh: '全部明细见同名 CSV。', en: 'Every line stands in the CSV of the same name.' }
  return tally.open > 0
    ? {
        zh: `尚有 ${count(tally.open)} 笔未了结,本报告会自动更新。${all.zh}`,
        en: `${count(tally.open)} orders are open, and this report is renewed until none is. ${all.en}`,
      }
    : { zh: `已全部了结,不再更新。${all.zh}`, en: `Nothing is open; this report is final. ${all.en}` }
}

const body = ({ tally, shops_by = 'shop_id' }: Report): Markup => html`${entryLists.person(tally)}
${classTable(tally)}
${shopTable(tally, SHOPS[shops_by])}
<div class="charts">
<section><h2>收款时段 <span lang="en">When customers paid</span></h2>${hoursChart(tally)}
<p class="key"><span><i class="mark f-synced_before"></i>已同步 <span lang="en">synced</span></span><span><i class="mark f-pending"></i>处理中 <span lang="en">pending</span></span><span><i class="mark f-charged_twice"></i>其他收款 <span lang="en">other payments</span></span>${tally.untimed > 0 && html`<span>另有 ${count(tally.untimed)} 行未写明时刻 <span lang="en">tell no hour</span></span>`}</p></section>
<section><h2>收款到同步 <span lang="en">From paid to synced</span></h2>${delaysChart(tally)}</section>
</div>
${entryLists.rest(tally)}`

const headline = (report: Report): Markup => {
  const { statement, refused, tally, days } = report
  const { tone, zh, en } = refused
    ? { tone: 'person', zh: `未处理:${refused.zh}`, en: `Not taken: ${refused.en}` }
    : saying(tally)
  const notes = refused ? [] : notesOf(report)
  return html`<header class="${tone}">
<p class="name">${statement.name} · 商户号 ${statement.mchid}${days.map(readableTime).map((day) => !statement.name.includes(day) && ` · ${day}`)}</p>
<h1>${zh}</h1>
<p lang="en">${en}</p>
${notes.map((note) => html`<p class="note">${note.zh}<span lang="en">${note.en}</span></p>`)}
${refused ? undefined : facts(tally)}
</header>`
}

const saying = ({ lines, needs_person, to_refund, classes }: Totals): { tone: string; zh: string; en: string } => {
  const pending = classes.pending.lines
  if (lines === 0) return { tone: 'good', zh: '明细中没有收款', en: 'The list holds no payments' }
  if (needs_person > 0) {
    const refund = to_refund > 0
    return {
      tone: 'person',
      zh: `${count(needs_person)} 笔需要处理${refund ? `,疑似重复支付 ¥${yuan(to_refund)}` : ''}`,
      en: `${count(needs_person)} of ${count(lines)} lines need a person${refund ? `; ¥${yuan(to_refund)} may have to be refunded` : ''}`,
    }
  }
  if (pending > 0)
    return {
      tone: 'waiting',
      zh: `无需处理,${count(pending)} 笔自动同步中`,
      en: `Nothing to do; ${count(pending)} of ${count(lines)} lines are on their way`,
    }
  if (classes.held.lines > 0)
    return {
      tone: 'waiting',
      zh: `无需处理,${count(classes.held.lines)} 笔观察中,不会自动同步`,
      en: `Nothing to do; ${count(classes.held.lines)} of ${count(lines)} lines are only observed`,
    }
  return { tone: 'good', zh: `全部 ${count(lines)} 笔无需处理`, en: `All ${count(lines)} lines are done` }
}

const facts = (tally: Totals): Markup => {
  const { lines, stages, amount, needs_person, to_refund } = tally
  return html`<div class="facts">
<div class="${needs_person > 0 && 'alert'}"><b>${count(needs_person)}</b>需处理 <span lang="en">for a person</span></div>
${to_refund > 0 && html`<div class="alert"><b>¥${yuan(to_refund)}</b>待核对退款 <span lang="en">to refund?</span></div>`}
<div><b>${count(lines)}</b>明细行数 <span lang="en">lines</span></div>
<div><b>${share(stages.synced, lines)}</b>已同步 ${count(stages.synced)} 行 <span lang="en">synced</span></div>
${amount > 0 && html`<div><b>¥${yuan(amount)}</b>线下收款 <span lang="en">at the till</span></div>`}
</div>`
}

const classTable = (tally: Totals): Markup => {
  const { lines, classes, amount, needs_person, ledger_only } = tally
  const hasMoney = amount > 0
  const rows = CLASS_NAMES.filter((name) => classes[name].lines > 0).map(
    (name) =>
      html`<tr data-class="${name}"><td><i class="mark f-${name}"></i>${CLASSES[name].zh} <span lang="en">${CLASSES[name].en}</span></td><td>${count(classes[name].lines)}</td><td>${share(classes[name].lines, lines)}</td><td class="${classes[name].person > 0 ? 'alert' : 'zero'}">${count(classes[name].person)}</td>${hasMoney && html`<td>${yuan(classes[name].amount)}</td>`}</tr>`,
  )
  return html`<section id="classes">
<h2>每一行的去向 <span lang="en">What became of each line</span></h2>
${classBar(tally)}
<table>
<thead><tr><th>分类<br><span lang="en">class</span></th><th>行数<br><span lang="en">lines</span></th><th>占比<br><span lang="en">share</span></th><th>需处理<br><span lang="en">person</span></th>${hasMoney && html`<th>金额(元)<br><span lang="en">CNY</span></th>`}</tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><td>合计 = 明细行数 <span lang="en">all lines</span></td><td>${count(lines)}</td><td></td><td>${count(needs_person)}</td>${hasMoney && html`<td>${yuan(amount)}</td>`}</tr></tfoot>
</table>
${ledger_only.lines > 0 && html`<p>另有 ${count(ledger_only.lines)} 笔${LEDGER_ONLY.zh}。 <span lang="en">${count(ledger_only.lines)} more orders are in the ledger and not in the list.</span></p>`}
</section>`
}

const SHOPS: Readonly<Record<ShopsBy, Readonly<Record<'by' | 'one' | 'others', Text>>>> = {
  shop_id: {
    by: { zh: '按门店', en: 'By shop' },
    one: { zh: '门店', en: 'shop' },
    others: { zh: '其他门店', en: 'other shops' },
  },
  sub_mchid: {
    by: { zh: '按特约商户', en: 'By sub-merchant' },
    one: { zh: '特约商户号', en: 'sub-merchant' },
    others: { zh: '其他特约商户', en: 'other sub-merchants' },
  },
}

const shopTable = (
  { shops, others, lines, amount, stages, to_refund, needs_person }: Totals,
  words: (typeof SHOPS)[ShopsBy],
): Markup | undefined => {
  if (shops.size === 1 && shops.has('')) return undefined
  return html`<section id="shops">
<h2>${words.by.zh} <span lang="en">${words.by.en}</span></h2>
<div class="scroll"><table>
<thead><tr><th>${words.one.zh}<br><span lang="en">${words.one.en}</span></th><th>需处理<br><span lang="en">person</span></th>${to_refund > 0 && html`<th>待退(元)<br><span lang="en">to refund</span></th>`}<th>金额(元)<br><span lang="en">CNY</span></th><th>行数<br><span lang="en">lines</span></th><th>已同步<br><span lang="en">synced</span></th><th>处理中<br><span lang="en">pending</span></th></tr></thead>
<tbody>${[...shops].map(([shop, sum]) => shopRow(shop === '' ? html`(未填) <span lang="en">none given</span>` : html`${shop}`, sum, to_refund > 0))}
${others && shopRow(html`${words.others.zh} <span lang="en">${words.others.en}</span>`, others, to_refund > 0)}</tbody>
<tfoot><tr><td>合计 <span lang="en">all</span></td><td>${count(needs_person)}</td>${to_refund > 0 && html`<td>${yuan(to_refund)}</td>`}<td>${yuan(amount)}</td><td>${count(lines)}</td><td>${count(stages.synced)}</td><td>${count(stages.pending)}</td></tr></tfoot>
</table></div>
</section>`
}

const shopRow = (name: Markup, sum: ShopSum, hasRefunds: boolean): Markup =>
  html`<tr><td>${name}</td><td class="${sum.person > 0 ? 'alert' : 'zero'}">${count(sum.person)}</td>${hasRefunds && html`<td class="${sum.to_refund > 0 ? 'alert' : 'zero'}">${yuan(sum.to_refund)}</td>`}<td>${yuan(sum.amount)}</td><td>${count(sum.lines)}</td><td>${count(sum.synced)}</td><td class="${sum.pending === 0 && 'zero'}">${count(sum.pending)}</td></tr>`
