import { setTimeout as sleep } from 'node:timers/promises'
import { type DecisionName, readDecision } from '../../intake/operator-decision.ts'
import { type Row, readRowKey, type State } from '../../ledger/row.ts'
import { LIMITS } from '../../limits.ts'
import { CliError } from '../../two-languages.ts'
import { type Connection, connect } from '../aws/connect.ts'
import { createProgress, type Session } from '../session.ts'
import { tellTable } from '../table.ts'
import { type Decide, openDecide } from './decide.ts'
import { type FilterOptions, partOf, readFilter } from './filter.ts'
import { pathOf } from './find.ts'
import { rowsOf } from './rows.ts'

export type ManyOptions = FilterOptions & { readonly why?: string; readonly dryRun?: boolean; readonly yes?: boolean }

/** Decisions that can be made for many orders at once, and the states of these orders. */
const STATES_OF: { readonly [what in DecisionName]?: readonly State[] } = {
  release: ['HELD'],
  close: ['PENDING', 'HELD'],
  reopen: ['REJECTED'],
  withdraw: ['PENDING', 'HELD'],
}

export const isForMany = (what: DecisionName): boolean => STATES_OF[what] !== undefined

/** Decisions that run in parallel. */
const AT_ONCE = 10
/** After so many failed requests in a row the command stops. */
const FAILURES_MOST = 5

type Outcome = 'done' | 'changed' | 'refused' | 'failed'
type Result = { readonly order: string; readonly outcome: Outcome; readonly why?: string }

/**
 * Makes the same decision for every order that the filters select. Each is recorded like a single decision. After an
 * interruption the same command continues, since decided orders are not selected again. Gives the exit code.
 */
export const decideMany = async (what: DecisionName, options: ManyOptions, session: Session): Promise<number> => {
  const { t, note } = session
  const why = checkWhy(what, options)
  const connection = await connect(options, session)
  const isMeant = meaning(what, options, session)
  const rows = await chosenRows(what, isMeant, options, connection, session)
  if (rows.length === 0) {
    if (options.json) session.json({ decision: what, dry_run: options.dryRun === true, results: [], left: 0 })
    else note(t({ en: `nothing to ${what}`, zh: `没有可执行 ${what} 的订单` }))
    return 0
  }
  if (options.dryRun || !options.json) tellChosen(what, rows, options, session)
  if (options.dryRun || why === undefined) return 0
  if (!options.yes) await confirm(what, rows.length, session)
  const decide = await openDecide(connection, session)
  const results = await decideEach(what, rows, why, isMeant, decide, connection, session)
  return tellResults(what, results, rows.length - results.length, options, session)
}

/** Undefined in a dry run. Throws before anything is read. */
const checkWhy = (
  what: DecisionName,
  { reason, olderThan, day, shop, why, dryRun }: ManyOptions,
): string | undefined => {
  if ([reason, olderThan, day, shop].every((filter) => filter === undefined))
    throw new CliError(
      {
        en: 'which orders? Name one, or say --reason, --older-than, --day or --shop',
        zh: '请指定一个订单,或使用 --reason、--older-than、--day、--shop',
      },
      2,
    )
  if (why === undefined && !dryRun)
    throw new CliError(
      {
        en: 'why? Say --why TEXT, which stays on each order; --dry-run only shows what would be done',
        zh: '请用 --why 说明原因(将保存在每个订单上);--dry-run 仅显示将执行的操作',
      },
      2,
    )
  if (why !== undefined) readDecision({ mchid: '', out_order_no: '' }, what, { reason: why }, 'cli')
  return why
}

const meaning = (what: DecisionName, options: ManyOptions, session: Session): ((row: Row) => boolean) => {
  const isMeant = readFilter(options, session.now())
  const states = STATES_OF[what] ?? []
  return (row) => states.includes(row.state) && isMeant(row)
}

const chosenRows = async (
  what: DecisionName,
  isMeant: (row: Row) => boolean,
  options: ManyOptions,
  connection: Connection,
  session: Session,
): Promise<readonly Row[]> => {
  const [state, ...others] = STATES_OF[what] ?? []
  const part = partOf({ ...options, ...(state && others.length === 0 && { state }) }, session)
  const progress = createProgress(session)
  const seen = (count: number) => progress.tell(session.t({ en: `${count} orders read`, zh: `已读取 ${count} 个订单` }))
  const rows: Row[] = []
  for await (const { row } of rowsOf(part, connection, {}, seen)) if (isMeant(row)) rows.push(row)
  progress.end()
  return rows
}

/** How many orders are printed. */
const SHOWN = 10

const tellChosen = (
  what: DecisionName,
  rows: readonly Row[],
  { json, dryRun }: ManyOptions,
  session: Session,
): void => {
  const { t, say } = session
  if (json) {
    const results = rows.map(({ pk, state, reason }) => ({
      order: pathOf(pk),
      outcome: `would ${what}`,
      state,
      reason,
    }))
    session.json({ decision: what, dry_run: dryRun === true, results, left: rows.length })
    return
  }
  const kinds = Map.groupBy(rows, ({ state, reason }) => `${state} ${reason ?? ''}`.trim())
  tellTable(
    [t({ en: 'orders', zh: '订单数' }), t({ en: 'stand', zh: '当前状态' }), t({ en: 'among them', zh: '例如' })],
    [...kinds].map(([kind, some]) => [
      String(some.length),
      kind,
      `${some
        .slice(0, SHOWN)
        .map(({ pk }) => pathOf(pk))
        .join(', ')}${some.length > SHOWN ? ' …' : ''}`,
    ]),
    session,
  )
  const total = rows.length
  say(t({ en: `${what}: ${total} in all`, zh: `${what}:共 ${total} 个订单` }))
}

/** Asks the person to confirm. Throws without a terminal, or if the person does not say yes. */
const confirm = async (what: DecisionName, count: number, { t, ask }: Session): Promise<void> => {
  const question = t({
    en: `${what} these ${count} orders? Type yes: `,
    zh: `确认对这 ${count} 个订单执行 ${what}?请输入 yes:`,
  })
  if ((await ask?.(question))?.trim().toLowerCase() === 'yes') return
  throw new CliError(
    { en: 'nothing was decided: say yes, or --yes on the command line', zh: '未执行任何操作:请确认 yes,或使用 --yes' },
    2,
  )
}

/** At the rate of reconcile, which processes the orders afterwards. Each row is read again before the decision. */
const decideEach = async (
  what: DecisionName,
  rows: readonly Row[],
  reason: string,
  isMeant: (row: Row) => boolean,
  decide: Decide,
  { ledger }: Connection,
  session: Session,
): Promise<readonly Result[]> => {
  const results: Result[] = []
  const progress = createProgress(session)
  let begun = 0
  let failures = 0
  const one = async (pk: string): Promise<Result> => {
    const order = pathOf(pk)
    try {
      const row = await ledger.read(pk)
      if (!row || !isMeant(row)) return { order, outcome: 'changed' }
      const { status, body } = await decide(readRowKey(pk), what, { reason })
      failures = 0
      return status === 200 ? { order, outcome: 'done' } : { order, outcome: 'refused', why: String(body.title) }
    } catch (error) {
      failures += 1
      return { order, outcome: 'failed', why: error instanceof Error ? error.message : 'unknown' }
    }
  }
  const work = async (): Promise<void> => {
    for (let row = rows[begun]; row && failures < FAILURES_MOST; row = rows[begun]) {
      begun += 1
      await sleep((1000 / LIMITS.dispatchesPerSecond) * Math.min(AT_ONCE, rows.length))
      results.push(await one(row.pk))
      progress.tell(`${bar(results.length / rows.length)} ${results.length} / ${rows.length}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  progress.end()
  return results
}

const BAR = 30

const bar = (part: number): string => `[${'#'.repeat(Math.floor(part * BAR)).padEnd(BAR, '.')}]`

const OUTCOMES = {
  done: { en: 'done', zh: '已执行', colour: 'green' },
  changed: { en: 'stands otherwise now', zh: '状态已变化,跳过', colour: 'dim' },
  refused: { en: 'refused', zh: '被拒绝', colour: 'red' },
  failed: { en: 'failed', zh: '失败', colour: 'red' },
} as const

const tellResults = (
  what: DecisionName,
  results: readonly Result[],
  left: number,
  { json }: ManyOptions,
  session: Session,
): number => {
  const { t, say } = session
  const bad = results.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed')
  if (json) session.json({ decision: what, dry_run: false, results, left })
  else {
    if (bad.length > 0)
      tellTable(
        [t({ en: 'order', zh: '订单' }), t({ en: 'outcome', zh: '结果' }), ''],
        bad.map(({ order, outcome, why = '' }) => [
          order,
          { text: t(OUTCOMES[outcome]), colour: OUTCOMES[outcome].colour },
          why,
        ]),
        session,
      )
    const counts = Object.entries(OUTCOMES).flatMap(([outcome, text]) => {
      const count = results.filter((result) => result.outcome === outcome).length
      return count > 0 ? [`${count} ${t(text)}`] : []
    })
    say(`${what}: ${counts.join(', ')}`)
    if (left > 0)
      say(
        t({
          en: `${left} not tried, since too many failed: run the same command again to go on`,
          zh: `连续失败过多,${left} 个订单未执行:请重新运行同一命令继续`,
        }),
      )
  }
  return bad.length > 0 || left > 0 ? 1 : 0
}
