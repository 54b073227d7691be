import { SQSClient } from '@aws-sdk/client-sqs'
import type { Command } from 'commander'
import pLimit from 'p-limit'
import { type Row, readRowKey } from '../../ledger/row.ts'
import { LIMITS } from '../../limits.ts'
import { CliError } from '../../two-languages.ts'
import { cliClientSettings } from '../aws/client.ts'
import { addLedgerOptions, type Connection, connect } from '../aws/connect.ts'
import { enterLocalWorld } from '../aws/local-world.ts'
import { stackOutputs } from '../aws/stack.ts'
import { addCommand, addExamples } from '../help.ts'
import { readServed } from '../merchants-file.ts'
import { type Decide, openDecide } from '../order/decide.ts'
import { addFilterOptions, type FilterOptions, partOf, readFilter } from '../order/filter.ts'
import { findRow, pathOf } from '../order/find.ts'
import { rowsOf } from '../order/rows.ts'
import { type CheckNotice, checkNotice } from '../redrive/check-notice.ts'
import { countLetters, type Redriven, redriveDeadLetters } from '../redrive/dead-letters.ts'
import { type SendAgain, toBus, toFunction } from '../redrive/send-again.ts'
import { createProgress, type Session } from '../session.ts'
import { tellTable } from '../table.ts'

type Options = FilterOptions & {
  readonly dryRun?: boolean
  readonly why?: string
  readonly deadLetters?: boolean
  readonly queue?: string
  readonly bus?: string
}

/** `redrive`: calls for pending orders at once, or sends dead letters again. */
export const addRedrive = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'redrive', {
    en: 'Try pending orders again at once, or send dead letters once more.',
    zh: '立即重试处理中的订单,或重新投递死信。',
  })
    .argument('[orders...]', t({ en: 'these orders', zh: '指定的订单' }))
    .option('--dry-run', t({ en: 'only say what would be done', zh: '仅显示将执行的操作' }))
    .option('--all', t({ en: 'every pending order', zh: '全部处理中的订单' }))
    .option('--why <text>', t({ en: 'stays on each order (redrive)', zh: '保存在每个订单上的原因(redrive)' }))
    .option('--dead-letters', t({ en: 'notices that no function could keep', zh: '处理死信队列中的收款通知' }))
    .option(
      '--queue <url>',
      t({ en: 'the queue of dead letters; else of the stack', zh: '死信队列的 URL;不填则取自堆栈' }),
    )
    .option(
      '--bus <name>',
      t({
        en: 'put them on this bus (EVENT_BUS) in place of the stack’s function',
        zh: '投递到该事件总线(EVENT_BUS),而不是堆栈的函数',
      }),
    )
  addFilterOptions(command, session)
  addLedgerOptions(command, session).action(async (orders: readonly string[], options: Options) => {
    done(options.deadLetters ? await redriveLetters(options, session) : await redriveRows(orders, options, session))
  })
  addExamples(
    command,
    session,
    [
      'npx payscore redrive --reason config --dry-run --stack payscore-sync-prod',
      'npx payscore redrive 1234323JKHDFE1243252 --local',
      'npx payscore redrive --dead-letters --dry-run --stack payscore-sync-prod',
    ],
    {
      en: 'A pending order is tried again 30 seconds from now, never while a call may be out. Dead letters: due events are dropped, since their rows are their own retry; a notice is sent again with its first time, and deleted only once it was taken. With --stack it goes to the function that gave it up: on a deployed bus only a till may put its events. A notice that fails once more comes back as a new letter, and is left to the next run.',
      zh: '处理中的订单将在30秒后重试,不会打断可能正在进行的请求。死信:到期事件会被丢弃(台账会自行重试);收款通知按其最初时间重新投递,被接收后才从队列删除。使用 --stack 时投递给放弃它的函数:已部署的事件总线只允许收银系统写入其事件。再次失败的通知会作为新死信返回,留待下次运行。',
    },
  )
}

type Result = { readonly order: string; readonly outcome: 'expedited' | 'would expedite' | 'due already' | 'refused' }

const redriveRows = async (orders: readonly string[], options: Options, session: Session): Promise<number> => {
  const isFiltered = [options.reason, options.olderThan, options.day, options.shop, options.all].some(
    (option) => option !== undefined,
  )
  if (orders.length > 0 && isFiltered)
    throw new CliError(
      {
        en: 'name orders, or say --reason, --older-than, --day, --shop or --all, and not both',
        zh: '指定订单与 --reason、--older-than、--day、--shop、--all 不能同时使用',
      },
      2,
    )
  if (orders.length === 0 && !isFiltered)
    throw new CliError(
      {
        en: 'which orders? Name them, or say --reason, --older-than, --day, --shop or --all',
        zh: '请指定订单,或使用 --reason、--older-than、--day、--shop、--all',
      },
      2,
    )
  const connection = await connect(options, session)
  const decide = options.dryRun ? undefined : await openDecide(connection, session)
  const limit = pLimit(10)
  const progress = createProgress(session)
  const results: Promise<Result>[] = []
  const tell = (seen: number) => progress.tell(session.t({ en: `${seen} orders read`, zh: `已读取 ${seen} 个订单` }))
  for await (const row of chosenRows(orders, options, connection, session, tell))
    results.push(limit(() => expediteRow(row, decide, options, session)))
  const all = await Promise.all(results)
  progress.end()
  return tellResults(all, options, session)
}

const chosenRows = async function* (
  orders: readonly string[],
  options: Options,
  connection: Connection,
  session: Session,
  seen: (count: number) => void,
): AsyncGenerator<Row> {
  const isMeant = readFilter(options, session.now())
  if (orders.length > 0) {
    for (const order of orders) yield await findRow(order, options, connection, session)
    return
  }
  const { all: _, ...filters } = options
  const part = partOf({ ...filters, state: 'PENDING' }, session)
  for await (const { row } of rowsOf(part, connection, {}, seen)) if (isMeant(row)) yield row
}

const expediteRow = async (
  row: Row,
  decide: Decide | undefined,
  { why = 'redrive' }: Options,
  { now }: Session,
): Promise<Result> => {
  const order = pathOf(row.pk)
  const isSoon = row.due_at !== undefined && row.due_at <= now() + LIMITS.lease
  if (row.state !== 'PENDING') return { order, outcome: 'refused' }
  if (isSoon) return { order, outcome: 'due already' }
  if (!decide) return { order, outcome: 'would expedite' }
  const { status } = await decide(readRowKey(row.pk), 'expedite', { reason: why })
  return { order, outcome: status === 200 ? 'expedited' : 'refused' }
}

const redriveLetters = async (options: Options, session: Session): Promise<number> => {
  const { queue, check, sendAgain } = await lettersTarget(options, session)
  const progress = createProgress(session)
  const redriven: Redriven[] = []
  const client = new SQSClient(cliClientSettings)
  for await (const one of redriveDeadLetters(client, queue, check, options.dryRun ? undefined : sendAgain)) {
    redriven.push(one)
    progress.tell(session.t({ en: `${redriven.length} letters`, zh: `${redriven.length} 封死信` }))
  }
  progress.end()
  const left = await countLetters(client, queue)
  const code = tellResults(redriven, options, session, left)
  if (options.dryRun || left === 0) return code
  if (!options.json) tellLeft(left, redriven, session)
  return 1
}

/**
 * Dead letters that stay in the queue: kept for the reason in the table, or new because a payment notice failed again.
 */
const tellLeft = (left: number, redriven: readonly Redriven[], { t, note }: Session): void => {
  const kept = redriven.filter(({ outcome }) => outcome === 'kept').length
  const others = Math.max(0, left - kept)
  note(
    t({
      en: `${left} left in the queue${others > 0 ? `: ${others} of them came while this ran, as a notice does that fails once more. Mend what the log of function sync names, then run it again` : ''}.`,
      zh: `队列中还剩 ${left} 封${others > 0 ? `,其中 ${others} 封是运行期间新到的(再次失败的通知会作为新死信返回)。请按 sync 函数日志排除原因后重新运行` : ''}。`,
    }),
  )
}

const lettersTarget = async (
  options: Options,
  session: Session,
): Promise<{ readonly queue: string; readonly check: CheckNotice; readonly sendAgain: SendAgain }> => {
  if (options.local) enterLocalWorld(session)
  const { env, now } = session
  const outputs = options.stack === undefined ? undefined : await stackOutputs(options.stack)
  const queue = options.queue ?? outputs?.get('NoticeDeadLettersUrl') ?? env.NOTICE_DEAD_LETTERS_URL
  const bus = options.bus ?? (outputs ? undefined : env.EVENT_BUS || undefined)
  if (!queue)
    throw new CliError(
      { en: 'which queue? Say --queue URL or --stack NAME', zh: '请用 --queue 或 --stack 指定死信队列' },
      2,
    )
  if (bus === undefined && !outputs)
    throw new CliError(
      { en: 'send them where? Say --bus NAME or --stack NAME', zh: '请用 --bus 或 --stack 指定投递目标' },
      2,
    )
  const merchants = servedMerchants(session)
  if (bus !== undefined) return { queue, check: checkNotice(merchants, now), sendAgain: toBus(bus) }
  const sync = outputs?.get('SyncFunctionArn')
  if (!sync)
    throw new CliError({
      en: `the stack ${options.stack} does not name its function sync: deploy it again`,
      zh: `堆栈 ${options.stack} 未给出 sync 函数:请重新部署`,
    })
  return { queue, check: checkNotice(merchants, now, sync), sendAgain: toFunction(sync) }
}

/** Only a dead letter of a served merchant is sent again, so the configuration must be readable. */
const servedMerchants = (session: Session) => {
  const { served, problems } = readServed(session)
  if (problems.length === 0) return served
  throw new CliError(
    {
      en: 'who is served? A letter is held against it: set MERCHANTS, or run it beside merchants.json',
      zh: '死信须按商户配置核对:请设置 MERCHANTS,或在 merchants.json 所在目录运行',
    },
    2,
  )
}

const OUTCOMES = {
  expedited: { text: { en: 'tried again in 30 s', zh: '30秒后重试' }, colour: 'green' },
  'would expedite': { text: { en: 'would be tried again', zh: '将会重试' }, colour: 'yellow' },
  'due already': { text: { en: 'due already', zh: '即将执行,无需重试' }, colour: 'dim' },
  refused: { text: { en: 'not pending, or a call may be out', zh: '不在处理中,或可能有请求正在进行' }, colour: 'red' },
  sent: { text: { en: 'sent again', zh: '已重新投递' }, colour: 'green' },
  dropped: { text: { en: 'due event, dropped', zh: '到期事件,已丢弃' }, colour: 'dim' },
  kept: { text: { en: 'stays in the queue', zh: '保留在队列中' }, colour: 'red' },
  'would send': { text: { en: 'would be sent again', zh: '将重新投递' }, colour: 'yellow' },
  'would drop': { text: { en: 'due event, would be dropped', zh: '到期事件,将丢弃' }, colour: 'dim' },
} as const

type Told = { readonly order: string; readonly outcome: keyof typeof OUTCOMES; readonly why?: string }

const tellResults = (results: readonly Told[], { json, dryRun }: Options, session: Session, left?: number): number => {
  const { t, note } = session
  if (json) session.json({ dry_run: dryRun === true, results, ...(left !== undefined && { left }) })
  else if (results.length > 0)
    tellTable(
      [t({ en: 'order', zh: '订单' }), t({ en: 'outcome', zh: '结果' }), ''],
      results.map(({ order, outcome, why = '' }) => {
        const { text, colour } = OUTCOMES[outcome]
        return [order, { text: t(text), colour }, why]
      }),
      session,
    )
  if (!json && results.length === 0) note(t({ en: 'nothing to redrive', zh: '没有需要重试的内容' }))
  return results.some(({ outcome }) => outcome === 'refused' || outcome === 'kept') ? 1 : 0
}
