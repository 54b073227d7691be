import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DescribeEventBusCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { createLedger } from '../../aws/ledger.ts'
import type { Merchant } from '../../config/served.ts'
import { PAID_OFFLINE } from '../../intake/event-source.ts'
import { type Json, membersOf, parseMembers } from '../../json.ts'
import { everyDueKey } from '../../ledger/row.ts'
import type { Text } from '../../two-languages.ts'
import { cliClientSettings } from '../aws/client.ts'
import { isLocalWorld } from '../aws/local-world.ts'
import { bad, type Check, type Finding, note, ok, skipped } from './check.ts'

const DEPLOY: Text = { en: 'Deploy the stack again.', zh: '请重新部署堆栈。' }
const NAME_IT: Text = {
  en: 'Say --stack NAME, or set LEDGER_TABLE and EVENT_BUS.',
  zh: '请使用 --stack 堆栈名,或设置 LEDGER_TABLE 和 EVENT_BUS。',
}

/** The key attributes of the ledger's indexes. */
const INDEXES = { due: ['due', 'due_at'], day: ['day', 'pk'], waits: ['waits', 'created_at'] } as const

export const tableCheck = (table: string | undefined): Check => ({
  name: 'table',
  title: { en: 'ledger’s table', zh: '同步台账的表' },
  look: async () => {
    if (!table) return bad({ en: 'not named', zh: '未指定' }, NAME_IT)
    const found = await new DynamoDBClient(cliClientSettings)
      .send(new DescribeTableCommand({ TableName: table }))
      .catch(unlessMissing)
    if (!found?.Table) return bad({ en: `${table} is not there`, zh: `${table} 不存在` }, NAME_IT)
    const { TableStatus, GlobalSecondaryIndexes = [], KeySchema } = found.Table
    if (TableStatus !== 'ACTIVE')
      return bad({ en: `${table} is ${TableStatus}`, zh: `${table} 状态为 ${TableStatus}` }, DEPLOY)
    const missing = Object.entries(INDEXES)
      .filter(([name, keys]) => {
        const index = GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === name)
        return index?.IndexStatus !== 'ACTIVE' || keysOf(index.KeySchema) !== keys.join()
      })
      .map(([name]) => name)
    if (keysOf(KeySchema) !== 'pk') missing.unshift('pk')
    if (missing.length === 0) return ok(`${table}, indexes due, day and waits`, `${table},索引 due、day 和 waits`)
    const names = missing.join(', ')
    return bad(
      { en: `${table}: key or index missing or not active: ${names}`, zh: `${table}:键或索引缺失或未就绪:${names}` },
      DEPLOY,
    )
  },
})

const keysOf = (schema: readonly { readonly AttributeName?: string | undefined }[] = []): string =>
  schema.map(({ AttributeName }) => AttributeName).join()

export const busChecks = (bus: string | undefined, merchants: readonly Merchant[]): readonly Check[] => [
  {
    name: 'bus',
    title: { en: 'event bus', zh: '事件总线' },
    look: async () => {
      if (!bus) return bad({ en: 'not named', zh: '未指定' }, NAME_IT)
      const found = await new EventBridgeClient(cliClientSettings)
        .send(new DescribeEventBusCommand({ Name: bus }))
        .catch(unlessMissing)
      return found ? ok(bus, bus) : bad({ en: `${bus} is not there`, zh: `${bus} 不存在` }, NAME_IT)
    },
  },
  {
    name: 'rules',
    title: { en: 'rules of the bus', zh: '事件规则' },
    look: async () => {
      if (!bus) return skipped('no bus', '无事件总线')
      const client = new EventBridgeClient(cliClientSettings)
      const found = await client.send(new ListRulesCommand({ EventBusName: bus })).catch(unlessMissing)
      const patterns = (found?.Rules ?? [])
        .filter(({ State }) => State === 'ENABLED')
        .map(({ EventPattern = '{}' }) => parseMembers(EventPattern))
      return rulesFinding(patterns, merchants)
    },
  },
]

type Pattern = Json

const rulesFinding = (patterns: readonly Pattern[], merchants: readonly Merchant[]): Finding => {
  const sources = new Set(patterns.filter((one) => lists(one, 'detail-type', PAID_OFFLINE)).flatMap(sourcesOf))
  const sourcesWithoutRule = [...new Set(merchants.flatMap((merchant) => merchant.sources))].filter(
    (one) => !sources.has(one),
  )
  const missingDueRules = (['sync', 'query'] as const).filter(
    (next) => !patterns.some((one) => lists(membersOf(one.detail), 'next', next)),
  )
  if (sourcesWithoutRule.length > 0) {
    const names = sourcesWithoutRule.join(', ')
    return bad(
      { en: `no rule takes notices of ${names}`, zh: `没有规则接收来源 ${names} 的通知` },
      { en: 'Deploy the stack again with this merchants.json.', zh: '请使用当前 merchants.json 重新部署堆栈。' },
    )
  }
  if (missingDueRules.length > 0) {
    const names = missingDueRules.join(', ')
    return bad({ en: `no rule for due events: ${names}`, zh: `没有到期事件的规则:${names}` }, DEPLOY)
  }
  return ok(`notices of ${[...sources].join(', ')}; due events`, `${[...sources].join('、')} 的通知;到期事件`)
}

const lists = (pattern: Pattern, name: string, value: string): boolean => {
  const values = pattern[name]
  return Array.isArray(values) && values.includes(value)
}

const sourcesOf = ({ source }: Pattern): readonly string[] => (Array.isArray(source) ? source.map(String) : [])

/**
 * A new AWS account may run only ten functions at once, and the backlog of one merchant can keep more than that busy.
 */
const ENOUGH = 50

export const quotaCheck = (env: NodeJS.ProcessEnv): Check => ({
  name: 'quota',
  title: { en: 'Lambda at once', zh: 'Lambda 并发配额' },
  look: async () => {
    if (isLocalWorld(env) && !env.AWS_ENDPOINT_URL_LAMBDA) return skipped('local world', '本地环境')
    const { AccountLimit } = await new LambdaClient(cliClientSettings).send(new GetAccountSettingsCommand({}))
    const limit = AccountLimit?.ConcurrentExecutions ?? 0
    if (limit < ENOUGH)
      return bad(
        { en: `${limit} in this account`, zh: `本账户为 ${limit}` },
        {
          en: 'Ask for 1000 in Service Quotas: Lambda, concurrent executions.',
          zh: '请在 Service Quotas 中申请将 Lambda 并发执行数提高到 1000。',
        },
      )
    if ((AccountLimit?.UnreservedConcurrentExecutions ?? 0) < limit) return ok(String(limit), String(limit))
    return note(
      { en: `${limit}, none of it reserved`, zh: `${limit},均未预留` },
      {
        en: 'Any function of the account may use all of it. Deploy with --param="concurrency=20": 20 each for sync and query.',
        zh: '账户中的其他函数可能占满全部并发。请以 --param="concurrency=20" 部署,为 sync 和 query 各预留 20。',
      },
    )
  },
})

export const closedChecks = (table: string | undefined, merchants: readonly Merchant[]): readonly Check[] =>
  merchants
    .filter(({ closed }) => closed)
    .map(({ mchid }) => ({
      name: `closed ${mchid}`,
      title: { en: `closed merchant ${mchid}`, zh: `已停用商户 ${mchid}` },
      look: async () => {
        if (!table) return skipped('no table', '无台账')
        const ledger = createLedger(new DynamoDBClient(cliClientSettings), table)
        const pages = await Promise.all(everyDueKey(mchid).map((key) => ledger.due(key, Number.MAX_SAFE_INTEGER, 1)))
        return pages.some(({ rows }) => rows.length > 0)
          ? ok('has orders under way', '仍有订单在处理中')
          : note(
              { en: 'nothing is under way', zh: '没有处理中的订单' },
              { en: 'It can be taken out of merchants.json.', zh: '可以从 merchants.json 中移除。' },
            )
      },
    }))

const unlessMissing = (error: unknown): undefined => {
  if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
  throw error
}
