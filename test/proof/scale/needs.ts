import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { BUS_BATCH } from '../../../lib/aws/event-bus.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { PUTS_IN_FLIGHT } from '../../../lib/operations/dispatch-due.ts'
import {
  COUNTED,
  INDEX_UNITS,
  INVOCATION,
  OUTCOME_BATCH,
  PUT_EVENTS_MS,
  QUOTA,
  SECRET_MAX_AGE_S,
} from './assumptions.ts'
import { busiestSecond, ordersByMinute } from './day.ts'

/** Something that a day needs in its busiest second, and what there is of it without asking for more. */
export type Need = {
  readonly en: string
  readonly zh: string
  /** By the orders of the day. */
  readonly needed: (orders: number) => number
  /** Undefined if nobody has said. */
  readonly have: number | undefined
}

const service = parse(readFileSync(new URL('../../../serverless.yml', import.meta.url), 'utf8'), { logLevel: 'silent' })
const requestsPerSecond = Number(service.params.default.requestsPerSecond)

/** Rows of one signer that reconcile dispatches in a minute at this pace. */
export const perMinute = (pace: number): number => (pace * LIMITS.reconcileDispatch) / 1000

/** Orders a day of one signer at this pace, none of which waits. */
export const mostAt = (pace: number): number => perMinute(pace) / Math.max(...ordersByMinute(1))

/** The fewest signers among which these orders can be divided, so that none waits. */
export const signersFor = (orders: number): number => Math.ceil(orders / mostAt(LIMITS.dispatchesPerSecondMost))

const everySecond =
  (each: number) =>
  (orders: number): number =>
    busiestSecond(orders) * each

/** One sync and one query of each order; outcome in full batches. */
const concurrency = (callMs: number): number =>
  (2 * callMs + (COUNTED.steps.length / OUTCOME_BATCH) * INVOCATION.outcome) / 1000
const events = COUNTED.events
const partition = (units: number, shards: number) => everySecond(units / shards)

export const NEEDS: readonly Need[] = [
  {
    en: 'requests a second to the sync of the API (`requestsPerSecond`)',
    zh: 'API 的 sync 路由每秒请求数(`requestsPerSecond`)',
    needed: everySecond(1),
    have: requestsPerSecond,
  },
  {
    en: 'requests a second to API Gateway, of the account',
    zh: '账户每秒 API Gateway 请求数',
    needed: everySecond(1),
    have: QUOTA.api,
  },
  {
    en: 'rows a minute of one signer, usual pace',
    zh: '单个签名方每分钟到期数,默认 pace',
    needed: (orders) => Math.max(...ordersByMinute(orders)),
    have: perMinute(LIMITS.dispatchesPerSecond),
  },
  {
    en: 'rows a minute of one signer, greatest pace',
    zh: '单个签名方每分钟到期数,最大 pace',
    needed: (orders) => Math.max(...ordersByMinute(orders)),
    have: perMinute(LIMITS.dispatchesPerSecondMost),
  },
  {
    en: 'Lambdas at the same time',
    zh: 'Lambda 并发数',
    needed: everySecond(concurrency(INVOCATION.answered)),
    have: QUOTA.concurrency,
  },
  {
    en: 'Lambdas at the same time while WeChat Pay hangs',
    zh: '微信支付无应答时的 Lambda 并发数',
    needed: everySecond(concurrency(INVOCATION.hanging)),
    have: QUOTA.concurrency,
  },
  {
    en: 'more Lambdas of one function in ten seconds, when it begins to hang',
    zh: '微信支付开始无应答时,单个函数 10 秒内新增的 Lambda 数',
    needed: everySecond(Math.min(INVOCATION.hanging, 10_000) / 1000),
    have: QUOTA.scaling,
  },
  {
    en: `write units a second of the table, ${COUNTED.writeUnits} an order`,
    zh: `表每秒写单位,每单 ${COUNTED.writeUnits}`,
    needed: everySecond(COUNTED.writeUnits),
    have: QUOTA.tableUnits,
  },
  {
    en: `write units a second in a shard of the index \`due\`, one signer with ${LIMITS.shards}`,
    zh: `索引 \`due\` 单个分片每秒写单位,一个签名方 ${LIMITS.shards} 个分片`,
    needed: partition(INDEX_UNITS.due, LIMITS.shards),
    have: QUOTA.partitionUnits,
  },
  {
    en: `write units a second in a shard of the index \`due\`, one signer with ${LIMITS.shardsMost}`,
    zh: `索引 \`due\` 单个分片每秒写单位,一个签名方 ${LIMITS.shardsMost} 个分片`,
    needed: partition(INDEX_UNITS.due, LIMITS.shardsMost),
    have: QUOTA.partitionUnits,
  },
  {
    en: `write units a second in a shard of the index \`day\`, one payee with ${LIMITS.shards}`,
    zh: `索引 \`day\` 单个分片每秒写单位,一个收款商户 ${LIMITS.shards} 个分片`,
    needed: partition(INDEX_UNITS.day, LIMITS.shards),
    have: QUOTA.partitionUnits,
  },
  {
    en: 'records a second in the stream of a new table, with four shards',
    zh: '新表的流(四个分片)每秒记录数',
    needed: everySecond(COUNTED.steps.length),
    have: 4 * OUTCOME_BATCH * (1000 / INVOCATION.outcome),
  },
  {
    en: 'rows a second that reconcile can hand over, of all signers',
    zh: 'reconcile 每秒可派发的行数,全部签名方',
    needed: everySecond(1),
    have: Math.floor((PUTS_IN_FLIGHT * BUS_BATCH * 1000) / PUT_EVENTS_MS),
  },
  {
    en: 'PutEvents a second, in batches of ten',
    zh: '每秒 PutEvents 次数(每批 10 条)',
    needed: everySecond(events / BUS_BATCH),
    have: QUOTA.putEvents,
  },
  {
    en: 'invocations a second by EventBridge',
    zh: 'EventBridge 每秒调用数',
    needed: everySecond(1),
    have: QUOTA.invocations,
  },
  {
    en: 'GetSecretValue a second, with the fewest signers',
    zh: '每秒 GetSecretValue 次数(签名方数取最少)',
    needed: (orders) => (everySecond(concurrency(INVOCATION.answered))(orders) * signersFor(orders)) / SECRET_MAX_AGE_S,
    have: QUOTA.getSecret,
  },
  {
    en: 'calls a second to WeChat Pay, of all signers',
    zh: '每秒调用微信支付次数,全部签名方',
    needed: everySecond(2),
    have: undefined,
  },
]

/** Up to how many orders a day it is enough; undefined if nobody knows. */
export const enoughFor = ({ needed, have }: Need): number | undefined => {
  if (have === undefined) return undefined
  // The number of signers is a whole one, so what is needed does not grow evenly.
  let [enough, tooMuch] = [0, 1e12]
  for (let i = 0; i < 60; i += 1) {
    const middle = (enough + tooMuch) / 2
    if (needed(middle) <= have) enough = middle
    else tooMuch = middle
  }
  return enough
}
