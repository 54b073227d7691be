import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { Command } from 'commander'
import { createEventBus } from '../../aws/event-bus.ts'
import { PUBLISHED_AT_ONCE } from '../../intake/publish-task.ts'
import { parseMembers } from '../../json.ts'
import { type OrderKey, type Row, readRowKey } from '../../ledger/row.ts'
import { publishAgain } from '../../operations/publish-order-events.ts'
import { CliError } from '../../two-languages.ts'
import { eventsOfRow } from '../../views/order-events.ts'
import { cliClientSettings } from '../aws/client.ts'
import { addLedgerOptions, type Connection, connect } from '../aws/connect.ts'
import { stackOutputs } from '../aws/stack.ts'
import { addCommand, addExamples } from '../help.ts'
import { addFilterOptions, addStateOption, type FilterOptions, partOf, readFilter } from '../order/filter.ts'
import { findRow, pathOf } from '../order/find.ts'
import { rowsOf } from '../order/rows.ts'
import { createProgress, type Session } from '../session.ts'
import { tellTable } from '../table.ts'

type Options = FilterOptions & { readonly dryRun?: boolean; readonly bus?: string }

/** `announce`: publishes the order events of orders once more, from their present rows. */
export const addAnnounce = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'announce', {
    en: 'Put the outcome events of orders on the bus again, as they stand.',
    zh: '按订单当前状态,向事件总线补发订单结果。',
  })
    .argument('[orders...]', t({ en: 'these orders', zh: '指定的订单' }))
    .option('--dry-run', t({ en: 'only say what would be announced', zh: '仅显示将补发的结果' }))
    .option('--needs-person', t({ en: 'what waits for a person', zh: '待人工处理的订单' }))
    .option('--all', t({ en: 'the whole ledger (a scan)', zh: '整个台账(全表扫描)' }))
    .option('--bus <name>', t({ en: 'without a stack: the bus (EVENT_BUS)', zh: '不使用堆栈时:事件总线(EVENT_BUS)' }))
  addStateOption(command, session)
  addFilterOptions(command, session)
  addLedgerOptions(command, session).action(async (orders: readonly string[], options: Options) =>
    done(await announce(orders, options, session)),
  )
  addExamples(
    command,
    session,
    [
      'npx payscore announce 1234323JKHDFE1243252 --local',
      'npx payscore announce --needs-person --dry-run --stack payscore-sync-prod',
      'npx payscore announce --day 20261121..20261124 --dry-run --stack payscore-sync-prod',
    ],
    {
      en: 'For listeners that missed events: the alarm outcome-dead-letters names the days. What is announced is read from the ledger by the function, which alone may put it on the bus. A listener may get an event twice and knows it by order and state; alarms do not count it again. An order of which there is nothing to tell, as one that is pending and not late, is passed over.',
      zh: '用于下游漏收事件时补发(告警 outcome-dead-letters 会指出日期)。内容由函数从台账读取,且只有该函数可写入事件总线。下游可能重复收到同一事件,请按订单和状态去重;告警不会重复计数。没有可通知结果的订单(如处理中且未超时)会跳过。',
    },
  )
}

type Told = { readonly order: string; readonly told: readonly string[] }
/** Gives the reason if the events may not be on the bus; undefined if they are. */
type Announce = (keys: readonly OrderKey[]) => Promise<string | undefined>

const announce = async (orders: readonly string[], options: Options, session: Session): Promise<number> => {
  checkWhich(orders, options)
  const connection = await connect(options, session)
  const send = options.dryRun ? undefined : await openAnnounce(options, connection, session)
  const progress = createProgress(session)
  const told: Told[] = []
  const failed: string[] = []
  let waiting: Row[] = []
  const flush = async () => {
    const problem = await send?.(waiting.map(({ pk }) => readRowKey(pk)))
    if (problem === undefined)
      told.push(
        ...waiting.map((row) => ({
          order: pathOf(row.pk),
          told: eventsOfRow(row).map(({ detailType }) => detailType),
        })),
      )
    else failed.push(problem)
    waiting = []
  }
  const tell = (seen: number) => progress.tell(session.t({ en: `${seen} orders read`, zh: `已读取 ${seen} 个订单` }))
  for await (const row of chosenRows(orders, options, connection, session, tell)) {
    if (eventsOfRow(row).length === 0) continue
    waiting.push(row)
    if (waiting.length === PUBLISHED_AT_ONCE) await flush()
    if (failed.length > 0) break
  }
  if (waiting.length > 0) await flush()
  progress.end()
  return tellResults(told, failed[0], options, session)
}

const checkWhich = (orders: readonly string[], options: Options): void => {
  const { reason, olderThan, day, shop, state, needsPerson, all } = options
  const isFiltered = [reason, olderThan, day, shop, state, needsPerson, all].some((option) => option !== undefined)
  if (orders.length > 0 === isFiltered)
    throw new CliError(
      {
        en: 'which orders? Name them, or say --needs-person, --day, --state, --reason, --older-than, --shop or --all, and not both',
        zh: '请指定订单,或使用 --needs-person、--day、--state、--reason、--older-than、--shop、--all,两者不能同时使用',
      },
      2,
    )
}

const chosenRows = async function* (
  orders: readonly string[],
  options: Options,
  connection: Connection,
  session: Session,
  seen: (count: number) => void,
): AsyncGenerator<Row> {
  const isMeant = readFilter(options, session.now())
  for (const order of orders) yield await findRow(order, options, connection, session)
  if (orders.length > 0) return
  // Without a filter, orders that have ended are included as well.
  const { needsPerson, day, state, all } = options
  const isWhole = [needsPerson, day, state, all].every((option) => option === undefined)
  const part = partOf(isWhole ? { ...options, all: true } : options, session)
  for await (const { row } of rowsOf(part, connection, {}, seen)) if (isMeant(row)) yield row
}

/**
 * With a stack, invokes its outcome function, since the bus denies this source to everybody else; otherwise puts on the
 * bus directly.
 */
const openAnnounce = async (options: Options, { ledger }: Connection, session: Session): Promise<Announce> => {
  if (options.stack !== undefined && options.table === undefined) return byFunction(options.stack)
  const name = options.bus ?? session.env.EVENT_BUS
  if (!name)
    throw new CliError(
      { en: 'announce them where? Say --stack NAME or --bus NAME', zh: '请用 --stack 或 --bus 指定补发目标' },
      2,
    )
  const bus = createEventBus(new EventBridgeClient(cliClientSettings), name)
  return async (keys) => {
    const { reply } = await publishAgain(keys, { ledger, bus })
    return reply.status === 200 ? undefined : String(reply.body.detail)
  }
}

const byFunction = async (stack: string): Promise<Announce> => {
  const FunctionName = (await stackOutputs(stack)).get('AnnounceFunction')
  if (FunctionName === undefined)
    throw new CliError({
      en: `${stack} has no output AnnounceFunction: deploy this version of payscore-sync first`,
      zh: `${stack} 没有输出 AnnounceFunction:请先部署本版本的 payscore-sync`,
    })
  const client = new LambdaClient(cliClientSettings)
  return async (keys) => {
    const Payload = Buffer.from(JSON.stringify({ announce: keys }))
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload }))
    if (answer.FunctionError === undefined) return undefined
    // A function that threw: Lambda's payload has its errorMessage.
    const { errorMessage } = parseMembers(answer.Payload ?? '')
    return typeof errorMessage === 'string' ? errorMessage : answer.FunctionError
  }
}

const tellResults = (
  results: readonly Told[],
  problem: string | undefined,
  { json, dryRun }: Options,
  session: Session,
): number => {
  const { t, note } = session
  if (json) session.json({ dry_run: dryRun === true, results, ...(problem !== undefined && { stopped: problem }) })
  else if (results.length > 0)
    tellTable(
      [
        t({ en: 'order', zh: '订单' }),
        dryRun ? t({ en: 'would be announced', zh: '将补发' }) : t({ en: 'announced', zh: '已补发' }),
      ],
      results.map(({ order, told }) => [order, told.join(', ')]),
      session,
    )
  else if (problem === undefined) note(t({ en: 'nothing to announce', zh: '没有需要补发的结果' }))
  if (problem === undefined) return 0
  note(
    t({
      en: `Stopped: ${problem}. Run it again in a while: what listeners get twice does no harm.`,
      zh: `已停止:${problem}。请稍后重新运行,重复补发不会造成影响。`,
    }),
  )
  return 1
}
