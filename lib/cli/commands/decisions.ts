import type { Command } from 'commander'
import { chinaTime } from '../../china-time.ts'
import type { DecisionName } from '../../intake/operator-decision.ts'
import type { Json } from '../../json.ts'
import { readRowKey } from '../../ledger/row.ts'
import { CliError, type Text } from '../../two-languages.ts'
import { addLedgerOptions, connect } from '../aws/connect.ts'
import { addCommand, addExamples } from '../help.ts'
import { openDecide } from '../order/decide.ts'
import { decideMany, isForMany, type ManyOptions } from '../order/decide-many.ts'
import { addFurtherFilters } from '../order/filter.ts'
import { findRow, pathOf } from '../order/find.ts'
import { tellRow } from '../order/view.ts'
import type { Session } from '../session.ts'

type Options = ManyOptions & {
  readonly refund?: string
  readonly cash?: string
  readonly notDouble?: boolean
  readonly correct?: boolean
}

/** What each decision does, for its help text. */
const WHAT: readonly (readonly [name: DecisionName, what: Text, example: string])[] = [
  [
    'release',
    {
      en: 'Say that all of a held order was paid at the till: it is synced.',
      zh: '放行:确认已全额线下收款,对已暂停的订单发送同步。',
    },
    '--reason "amount was typed wrong, order is right"',
  ],
  [
    'reopen',
    { en: 'Take up a rejected order again; WeChat Pay is asked first.', zh: '重新处理同步未成功的订单,先查单。' },
    '--reason "serial number in the secret was mended"',
  ],
  [
    'close',
    {
      en: 'End an order: nothing more is sent or asked, and WeChat Pay may charge it.',
      zh: '人工结案:不再同步或查单,支付分仍可能扣款。',
    },
    '--reason "wrong order number"',
  ],
  [
    'settle',
    {
      en: 'Say how a double charge is settled: by which refund, which WeChat Pay is then asked about; at the till; or that it was none.',
      zh: '登记重复支付的处理方式:商户退款单号(将自动向微信支付查询退款结果)、已在门店退款,或并非重复支付。',
    },
    '--refund RF20261124001 --reason "refunded through WeChat Pay"',
  ],
  [
    'withdraw',
    {
      en: 'Take a notice back, as long as WeChat Pay cannot have taken it.',
      zh: '撤回通知(仅当微信支付不可能已接受同步时)。',
    },
    '--reason "typed at the wrong till"',
  ],
]

/**
 * `release`, `reopen`, `close`, `settle`, `withdraw`: an operator decision, stored in the row with who, when and why.
 */
export const addDecisions = (program: Command, session: Session, done: (code: number) => void): void => {
  for (const [name, what, example] of WHAT) addDecision(name, what, example, program, session, done)
}

const addDecision = (
  name: DecisionName,
  what: Text,
  example: string,
  program: Command,
  session: Session,
  done: (code: number) => void,
): void => {
  const { t } = session
  const command = addCommand(program, session, name, what).argument(
    isForMany(name) ? '[order]' : '<order>',
    t({ en: 'order number, MCHID/NUMBER or transaction_id', zh: '商户服务订单号、商户号/订单号或微信支付订单号' }),
  )
  const reason = { en: 'why; stays on the order', zh: '原因,将保存在订单上' }
  if (isForMany(name)) addManyOptions(command.option('--reason <text>', t(REASON_OF_MANY)), session)
  else command.requiredOption('--reason <text>', t(reason))
  if (name === 'settle')
    command
      .option('--refund <id>', t({ en: 'out_refund_no of WeChat Pay’s refund', zh: '商户退款单号' }))
      .option('--cash <receipt>', t({ en: 'given back at the till: its receipt', zh: '已在门店退款:小票号' }))
      .option('--not-double', t({ en: 'it was no double charge', zh: '并非重复支付' }))
      .option('--correct', t({ en: 'what was settled before was wrong', zh: '更正此前登记的处理结果' }))
  else if (name === 'close' || name === 'withdraw')
    command.option(
      '--not-double',
      t({
        en: 'WeChat Pay charged the order, and that was no double charge',
        zh: '支付分已扣款,但并非重复支付',
      }),
    )
  addLedgerOptions(command, session).action(async (order: string | undefined, options: Options) =>
    done(
      order === undefined ? await decideMany(name, options, session) : await carryOut(name, order, options, session),
    ),
  )
  const many = `npx payscore ${name} --reason ${MANY_EXAMPLE[name] ?? ''} --day 20261124 --dry-run --stack payscore-sync-prod`
  addExamples(
    command,
    session,
    [
      `npx payscore ${name} 1234323JKHDFE1243252 ${example} --stack payscore-sync-prod`,
      ...(isForMany(name) ? [many] : []),
    ],
    {
      en: 'Your identity as AWS knows it, the time and the reason stay on the order. With --stack it goes through the API.',
      zh: '您的 AWS 身份、时间和原因将保存在订单上。使用 --stack 时通过 API 执行。',
    },
  )
}

const REASON_OF_MANY: Text = {
  en: 'with an order: why, stays on it. Without: orders of this reason, verdict or code',
  zh: '指定订单时:原因,将保存在订单上;不指定订单时:筛选该原因、判定或错误码的订单',
}

const MANY_EXAMPLE: { readonly [name in DecisionName]?: string } = {
  release: 'over_cap',
  reopen: 'too_old',
  close: 'paid_less',
  withdraw: 'absent',
}

const addManyOptions = (command: Command, session: Session): Command => {
  const { t } = session
  return addFurtherFilters(command, session)
    .option('--why <text>', t({ en: 'for many orders: why, stays on each', zh: '批量执行的原因,将保存在每个订单上' }))
    .option('--dry-run', t({ en: 'for many orders: only say what would be done', zh: '批量执行时,仅显示将执行的操作' }))
    .option('--yes', t({ en: 'for many orders: do not ask', zh: '批量执行时,不再询问确认' }))
}

/** A decision for a single order needs a reason, and no filter is allowed. */
const checkSingle = ({ reason, why, dryRun, yes, olderThan, day, shop }: Options): string => {
  const said = reason ?? why
  if (said === undefined || (reason !== undefined && why !== undefined))
    throw new CliError(
      { en: 'why? Say --reason TEXT, which stays on the order', zh: '请用 --reason 说明原因,将保存在订单上' },
      2,
    )
  if ([dryRun, yes, olderThan, day, shop].some((option) => option !== undefined))
    throw new CliError(
      {
        en: 'name an order, or say which by filters, and not both: --older-than, --day, --shop, --dry-run and --yes are for many',
        zh: '请指定一个订单,或使用筛选条件,不能同时使用:--older-than、--day、--shop、--dry-run、--yes 用于批量执行',
      },
      2,
    )
  return said
}

const carryOut = async (what: DecisionName, order: string, options: Options, session: Session): Promise<number> => {
  const { refund, cash, notDouble, correct } = options
  const reason = checkSingle(options)
  const given = [refund, cash, notDouble].filter((value) => value !== undefined).length
  if (what === 'settle' && given !== 1)
    throw new CliError(
      {
        en: 'settle needs --refund NUMBER, --cash RECEIPT or --not-double, and only one of them',
        zh: 'settle 须且只能指定 --refund 商户退款单号、--cash 小票号、--not-double 之一',
      },
      2,
    )
  const connection = await connect(options, session)
  const row = await findRow(order, options, connection, session)
  const body = {
    reason,
    ...(refund !== undefined && { out_refund_no: refund }),
    ...(cash !== undefined && { cash }),
    ...(notDouble && { not_double: true }),
    ...(correct && { correct: true }),
  }
  const decide = await openDecide(connection, session)
  const { status, body: told } = await decide(readRowKey(row.pk), what, body)
  if (options.json) session.json(told)
  if (status !== 200) {
    if (!options.json) tellRefusal(what, pathOf(row.pk), told, session)
    return 1
  }
  const after = options.json ? undefined : await connection.ledger.read(row.pk)
  if (after) tellRow(after, session)
  return 0
}

/** Prints the problem that the protected route answered, or would answer. */
const tellRefusal = (what: DecisionName, order: string, told: Json, { t, say, paint }: Session): void => {
  const { title, detail, meaning_zh, possible, needs, next_attempt_at } = told
  say(
    `${paint('red', '✗')} ${t({ en: `${what} ${order}: ${title}. ${detail}`, zh: `${order}:目前无法执行 ${what}。${meaning_zh ?? ''}` })}`,
  )
  if (typeof told.settled_at === 'string') {
    const at = chinaTime(Date.parse(told.settled_at))
    const by = told.settled_by ?? '?'
    say(
      `→ ${t({
        en: `settled at ${at} (China time) by ${by}: ${told.settled_as}. If that was wrong: settle it again with --correct.`,
        zh: `已由 ${by} 于 ${at}(北京时间)登记:${told.settled_as}。如登记有误,请加 --correct 重新登记。`,
      })}`,
    )
    return
  }
  const names = Array.isArray(possible) ? possible.join(', ') : ''
  const flag =
    needs === 'not_double'
      ? { en: '; close and withdraw with --not-double', zh: ';close、withdraw 须加 --not-double' }
      : undefined
  if (names) say(`→ ${t({ en: `possible: ${names}${flag?.en ?? ''}`, zh: `可以执行:${names}${flag?.zh ?? ''}` })}`)
  else if (typeof next_attempt_at === 'string') {
    const at = chinaTime(Date.parse(next_attempt_at))
    say(
      `→ ${t({ en: `a call may be out: again after ${at} (China time)`, zh: `可能有请求正在进行:请在 ${at} 之后重试` })}`,
    )
  }
}
