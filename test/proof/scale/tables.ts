import { LIMITS } from '../../../lib/limits.ts'
import type { Language, Table, Tables } from '../../documents/tables.ts'
import { COUNTED } from './assumptions.ts'
import { MILLION_COST, MILLION_COSTS, MILLION_KEPT } from './cost.ts'
import { MINUTES, ordersByMinute } from './day.ts'
import { enoughFor, NEEDS, signersFor } from './needs.ts'
import { fullestShard } from './shards.ts'
import { type Day, type Simulated, simulate } from './simulate.ts'

const VOLUMES = [1e6, 1e7, 1e8] as const
const MOST = 1e8
const NOON = [12 * 60, 13 * 60] as const
const { dispatchesPerSecond: usual, dispatchesPerSecondMost: most } = LIMITS

/** Tables of both languages are made of the same days. */
const simulated = new Map<string, Simulated>()
const dayOf = (day: Day): Simulated => {
  const key = JSON.stringify(day)
  const known = simulated.get(key) ?? simulate(day)
  simulated.set(key, known)
  return known
}

/** Two digits, or whole if they are enough. */
const short = (value: number): string =>
  (value >= 100 ? Math.round(value) : Number(value.toPrecision(2))).toLocaleString('en')
/** 1,234,567 as 1.2 million, resp. 123 万. */
const many = (value: number, language: Language): string => {
  if (value < 10_000) return Math.round(value).toLocaleString('en')
  if (language === 'en') return `${short(value / 1e6)} million`
  return value < 1e8 ? `${short(value / 1e4)} 万` : `${short(value / 1e8)} 亿`
}

const hours = (language: Language): Table => {
  const signers = signersFor(MOST)
  const orders = ordersByMinute(MOST)
  const { calls } = dayOf({ orders: MOST / signers, pace: most })
  const two = (from: number, values: readonly number[]) => values.slice(from * 60, (from + 2) * 60)
  const busiest = (from: number) => Math.max(...two(from, orders)) / 60
  return {
    head:
      language === 'en'
        ? ['hours in China', 'orders', 'orders a second', 'write units a second', 'calls a second to WeChat Pay']
        : ['北京时间', '订单数', '每秒订单数', '每秒写单位', '每秒调用微信支付次数'],
    rows: Array.from({ length: 12 }, (_, i) => 2 * i).map((from) => [
      `${String(from).padStart(2, '0')}:00–${String(from + 2).padStart(2, '0')}:00`,
      many(
        two(from, orders).reduce((sum, value) => sum + value, 0),
        language,
      ),
      short(busiest(from)),
      short(busiest(from) * COUNTED.writeUnits),
      short((Math.max(...two(from, calls)) * signers) / 60),
    ]),
  }
}

const needs = (language: Language): Table => ({
  head:
    language === 'en'
      ? ['in the busiest second', ...VOLUMES.map((orders) => many(orders, 'en')), 'there are', 'enough for', 'before']
      : ['最忙的一秒', ...VOLUMES.map((orders) => many(orders, 'zh')), '现有', '足够每日', '事先要做'],
  // What breaks first stands first.
  rows: NEEDS.map((need) => ({ need, enough: enoughFor(need) }))
    .sort((a, b) => (a.enough ?? Number.MAX_VALUE) - (b.enough ?? Number.MAX_VALUE))
    .map(({ need, enough }) => {
      return [
        need[language],
        ...VOLUMES.map((orders) => short(need.needed(orders))),
        need.have === undefined ? '–' : short(need.have),
        enough === undefined ? '–' : many(enough, language),
      ]
    }),
})

/** Days of one signer. */
const DAYS: readonly Day[] = [
  { orders: 5e5, pace: usual },
  { orders: 1e6, pace: usual },
  { orders: 1e6, pace: 2 * usual },
  { orders: MOST / signersFor(MOST), pace: most },
  { orders: 1e7, pace: most },
]

const clock = (minute: number, language: Language): string => {
  const time = `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  if (minute < MINUTES) return time
  return language === 'en' ? `${time}, the day after` : `次日 ${time}`
}

const waits = (language: Language): Table => ({
  head:
    language === 'en'
      ? [
          ...['orders a day of one signer, `pace`', 'wait at most', 'minutes', 'after an outage: wait at most'],
          ...['all synced after minutes', 'nothing waits from'],
        ]
      : [...['单个签名方每日订单数,`pace`', '最多等待', '分钟', '故障后:最多等待'], ...['全部同步,分钟', '无等待,自']],
  rows: DAYS.map((day) => {
    const plain = dayOf(day)
    const outage = dayOf({ ...day, outage: NOON })
    return [
      `${many(day.orders, language)}, ${day.pace}`,
      many(Math.max(...plain.waiting), language),
      String(plain.longestWait),
      many(Math.max(...outage.waiting), language),
      String(outage.drainedAfter),
      clock(outage.waiting.findLastIndex((rows) => rows >= 1) + 1, language),
    ]
  }),
})

const NUMBERS = 100_000
const shards = (language: Language): Table => ({
  head: language === 'en' ? ['shards', 'fullest over mean'] : ['分片数', '最满分片与平均值之比'],
  rows: [LIMITS.shards, LIMITS.shardsMost].map((count) => [String(count), fullestShard(count, NUMBERS).toFixed(2)]),
})

const PARTS: Readonly<Record<keyof typeof MILLION_COSTS, Readonly<Record<Language, string>>>> = {
  api: { en: 'API Gateway', zh: 'API Gateway' },
  requests: { en: 'Lambda, requests', zh: 'Lambda 请求' },
  time: { en: 'Lambda, time', zh: 'Lambda 时长' },
  writes: { en: 'DynamoDB, writes', zh: 'DynamoDB 写入' },
  reads: { en: 'DynamoDB, reads', zh: 'DynamoDB 读取' },
  events: { en: 'EventBridge', zh: 'EventBridge' },
  logs: { en: 'CloudWatch Logs', zh: 'CloudWatch Logs' },
  puts: { en: 'S3, evidence', zh: 'S3 存证' },
}
const PART_NAMES = Object.keys(PARTS) as readonly (keyof typeof PARTS)[] // the keys of the object above

const dollars = (value: number) => value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

const costs = (language: Language): Table => {
  const row = (name: string, million: number) => [
    name,
    dollars(million),
    ...VOLUMES.map((orders) => dollars((million * orders) / 1e6)),
  ]
  return {
    head: [
      ...(language === 'en' ? ['US dollars', 'a million orders'] : ['美元', '每百万单']),
      ...VOLUMES.map((orders) => (language === 'en' ? `a day of ${many(orders, 'en')}` : `每日 ${many(orders, 'zh')}`)),
    ],
    rows: [
      ...PART_NAMES.map((part) => row(PARTS[part][language], MILLION_COSTS[part])),
      row(language === 'en' ? 'together' : '合计', MILLION_COST),
      row(language === 'en' ? 'storage, once the oldest are deleted' : '存储(开始删除最早的数据之后)', MILLION_KEPT),
    ],
  }
}

/** The tables of docs/scale.md. */
export const SCALE_TABLES = {
  scaleHours: hours,
  scaleNeeds: needs,
  scaleWaits: waits,
  scaleShards: shards,
  scaleCosts: costs,
} as const satisfies Tables
