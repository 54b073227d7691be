import { chinaTime, readableTime } from '../../china-time.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { count, yuan } from '../../money.ts'
import type { Entry } from '../classify-line.ts'
import { CLASS_NAMES, CLASSES, LEDGER_ONLY } from '../line-classes.ts'
import type { Totals } from '../totals.ts'
import { html, type Markup } from './markup.ts'

/** The lines that need a person, with the next action; below the totals. */
const person = ({ needs_person, shown, classes }: Totals): Markup | undefined => {
  if (needs_person === 0) return undefined
  const groups = CLASS_NAMES.flatMap((name) => {
    const entries = (shown.get(name) ?? []).filter((entry) => entry.needs_person)
    if (entries.length === 0) return []
    return [group(name, CLASSES[name], entries, classes[name].person)]
  })
  return html`<section id="person">
<h2>需要处理 <span lang="en">What needs a person</span></h2>
${groups}
</section>`
}

/** The lines that need nobody, those that differ, and the orders that the statement lacks. */
const rest = ({ shown, classes, ledger_only }: Totals): Markup => {
  const quiet = (['held', 'pending', 'paid_time_differs', 'repeated', 'not_paid'] as const).flatMap((name) => {
    const entries = (shown.get(name) ?? []).filter((entry) => !entry.needs_person)
    return entries.length === 0
      ? []
      : [section(name, CLASSES[name], entries, classes[name].lines - classes[name].person)]
  })
  const missing = shown.get('ledger_only') ?? []
  return html`${quiet}
${missing.length > 0 && section('ledger_only', LEDGER_ONLY, missing, ledger_only.lines)}`
}

export const entryLists = { person, rest } as const

type Words = { readonly zh: string; readonly en: string }

const section = (name: Entry['class'], words: Words, entries: readonly Entry[], total: number): Markup =>
  html`<section>${group(name, words, entries, total)}</section>`

const group = (name: Entry['class'], words: Words, entries: readonly Entry[], total: number): Markup => {
  const byAdvice = [...Map.groupBy(entries, adviceKey).values()]
  return html`<h3><i class="mark f-${name}"></i>${words.zh} <span lang="en">${words.en}</span> <span class="badge">${count(total)}</span></h3>
${byAdvice.map((some) => html`${adviceOf(name, some)}${list(some)}`)}
${total > entries.length && html`<p>… 其余 ${count(total - entries.length)} 笔见 CSV。 <span lang="en">The other ${count(total - entries.length)} are in the CSV.</span></p>`}`
}

/** A long list that needs no action is collapsed. */
const list = (entries: readonly Entry[]): Markup => {
  const items = html`<ul>${entries.map(item)}</ul>`
  if (entries.length <= OPEN_MOST || entries.some(({ needs_person }) => needs_person)) return items
  return html`<details><summary>展开 ${count(entries.length)} 笔 <span lang="en">show ${count(entries.length)}</span></summary>${items}</details>`
}

const OPEN_MOST = 5

/** Entries with the same advice are shown in one group. */
const adviceKey = ({ advice, problem, class: name }: Entry): string => {
  if (OWN_WORDS.has(name)) return ''
  return problem?.en ?? `${advice?.en.meaning} ${advice?.en.next}`
}

/** Classes whose entries each have their own text, which is shown at the entry. */
const OWN_WORDS: ReadonlySet<Entry['class']> = new Set(['repeated_differs', 'not_paid', 'till_sum'])

const adviceOf = (name: Entry['class'], [first]: readonly Entry[]): Markup | undefined => {
  if (first?.problem && !OWN_WORDS.has(name))
    return html`<div class="todo"><strong>${first.problem.zh}</strong><span lang="en">${first.problem.en}</span>${name === 'malformed' && html`<p class="next">请更正后重新上传整份明细,已有的行不会重复。</p><p lang="en">Correct it and upload the list again: lines that are known already do no harm.</p>`}</div>`
  if (!first?.advice || NOTES[name]) return note(name)
  const { zh, en, turn } = first.advice
  return html`<div class="${first.needs_person ? 'todo' : 'todo wait'}"><strong>${zh.meaning}</strong><span lang="en">${sentence(en.meaning)}</span><p class="next">${first.needs_person && `${TURNS[turn].zh}:`}${zh.next}</p><p lang="en">${first.needs_person && `${sentence(TURNS[turn].en)}: `}${en.next}</p></div>`
}

const NOTES: Readonly<Partial<Record<Entry['class'], Words>>> = {
  paid_time_differs: {
    zh: '以首次通知的收款时间为准,无需处理;若时间明显不对,请核对是否输错订单号。',
    en: 'The first paid time stands. Where it is far off, compare the order number.',
  },
  repeated: {
    zh: '同一订单号在前面的行已出现,只处理一次。',
    en: 'The order stands in an earlier line, and was taken once.',
  },
  repeated_differs: {
    zh: '同一订单号在明细中出现多次且内容不同:只登记第一行。',
    en: 'The order stands in the list more than once, and not alike: only the first line was booked.',
  },
  not_paid: {
    zh: '这些行不是收款(失败、未付、退款、撤销等),未登记,也不会同步。',
    en: 'These lines are no payments (failed, not paid, refunded, revoked): they were not booked, and nothing is synced.',
  },
  till_sum: {
    zh: '收银系统自己的合计,仅用于核对。',
    en: 'What the till says its own sum is; it is only compared.',
  },
  ledger_only: {
    zh: '系统收到过线下收款通知,但本明细没有这笔。请核对是否漏导,或通知的订单号有误。',
    en: 'A notice of an offline payment came, and the list does not have it. Was it left out, or was the number wrong?',
  },
}

const note = (name: Entry['class']): Markup | undefined => {
  const words = NOTES[name]
  return words && html`<p>${words.zh}</p><p lang="en">${words.en}</p>`
}

const item = (entry: Entry): Markup => {
  const { line, out_order_no, paid_time, ledger_paid_time, amount, sub_mchid, shop_id, cashier_id, pos_ref } = entry
  const { charged, transaction_id, settled, since, ledger_amount, problem, class: name } = entry
  const isCharged = name === 'charged_twice' || charged !== undefined || transaction_id !== undefined
  const where = [
    sub_mchid && `特约商户 ${sub_mchid}`,
    shop_id,
    cashier_id && `收银员 ${cashier_id}`,
    pos_ref && `小票 ${pos_ref}`,
  ].filter(Boolean)
  return html`<li><code>${out_order_no === '' ? '(空)' : out_order_no}</code>${line !== undefined && html`<span class="badge">第 ${line} 行</span>`}${amount !== undefined && html`<span class="sum">¥${yuan(amount)}</span>`}
<span class="more">${paid_time && `收款 ${readableTime(paid_time)}`}${ledger_paid_time && `,台账 ${readableTime(ledger_paid_time)}`}${where.length > 0 && ` · ${where.join(' · ')}`}${ledger_amount !== undefined && ` · 此前通知金额 ¥${yuan(ledger_amount)}`}${name === 'pending' && since !== undefined && ` · 自 ${chinaTime(since)} 起`}</span>
${problem && OWN_WORDS.has(name) && html`<span class="more">${problem.zh} <span lang="en">${problem.en}</span></span>`}
${isCharged && html`<span class="more">${settled ? '已处理' : '待核对'} ${charged === undefined ? '金额未知' : `¥${yuan(charged)}`} · 微信支付订单号 ${transaction_id === undefined ? '缺失' : html`<code>${transaction_id}</code>`}</span>`}</li>`
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
