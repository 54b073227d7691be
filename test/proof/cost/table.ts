import { type Counted, dollarsOf, keptDollarsOf } from './counted.ts'
import { KEPT } from './kept-counts.ts'
import { PRICES, STORAGE } from './prices.ts'

type Words = Readonly<Record<'en' | 'zh', string>>
type Line = {
  readonly name: keyof ReturnType<typeof dollarsOf>
  readonly part: Words
  /** How many of an order of one kind. */
  readonly of: (counted: Counted) => string
  readonly unit: Words
  /** Dollars of a million, or of a gigabyte. */
  readonly price: number
  readonly each: Words
}

const A_MILLION: Words = { en: 'a million', zh: '每百万' }

const LINES: readonly Line[] = [
  {
    ...{ name: 'api', part: { en: 'API Gateway, HTTP API', zh: 'API Gateway,HTTP API' } },
    ...{ of: ({ httpRequests }) => String(httpRequests), unit: { en: 'request', zh: '次请求' } },
    ...{ price: PRICES.httpRequest * 1e6, each: A_MILLION },
  },
  {
    ...{ name: 'requests', part: { en: 'Lambda, requests', zh: 'Lambda 请求' } },
    ...{ of: ({ lambdaRequests }) => lambdaRequests.toFixed(1), unit: { en: 'requests', zh: '次' } },
    ...{ price: PRICES.lambdaRequest * 1e6, each: A_MILLION },
  },
  {
    ...{ name: 'time', part: { en: 'Lambda, time', zh: 'Lambda 时间' } },
    ...{ of: ({ gbSeconds }) => gbSeconds.toFixed(2), unit: { en: 'GB-s', zh: 'GB-秒' } },
    ...{ price: PRICES.gbSecond * 1e6, each: { en: 'a million GB-s', zh: '每百万 GB-秒' } },
  },
  {
    ...{ name: 'writes', part: { en: 'DynamoDB, writes', zh: 'DynamoDB 写入' } },
    ...{ of: ({ writeUnits }) => String(writeUnits), unit: { en: 'units', zh: '个单位' } },
    ...{ price: PRICES.writeUnit * 1e6, each: A_MILLION },
  },
  {
    ...{ name: 'reads', part: { en: 'DynamoDB, reads', zh: 'DynamoDB 读取' } },
    ...{ of: ({ readUnits }) => String(readUnits), unit: { en: 'units', zh: '个单位' } },
    ...{ price: PRICES.readUnit * 1e6, each: A_MILLION },
  },
  {
    ...{ name: 'events', part: { en: 'EventBridge', zh: 'EventBridge' } },
    ...{ of: ({ events }) => String(events), unit: { en: 'events', zh: '个事件' } },
    ...{ price: PRICES.event * 1e6, each: A_MILLION },
  },
  {
    ...{ name: 'logs', part: { en: 'CloudWatch Logs', zh: 'CloudWatch Logs' } },
    ...{ of: ({ logBytes }) => (logBytes / 1000).toFixed(1), unit: { en: 'KB', zh: 'KB' } },
    ...{ price: PRICES.logGigabyte, each: { en: 'a GB', zh: '每 GB' } },
  },
  {
    ...{ name: 'puts', part: { en: 'S3, evidence', zh: 'S3 存证' } },
    ...{ of: ({ puts }) => puts.toFixed(2), unit: { en: 'objects', zh: '个对象' } },
    ...{ price: PRICES.put * 1e6, each: A_MILLION },
  },
]

const HEAD = {
  en: ['part', 'counted', 'price assumed'],
  zh: ['部分', '数量', '所用价格'],
} as const
const TOGETHER: Words = { en: 'together', zh: '合计' }
/** Dollars of a million orders of each kind, service by service. */
export const costTable = (language: 'en' | 'zh') => {
  const kinds = Object.entries(KEPT)
  const dollars = kinds.map(([, counted]) => dollarsOf(counted))
  const countsOf = ({ of, unit }: Line): string => {
    const [first = '', ...others] = [...new Set(kinds.map(([, counted]) => of(counted)))]
    const said = language === 'en' ? [first, ...others].join(', resp. ') : [first, ...others].join('、')
    return `${said} ${unit[language]}`
  }
  const priceOf = ({ price, each }: Line): string => {
    const text =
      Number(price.toPrecision(3)) === Number(price.toFixed(2)) || price > 1 ? price.toFixed(2) : price.toFixed(3)
    return language === 'en' ? `${text} ${each.en}` : `${each.zh} ${text}`
  }
  return {
    head: [...HEAD[language], ...kinds.map(([kind]) => `\`${kind}\``)],
    rows: [
      ...LINES.map((line) => [
        line.part[language],
        countsOf(line),
        priceOf(line),
        ...dollars.map((one) => one[line.name].toFixed(2)),
      ]),
      [TOGETHER[language], '', '', ...dollars.map(({ together }) => together.toFixed(2))],
    ],
  }
}

const KEPT_HEAD = { en: ['kept', 'for', 'price assumed'], zh: ['保存内容', '期限', '所用价格'] } as const
const KEPT_PARTS = {
  row: {
    en: ['the row, with its entry in an index', '400 days', `${STORAGE.table.toFixed(2)} a GB and month`],
    zh: ['台账行及其索引项', '400 天', `每 GB 每月 ${STORAGE.table.toFixed(2)}`],
  },
  evidence: {
    en: ['its evidence', '3 years', `${STORAGE.bucket.toFixed(3)} a GB and month`],
    zh: ['存证', '3 年', `每 GB 每月 ${STORAGE.bucket.toFixed(3)}`],
  },
} as const

/** Dollars for what a million orders of each kind leave, for all the time that it is kept. */
export const keptTable = (language: 'en' | 'zh') => ({
  head: [...KEPT_HEAD[language], ...Object.keys(KEPT).map((kind) => `\`${kind}\``)],
  rows: (['row', 'evidence'] as const).map((name) => [
    ...KEPT_PARTS[name][language],
    ...Object.values(KEPT).map((counted) => keptDollarsOf(counted)[name].toFixed(2)),
  ]),
})
