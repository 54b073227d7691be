import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'
import { BILL_CLASSES, LINE_CLASSES, REFUND_MISSING } from '../../lib/bill/classes.ts'
import { VARIABLES } from '../../lib/config/config.ts'
import { adviceOf, type Situation } from '../../lib/ledger/advice.ts'
import { TURNS } from '../../lib/ledger/whose-turn.ts'
import { LIMITS } from '../../lib/limits.ts'
import { readTemplate, resourcesOf } from '../../lib/local/stack/template.ts'
import { REFUSALS, type Refusal, type Turn } from '../../lib/wechatpay/refusals.ts'
import { costTable, keptTable } from '../proof/cost/table.ts'
import { PARTS } from '../proof/parts.ts'
import { SCALE_TABLES } from '../proof/scale/tables.ts'

export type Language = 'en' | 'zh'

/** A table as the code has it. What its rows lack at the end is the document's own, and kept by the first column. */
export type Table = {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const code = (text: string) => `\`${text}\``
const codes = (texts: readonly (string | number)[] = []) => texts.map((text) => code(String(text)))
const HEADS = {
  en: { meaning: 'meaning', default: 'default', turn: 'whose turn', next: 'what to do' },
  zh: { meaning: '含义', default: '默认值', turn: '由谁处理', next: '下一步' },
} as const
const turnOf = (turn: Turn, language: Language) =>
  language === 'en' ? turn : turn === 'service' ? '本服务' : TURNS[turn].zh

/** What is told by neither code nor number. */
const IN_WORDS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'our-parameter': {
    en: 'any member but `out_order_no` in the path and `detail.paid_time`',
    zh: '除路径中的 `out_order_no` 和 `detail.paid_time` 以外的参数',
  },
  'none-known': {
    en: '`not-exist`, of every order of the merchant so far',
    zh: '该商户号至今所有订单均为 `not-exist`',
  },
  unlisted: { en: 'any other code, with 4xx', zh: '4xx 中的其他错误码' },
}

const refusals = (language: Language): Table => ({
  head: [
    ...(language === 'en' ? ['refusal', 'WeChat Pay says'] : ['拒绝', '微信支付返回']),
    HEADS[language].meaning,
    HEADS[language].turn,
    HEADS[language].next,
  ],
  rows: Object.entries(REFUSALS as Readonly<Record<string, Refusal>>).map(([name, refusal]) => [
    code(name),
    [
      ...codes(refusal.codes),
      ...codes(refusal.numbers),
      ...(refusal.phrases ?? []).map((phrase) => `“${phrase}”`),
      ...codes(refusal.statuses),
      ...(IN_WORDS[name] ? [IN_WORDS[name][language]] : []),
    ].join(' '),
    refusal[language].meaning,
    turnOf(refusal.turn, language),
    refusal[language].next,
  ]),
})

const STANDS: Readonly<Record<string, Situation>> = {
  PENDING: { state: 'PENDING' },
  'PENDING, `open`': { state: 'PENDING', last_error: { verdict: 'open', at: 0, attempt: 1 } },
  'PENDING, `config`': { state: 'PENDING', last_error: { verdict: 'config', at: 0, attempt: 1 } },
  'PENDING, `undecided`': { state: 'PENDING', last_error: { verdict: 'undecided', at: 0, attempt: 1 } },
  'HELD, `paid_less`': { state: 'HELD', reason: 'paid_less' },
  'HELD, `paid_more`': { state: 'HELD', reason: 'paid_more' },
  'HELD, `amount_unknown`': { state: 'HELD', reason: 'amount_unknown' },
  'HELD, `confirmed` `closed`': { state: 'HELD', last_error: { verdict: 'closed', at: 0, attempt: 1 } },
  'HELD, `part_paid`': { state: 'HELD', reason: 'part_paid' },
  'HELD, `observe_only`': { state: 'HELD', reason: 'observe_only' },
  'HELD, `over_cap`': { state: 'HELD', reason: 'over_cap' },
  'HELD, `transaction_id`': { state: 'HELD', transaction_id: 'x' },
  'SYNCED, `confirmed: false`': { state: 'SYNCED', due: 'x' },
  'SYNCED, `confirmed: true`': { state: 'SYNCED', proved_at: 0 },
  'SYNCED, `unproved`': { state: 'SYNCED', reason: 'unproved' },
  'REJECTED, `not_found`': { state: 'REJECTED', reason: 'not_found' },
  'REJECTED, `invalid`': { state: 'REJECTED', reason: 'invalid' },
  'REJECTED, `too_old`': { state: 'REJECTED', reason: 'too_old' },
  'REJECTED, `too_old` `open`': {
    state: 'REJECTED',
    reason: 'too_old',
    last_error: { verdict: 'open', at: 0, attempt: 1 },
  },
  'REJECTED, `revoked`': { state: 'REJECTED', reason: 'revoked' },
  'REJECTED, `closed by hand: …`': { state: 'REJECTED', reason: 'closed by hand: …' },
  DOUBLE_CHARGED: { state: 'DOUBLE_CHARGED', transaction_id: '42' },
  'DOUBLE_CHARGED, `transaction_id: –`': { state: 'DOUBLE_CHARGED' },
  'DOUBLE_CHARGED, `settled_at`': { state: 'DOUBLE_CHARGED', settled_at: 0 },
}

const stands = (language: Language): Table => ({
  head: [language === 'en' ? 'state' : '状态', HEADS[language].meaning, HEADS[language].turn, HEADS[language].next],
  rows: Object.entries(STANDS).map(([name, stand]) => {
    const advice = adviceOf(stand)
    const [state = '', ...more] = name.split(', ')
    const words = advice[language]
    return [[code(state), ...more].join(' '), words.meaning, turnOf(advice.turn, language), words.next]
  }),
})

type BillTexts = Readonly<Record<string, Pick<Refusal, 'turn' | 'en' | 'zh'>>>

const classesOf =
  (classes: BillTexts, what: Readonly<Record<Language, string>>) =>
  (language: Language): Table => ({
    head: [what[language], HEADS[language].meaning, HEADS[language].turn, HEADS[language].next],
    rows: Object.entries(classes).map(([name, one]) => [
      code(name),
      one[language].meaning,
      turnOf(one.turn, language),
      one[language].next,
    ]),
  })

const lines = classesOf({ ...LINE_CLASSES, refund_missing: REFUND_MISSING }, { en: 'class', zh: '分类' })
const days = classesOf(BILL_CLASSES, { en: 'day', zh: '当日' })

const alarms = (language: Language): Table => ({
  head:
    language === 'en'
      ? ['alarm', 'what it means and what to do', 'look, then do', 'call an engineer']
      : ['告警', '含义和处理办法', '查看,然后处理', '是否找工程师'],
  rows: resourcesOf(readTemplate(), 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
    const { AlarmName, AlarmDescription } = Properties as { AlarmName: string; AlarmDescription: string }
    const [zh = '', en = ''] = AlarmDescription.split('\n')
    return [code(AlarmName.replace(/^payscore-sync-[a-z]+-/, '')), { en, zh }[language]]
  }),
})

const NONE = { en: 'none', zh: '无' } as const

const variables = (language: Language): Table => ({
  head: [
    ...(language === 'en' ? ['variable', 'read by'] : ['变量', '读取的函数']),
    HEADS[language].default,
    HEADS[language].meaning,
  ],
  rows: Object.entries(VARIABLES).map(([name, value]) => [
    code(name),
    codes(readersOf(name)).join(' '),
    value === undefined ? '–' : value === '' ? NONE[language] : code(value),
  ]),
})

/** Functions to which the template gives a variable: they are those that read it. */
const readersOf = (variable: string): readonly string[] =>
  resourcesOf(readTemplate(), 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => {
      const { Variables } = Properties.Environment as { readonly Variables: object }
      return variable in Variables
    })
    .map(([id]) => id.replace(/LambdaFunction$/, '').toLowerCase())

type Service = {
  readonly params: {
    readonly default: Readonly<Record<string, string | number>>
    readonly dev: Readonly<Record<string, string>>
  }
  readonly custom: { readonly architecture: Readonly<Record<string, string>> }
}

/** Every parameter that the stack's files ask for; those without a default of serverless.yml are explained by it. */
const parameters = (language: Language): Table => {
  const files = readdirSync(ROOT).filter((name) => /^serverless\..*(yml|ts)$/.test(name))
  const asked = files.flatMap((name) => [...readFileSync(`${ROOT}${name}`, 'utf8').matchAll(/param:(\w+)/g)])
  const service = parseDocument(readFileSync(`${ROOT}serverless.yml`, 'utf8'), { logLevel: 'silent' }).toJS() as Service
  const { default: defaults, dev } = service.params
  const china = Object.entries(service.custom.architecture).map(([region, value]) => `${code(region)}: ${code(value)}`)
  const defaultOf = (name: string): string => {
    if (name === 'architecture') return [code('arm64'), ...china].join('; ')
    const value = defaults[name] ?? ''
    const own = dev[name] === undefined ? [] : [`${code('dev')}: ${code(dev[name])}`]
    return [value === '' ? NONE[language] : code(String(value)), ...own].join('; ')
  }
  const names = [...new Set([...Object.keys(defaults), ...asked.map(([, name = '']) => name)])]
  return {
    head: [language === 'en' ? 'parameter' : '参数', HEADS[language].default, HEADS[language].meaning],
    rows: names.map((name) => [code(name), defaultOf(name)]),
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

const isCount = (name: string) =>
  /^(sdkAttempts|objectAttempts|commandAttempts|dispatchesPerSecond|dispatchesPerSecondMost|shards|shardsMost|decisionsKept|refundsKept|statementLines|absentOrders|refusedSubMerchants|silentDays|billDays)$/.test(
    name,
  )

const limitText = (name: string, value: number): string => {
  if (isCount(name)) return value.toLocaleString('en')
  if (/Bytes/.test(name) && value >= 1024 ** 3) return `${value / 1024 ** 3} GiB`
  if (/Bytes/.test(name)) return value < 1024 * 1024 ? `${value / 1024} KiB` : `${value / 1024 / 1024} MiB`
  return spanText(value)
}

/** ms in the largest unit that makes it a whole number. */
export const spanText = (ms: number): string => {
  const [unit, size] = UNITS.find(([, size]) => ms >= size && Number.isInteger(ms / size)) ?? ['s', 1000]
  return `${ms / size} ${unit}`
}

const limits = (language: Language): Table => ({
  head: language === 'en' ? ['limit', 'value', 'meaning'] : ['限制', '值', '含义'],
  rows: Object.entries(LIMITS).map(([name, value]) => [code(name), limitText(name, value)]),
})

const scripts = (language: Language): Table => {
  const { scripts: all } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: object }
  return {
    head: language === 'en' ? ['command', 'does'] : ['命令', '作用'],
    rows: Object.keys(all).map((name) => [code(['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`)]),
  }
}

/** What was measured last. */
const proof = (language: Language): Table => {
  const parts = JSON.parse(readFileSync(`${ROOT}test/proof/proof.json`, 'utf8')) as Readonly<
    Record<string, { readonly figures: Readonly<Record<string, number>> }>
  >
  const chinese = new Map(PARTS.flatMap(({ figures }) => Object.values(figures).map(({ en, zh }) => [en, zh])))
  return {
    head: language === 'en' ? ['measured', 'figure'] : ['实测', '数值'],
    rows: Object.values(parts).flatMap(({ figures }) =>
      Object.entries(figures).map(([words, figure]) => [
        language === 'en' ? words : (chinese.get(words) ?? words),
        figure.toLocaleString('en'),
      ]),
    ),
  }
}

export type Tables = Readonly<Record<string, (language: Language) => Table>>

const TABLES = {
  ...{ refusals, stands, lines, days, alarms, variables, parameters, limits, scripts, proof },
  ...{ cost: costTable, kept: keptTable },
  ...SCALE_TABLES,
} as const

export const TABLE_NAMES = Object.keys(TABLES)

/** A table of the code in a document: what follows its mark, up to the next empty line. */
const MARKED = /<!-- from the code: (\w+) -->\n((?:\|.*\n)*)/g

/** The document with every table that comes from the code as the code has it now. Throws for one that nobody knows. */
export const withTables = (document: string, language: Language, tables: Tables = TABLES): string =>
  document.replaceAll(MARKED, (_, name: string, before: string) => {
    const table = tables[name]
    if (!table) throw new TypeError(`no table ${name}`)
    const { head, rows } = table(language)
    const written = new Map(
      before
        .split('\n')
        .map(cellsOf)
        .map((cells) => [cells[0], cells]),
    )
    const whole = rows.map((row) => head.map((_, i) => row[i] ?? written.get(row[0])?.[i] ?? ''))
    return `<!-- from the code: ${name} -->\n${tableOf(head, whole)}\n`
  })

/** A table of Markdown, without a line break at its end. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(lineOf).join('\n')

const lineOf = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const cellsOf = (line: string): readonly string[] =>
  line
    .replace(/^\| | \|$/g, '')
    .split(/(?<!\\) \| /)
    .map((cell) => cell.replaceAll('\\|', '|').trim())
