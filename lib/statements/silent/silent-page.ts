import type { SilentFound } from '../../aws/silent-log.ts'
import { chinaTime, readableTime } from '../../china-time.ts'
import { LIMITS } from '../../limits.ts'
import { count } from '../../money.ts'
import { html, type Markup } from '../report/markup.ts'
import { htmlPage } from '../report/page-frame.ts'
import type { Judged } from './senders.ts'

/** How many the page shows; all of them are in the CSV. */
const SHOWN_MOST = 500

type Facts = SilentFound & { readonly provider: string; readonly made_at: number }

/** Which sub-merchants of a provider send nothing, as one HTML file. @param senders who is silent first */
export const silentPage = (senders: readonly Judged[], facts: Facts): string => {
  const { provider, day, made_at, silent, left } = facts
  const more = silent - SHOWN_MOST
  return htmlPage(
    `${readableTime(day)} 无上报的特约商户 ${provider}`,
    html`${headline(facts)}
${silent > 0 && table(senders.slice(0, Math.min(silent, SHOWN_MOST)))}
${more > 0 && html`<p>另有 ${count(more)} 个,见同名 CSV。 <span lang="en">${count(more)} more stand in the CSV.</span></p>`}
${left > 0 && html`<p>尚有 ${count(left)} 个未查,稍后自动继续。 <span lang="en">${count(left)} were not looked at yet; it goes on by itself.</span></p>`}
<footer>
<p>更新于 ${chinaTime(made_at)}(北京时间);全部特约商户见同名 CSV。</p>
<p lang="en">Made at ${chinaTime(made_at)} (China). Every sub-merchant stands in the CSV of the same name.</p>
</footer>`,
  )
}

const headline = ({ provider, day, expected, silent, newly }: Facts): Markup => {
  const days = LIMITS.silentDays
  return html`<header class="${silent > 0 ? 'person' : 'good'}">
<p class="name">无上报的特约商户 · 服务商 ${provider} · ${readableTime(day)}</p>
<h1>${silent > 0 ? `${count(silent)} 个特约商户 ${days} 天无线下收款上报` : `全部特约商户 ${days} 天内均有线下收款上报`}</h1>
<p lang="en">${silent > 0 ? `${count(silent)} of ${count(expected)} sub-merchants sent no offline payment for ${days} days` : `every sub-merchant sent an offline payment in the last ${days} days`}</p>
${silent > 0 && html`<p class="note">请确认其收银系统是否仍在上报:漏报的线下收款可能被支付分重复扣款。<span lang="en">Ask whether their tills still send: WeChat Pay may charge a payment that is not sent a second time.</span></p>`}
<div class="facts">
<div class="${silent > 0 && 'alert'}"><b>${count(silent)}</b>无上报 <span lang="en">silent</span></div>
<div><b>${count(newly)}</b>今日新增 <span lang="en">new today</span></div>
<div><b>${count(expected)}</b>应上报 <span lang="en">expected</span></div>
</div>
</header>`
}

const table = (silent: readonly Judged[]): Markup => html`<section id="silent">
<div class="scroll"><table>
<thead><tr><th>特约商户号<br><span lang="en">sub-merchant</span></th><th>最近收款日<br><span lang="en">last payment</span></th><th>天数<br><span lang="en">days</span></th></tr></thead>
<tbody>${silent.map(({ mchid, last, days }) => html`<tr><td>${mchid}</td><td>${last === '' ? html`无记录 <span lang="en">none known</span>` : readableTime(last)}</td><td>${days === undefined ? '' : count(days)}</td></tr>`)}</tbody>
</table></div>
</section>`
