import { createHash } from 'node:crypto'
import { chinaTime, readableTime } from '../../china-time.ts'
import type { KeyFile } from '../../evidence/key-files.ts'
import { adviceOf } from '../../ledger/advice.ts'
import type { Row } from '../../ledger/row.ts'
import { plainYuan } from '../../money.ts'
import { html, type Markup } from '../../statements/report/markup.ts'
import { historyOf } from '../../views/order-history.ts'
import {
  type Fact,
  type Receipt,
  receiptKeys,
  refundFacts,
  refundWords,
  signedBody,
  signedFacts,
  WORDS,
  type Word,
  type WordName,
} from './file.ts'

/**
 * One page in Chinese for a dispute, for the customer, a bank or WeChat Pay: what was paid, where and when, what WeChat
 * Pay has signed, and how to verify it. It has no personal data of the customer; the receipt file has.
 */
export const evidenceSheet = (row: Row | undefined, receipt: Receipt, file: string, madeAtMs: number): string => {
  const facts: readonly Line[] = [
    ['商户号', receipt.mchid],
    ['商户服务订单号', receipt.out_order_no],
    ...(row ? rowLines(row) : []),
  ]
  const words = WORDS.flatMap((name) => {
    const word = receipt[name]
    return word ? [wordSection(NAMES[name], word, signedFacts(word))] : []
  })
  const refunds = refundWords(receipt).map((word) => wordSection('查询单笔退款的应答', word, refundFacts(word)))
  return html`<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>支付分订单线下收款证明 ${receipt.out_order_no}</title>
<style>
@page { size: A4; margin: 15mm }
body { font: 14px/1.5 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 48em; margin: 1em auto; color: #111 }
h1 { font-size: 20px; margin: 0 0 .2em } h2 { font-size: 15px; margin: 1em 0 .3em; border-bottom: 1px solid #999 }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: 1px 8px 1px 0 }
th { font-weight: normal; color: #555; white-space: nowrap; width: 1% }
code { font: 11px/1.3 ui-monospace, Consolas, monospace; overflow-wrap: anywhere } p { margin: .3em 0 }
</style>
<h1>支付分订单线下收款证明</h1>
<p>出具时间:${chinaTime(madeAtMs)}(本页时间均为北京时间)</p>
<h2>一、订单</h2>
${table(facts)}
<h2>二、经过</h2>
${row ? table(historyOf(row).map(({ at, what }) => [chinaTime(at), what.zh])) : html`<p>台账记录已过期删除,仅存签名应答。</p>`}
<h2>三、微信支付的签名应答</h2>
${lines([...words, ...refunds])}
<h2>四、如何核验</h2>
<p>凭证文件 <code>${file}</code> 保存了微信支付应答的原始字节、签名和验签公钥,密钥更换后仍可离线核验;也可用 <code>--key</code> 指定商户平台“API安全”中与上述密钥ID对应的微信支付公钥(或平台证书):</p>
<p><code>npx payscore receipt verify ${file}</code></p>
${receiptKeys(receipt).map(keyLine)}
<p>该命令同时给出仅使用 OpenSSL 的等效核验命令。签名算法:SHA256 with RSA(PKCS#1 v1.5),签名串为“应答时间戳\\n应答随机串\\n应答报文主体\\n”。</p>
<h2>五、说明</h2>
<p>“微信支付的签名应答”中的应答内容和签名时间由微信支付签名,任何一位被改动都会导致核验失败。Request-Id、HTTP 状态和“经过”来自本商户的同步台账,可凭 Request-Id 向微信支付核实。原始应答可能包含用户标识(openid)和退款入账账户,本页不包含;请勿公开凭证文件。</p>
</html>
`.markup
}

const keyLine = ({ id, sha256, since }: KeyFile): Markup =>
  html`<p>微信支付公钥 ${id}:SHA-256 <code>${sha256}</code>,${since} 取自本商户的密钥配置;请与微信支付公布的密钥核对。</p>`

const rowLines = (row: Row): readonly Line[] => [
  ['微信支付服务订单号', row.order_id],
  ['服务ID', row.call.service_id],
  ['门店', row.shop_id],
  ['收银员', row.cashier_id],
  ['小票号', row.pos_ref],
  ['收款成功时间(线下)', readableTime(row.call.paid_time)],
  ['线下收款金额', row.expected_amount === undefined ? undefined : `${plainYuan(row.expected_amount)} 元`],
  ['支付分扣款金额', row.amount === undefined ? undefined : `${plainYuan(row.amount)} 元`],
  ['微信支付订单号(扣款)', row.transaction_id],
  ['当前状态', adviceOf(row).zh.meaning],
]

const NAMES: Readonly<Record<WordName, string>> = { sync: '同步订单状态的应答', query: '查询支付分订单的应答' }

const LABELS: Readonly<Record<string, string>> = {
  order_id: '微信支付服务订单号',
  state: '订单状态',
  state_description: '状态说明',
  pay_type: '支付方式',
  paid_type: '收款渠道',
  amount: '收款金额(分)',
  total_amount: '总金额(分)',
  paid_time: '收款时间',
  transaction_id: '微信支付订单号',
  finish_transaction_id: '微信支付订单号',
  refund_id: '微信支付退款单号',
  out_refund_no: '商户退款单号',
  status: '退款状态',
  'amount.refund': '退款金额(分)',
  success_time: '退款成功时间',
}

const VALUES: Readonly<Record<string, string>> = {
  DONE: '已完成',
  USER_PAID: '已支付',
  MCH: '商户渠道收款',
  MchChannelPayType: '商户渠道收款',
  NEWTON: '支付分扣款',
  SUCCESS: '退款成功',
}

const wordSection = (name: string, word: Word, facts: readonly Fact[]): Markup => {
  const signed = facts.map(
    ([member, value]): Line => [LABELS[member] ?? member, VALUES[value] ? `${VALUES[value]}(${value})` : value],
  )
  return html`<p><b>${name}</b></p>
${table([
  ['签名时间', chinaTime(signedBody(word).timestamp * 1000)],
  ...(signed.length > 0 ? signed : [['应答内容', '无报文主体(HTTP 204),不含订单号,须与查单应答一并作为证明'] as const]),
  ['HTTP 状态', String(word.status)],
  ['Request-Id', word.request_id || undefined],
  ['微信支付密钥ID', word.serial],
  ['签名串 SHA-256', createHash('sha256').update(Buffer.from(word.message, 'base64')).digest('hex')],
  ['签名(Base64)', word.signature],
])}`
}

type Line = readonly [name: string, value: string | undefined]

const table = (facts: readonly Line[]): Markup =>
  html`<table>
${lines(facts.flatMap(([name, value]) => (value === undefined ? [] : [html`<tr><th>${name}</th><td>${cell(value)}</td></tr>`])))}
</table>`

const cell = (value: string): Markup | string =>
  value.length > 60 && !/\s/.test(value) ? html`<code>${value}</code>` : value

const lines = (parts: readonly Markup[]): readonly Markup[] =>
  parts.map((part, i) =>
    i === 0
      ? part
      : html`
${part}`,
  )
