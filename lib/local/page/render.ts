import { hash } from 'node:crypto'
import { chinaTime } from '../../china-time.ts'
import { adviceOf } from '../../ledger/advice.ts'
import { type Row, readRowKey } from '../../ledger/row.ts'
import { html, type Markup } from '../../statements/report/markup.ts'
import type { Text } from '../../two-languages.ts'
import { historyOf, nextOf } from '../../views/order-history.ts'
import { stateLabelOf } from '../../views/state-words.ts'
import { PAGE_SCRIPT } from './script.ts'
import type { ServedGroup } from './served-groups.ts'
import { PAGE_STYLE } from './style.ts'

/** The data that the page shows. */
export type PageContent = {
  readonly api: string
  /** The servers on this machine, by name. */
  readonly ports: readonly (readonly [name: string, address: string])[]
  readonly served: readonly ServedGroup[]
  readonly key: { readonly id: string; readonly file: string }
  readonly rows: readonly Row[]
  /** Number of rows that are not shown. */
  readonly older: number
  /** Orders at WeChat Pay that no payment notice named yet. */
  readonly unpaid: readonly { readonly mchid: string; readonly out_order_no: string; readonly total_amount: number }[]
  readonly reports: readonly string[]
  readonly now: number
}

const hashOf = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`

/** Allows only this page's own script and style sheet, no external resource, and no frame around it. */
export const PAGE_POLICY = `default-src 'none'; script-src ${hashOf(PAGE_SCRIPT)}; style-src ${hashOf(PAGE_STYLE)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const both = ({ en, zh }: Text): Markup => html`${zh} <span lang="en">${en}</span>`

const frame = (title: string, body: Markup, script = ''): string => {
  // Style and script are constants of ours with quotes that must not be escaped.
  const style: Markup = { markup: `<style>${PAGE_STYLE}</style>` }
  const last: Markup = { markup: script && `<script>${script}</script>` }
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>
${style}
</head>
<body>
<main>
${body}
</main>
${last}
</body>
</html>
`.markup
}

export const worldPage = (content: PageContent): string =>
  frame(
    '支付分订单同步 本地环境',
    html`<header>
<h1>支付分订单同步 · 本地环境</h1>
<p lang="en">payscore-sync, the local world: WeChat Pay is played on this machine, no order here is real.</p>
<p class="gone">本地服务已停止,页面不再更新。 <span lang="en">The world is down; this page is not renewed.</span></p>
</header>
${form(content)}
${orders(content)}
${reports(content)}
${up(content)}`,
    PAGE_SCRIPT,
  )

/** Shown if the address has no token. */
export const wherePage = (isLive: boolean): string =>
  frame(
    '支付分订单同步 本地环境',
    isLive
      ? html`<section><h1>生产环境:没有页面</h1><p>使用 --live 时不提供页面。请使用终端中打印的 curl 命令,或 npx payscore … --local。</p>
<p lang="en">With --live there is no page. Use the curl line in the terminal, or npx payscore … --local.</p></section>`
      : html`<section><h1>请打开终端中打印的地址</h1><p>本页需要本次启动的令牌:运行 npm start 的终端打印了完整地址(http://127.0.0.1:端口/令牌/)。使用 curl 时请加 -H @.local/token。</p>
<p lang="en">This page wants the token of this start: the terminal where npm start runs has printed the whole address. With curl say -H @.local/token.</p></section>`,
  )

/** Of each provider's shops; any other number may be typed. */
const MOST_OFFERED = 5

const form = ({ served, unpaid, now }: PageContent): Markup => html`<section>
<h2>提交线下收款 <span lang="en">Hand over a payment</span></h2>
<form>
<label>商户号 <span lang="en">mchid</span><input name="mchid" required maxlength="32" pattern="[0-9]+" inputmode="numeric" autocomplete="off" list="mchids" value="${unpaid[0]?.mchid ?? served[0]?.mchids[0] ?? ''}"></label>
<datalist id="mchids">${served.flatMap(({ mchids }) => mchids.slice(0, MOST_OFFERED)).map((mchid) => html`<option value="${mchid}"></option>`)}</datalist>
<label>商户服务订单号 <span lang="en">order number</span><input name="out_order_no" required maxlength="32" autocomplete="off" list="unpaid" value="${unpaid[0]?.out_order_no ?? ''}"></label>
<datalist id="unpaid">${unpaid.map(({ mchid, out_order_no, total_amount }) => html`<option value="${out_order_no}" data-mchid="${mchid}">¥${yuan(total_amount)} · ${mchid}</option>`)}</datalist>
<label>收款成功时间(北京时间)<span lang="en">paid at, China time</span><input name="paid_time" type="datetime-local" step="1" required value="${chinaTime(now).replace(' ', 'T')}"></label>
<label>金额(元),可不填 <span lang="en">yuan, may be left out</span><input name="amount" type="number" min="0.01" step="0.01" inputmode="decimal"></label>
<button>提交 Hand over</button>
</form>
<output></output>
<p class="key">输入框中可选微信支付侧待支付的订单。 <span lang="en">The box offers the orders that wait at WeChat Pay.</span></p>
</section>`

const orders = ({ rows, older, now }: PageContent): Markup => html`<section id="orders">
<h2>台账订单 <span lang="en">Orders in the ledger</span></h2>
${rows.map((row) => order(row, now))}
${rows.length === 0 && html`<p>暂无订单 <span lang="en">None yet</span></p>`}
${older > 0 && html`<p class="key">另有 ${older} 笔更早的订单:npx payscore list --local --all <span lang="en">${older} older ones</span></p>`}
</section>`

const order = (row: Row, now: number): Markup => {
  const { mchid, out_order_no } = readRowKey(row.pk)
  const { text, colour } = stateLabelOf(row)
  const { en, zh } = adviceOf(row)
  const next = nextOf(row)
  return html`<details id="${`o-${row.pk}`}"><summary><b>${out_order_no}</b><span class="${colour}">${both(text)}</span></summary>
<p>${zh.meaning}。${zh.next}</p><p lang="en">${en.meaning}. ${en.next}</p>
<ol>${historyOf(row).map(({ at, what, by }) => html`<li class="${by}"><time>${chinaTime(at)}</time><br>${what.zh}<span lang="en">${what.en}</span></li>`)}
${next && html`<li class="next"><time>${chinaTime(Math.max(next.at, now))}</time><br>下一步:${next.what.zh}<span lang="en">next: ${next.what.en}</span></li>`}</ol>
<p class="key">商户号 ${mchid}${row.call.mchid !== mchid && html` · 服务商 ${row.call.mchid}`} · <code>npx payscore status ${mchid}/${out_order_no} --local</code></p></details>`
}

const reports = ({ reports: names }: PageContent): Markup => html`<section id="reports">
<h2>对账报告 <span lang="en">Reports</span></h2>
${
  names.length === 0
    ? html`<p>暂无报告。试一试 <span lang="en">None yet. Try</span> <code>cp lib/local/statement.csv .local/statements/</code></p>`
    : names.map((name) => html`<p><a href="${`reports/${encodeURIComponent(name)}`}">${name}</a></p>`)
}
</section>`

const up = ({ api, ports, served, key }: PageContent): Markup => html`<section>
<h2>运行中的服务 <span lang="en">What is up</span></h2>
<dl>
<dt>HTTP API</dt><dd><code>${api}</code></dd>
${ports.map(([name, address]) => html`<dt>${name}</dt><dd><code>${address}</code></dd>`)}
${served.map(group)}
<dt>微信支付公钥 <span lang="en">WeChat Pay’s public key</span></dt><dd><a href="pub_key.pem"><code>${key.file}</code></a> <code>${key.id}</code></dd>
</dl>
<p class="key">各端口只接受本次启动的凭据。 <span lang="en">Each port takes the credentials of this start alone.</span></p>
</section>`

/** A provider's shops may be too many to list. */
const group = ({ signer, order_api, services, mchids }: ServedGroup): Markup => {
  const [first, last, isProvider] = [mchids[0], mchids.at(-1), mchids[0] !== signer]
  const served = html`服务ID <code>${services.join(', ')}</code>,<code>${order_api}</code>`
  if (!isProvider) return html`<dt>商户号 <span lang="en">merchant</span></dt><dd><code>${signer}</code>,${served}</dd>`
  return html`<dt>服务商 <span lang="en">provider</span></dt><dd><code>${signer}</code>,${served};子商户 ${mchids.length} 个 <span lang="en">sub-merchants</span>:<code>${first}</code>${mchids.length > 1 && html` … <code>${last}</code>`}</dd>`
}

const yuan = (fen: number): string => (fen / 100).toFixed(2)
