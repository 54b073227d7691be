import type { Command } from 'commander'
import { age } from '../../age.ts'
import { readableTime } from '../../china-time.ts'
import { signersOf } from '../../config/served.ts'
import { isObject } from '../../json.ts'
import { adviceOf } from '../../ledger/advice.ts'
import type { Row } from '../../ledger/row.ts'
import { waitsForOperator } from '../../ledger/transitions/waiting-index.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import type { Text } from '../../two-languages.ts'
import { orderView } from '../../views/order-view.ts'
import { stateLabelOf } from '../../views/state-words.ts'
import { addLedgerOptions, connect } from '../aws/connect.ts'
import { wrongValue } from '../check-values.ts'
import { addCommand, addExamples } from '../help.ts'
import { servedOf } from '../merchants-file.ts'
import { addFilterOptions, addStateOption, type FilterOptions, partOf, readFilter } from '../order/filter.ts'
import { pathOf } from '../order/find.ts'
import { REASONS, whyOf } from '../order/reasons.ts'
import { type Part, type Place, rowsOf } from '../order/rows.ts'
import { createProgress, type Session } from '../session.ts'
import { tellTable } from '../table.ts'

type Options = FilterOptions & { readonly limit?: string; readonly from?: string }

const LIMIT = 50

/** `list`: orders that need a person; or orders by state, reason, age, merchant, day and shop. */
export const addList = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'list', {
    en: 'What waits for a person; or orders by state, reason, age, merchant, day and shop.',
    zh: '列出待人工处理的订单;也可按状态、原因、已历时、商户号、日期和门店查找。',
  })
  addStateOption(command, session)
  addFilterOptions(command, session)
    .option('--under-way', t({ en: 'what is not ended, whosever turn it is', zh: '尚未了结的全部订单' }))
    .option(
      '--needs-person',
      t({
        en: 'with --day, --all and the like: only what waits for a person',
        zh: '配合 --day、--all 等:仅待人工处理的订单',
      }),
    )
    .option('--cases', t({ en: 'double charges that are not settled', zh: '未了结的疑似重复支付' }))
    .option('--all', t({ en: 'the whole ledger (a scan)', zh: '整个台账(全表扫描)' }))
    .option('--limit <n>', t({ en: `rows on a page, 1 to 1000 (${LIMIT})`, zh: `每页行数,1 至 1000(${LIMIT})` }))
    .option('--from <place>', t({ en: 'go on where the page before ended', zh: '从上一页结束处继续' }))
  addLedgerOptions(command, session).action(async (options: Options) => done(await list(options, session)))
  addExamples(
    command,
    session,
    [
      'npx payscore list --local',
      'npx payscore list --stack payscore-sync-prod',
      'npx payscore list --under-way --older-than 15m --stack payscore-sync-prod',
      'npx payscore list --day 20261124 --shop SHOP-7 --stack payscore-sync-prod',
      'npx payscore list --cases --stack payscore-sync-prod',
      'npx payscore list --state SYNCED --day 20261101..20261124 --local',
    ],
    {
      en: 'Reads as little as it can: the index of what waits for a person; with --cases the index of double charges; with --day the index of that day; with --under-way, and --state PENDING or HELD, the index of what is under way. --all, and --state SYNCED, REJECTED or DOUBLE_CHARGED without --day, scan the whole table (dynamodb:Scan). What waited before an upgrade from 1.0 comes into the index by npx payscore reindex, once.',
      zh: '尽量少读:默认只读取“待人工处理”索引;指定 --cases 时读取未了结的疑似重复支付;指定 --day 时读取该日索引;指定 --under-way 或 --state PENDING、HELD 时读取“进行中”索引。--all,以及不带 --day 的 --state SYNCED、REJECTED、DOUBLE_CHARGED 需扫描整张表(dynamodb:Scan)。从 1.0 升级前已在等待的订单,需运行一次 npx payscore reindex 才会进入索引。',
    },
  )
}

const list = async (options: Options, session: Session): Promise<number> => {
  const limit = Number(options.limit ?? LIMIT)
  const isMeant = readFilter(options, session.now())
  const from = readPlace(options.from)
  // First, since the local world says who is served there.
  const connection = await connect(options, session)
  const part = partOf(options, session)
  const progress = createProgress(session)
  const seen = (count: number) => progress.tell(session.t({ en: `${count} orders read`, zh: `已读取 ${count} 个订单` }))
  const rows: Row[] = []
  let next: Place | undefined
  let last: Place | undefined
  for await (const { row, place } of rowsOf(part, connection, from, seen)) {
    // A global secondary index is eventually consistent, so the row may have changed.
    if (!isMeant(row) || (part.by === 'waits' && !waitsForOperator(row))) continue
    if (rows.length === limit) {
      next = last
      break
    }
    rows.push(row)
    last = place
  }
  progress.end()
  if (options.json) session.json({ orders: rows.map(orderView), next: next ? writePlace(next) : null })
  else tellList(rows, part, next, session)
  if (rows.length === 0) tellWhyNone(options, session)
  return 0
}

const tellList = (rows: readonly Row[], part: Part, next: Place | undefined, session: Session): void => {
  const { t, now, note } = session
  if (rows.length > 0)
    tellTable(
      [
        t({ en: 'order', zh: '订单' }),
        t({ en: 'turn', zh: '由谁处理' }),
        t({ en: 'state', zh: '状态' }),
        t({ en: 'age', zh: '已历时' }),
        t({ en: 'paid', zh: '收款时间' }),
        t({ en: 'shop', zh: '门店' }),
        t({ en: 'why', zh: '原因' }),
      ],
      rows.map((row) => {
        const { text, colour } = stateLabelOf(row)
        const { turn } = adviceOf(row)
        return [
          pathOf(row.pk),
          turn === 'service' ? '–' : t(TURNS[turn]),
          { text: t(text), colour },
          t(age(now() - row.created_at)),
          readableTime(row.call.paid_time),
          row.shop_id ?? '',
          t(whyOf(row)),
        ]
      }),
      session,
    )
  const count = rows.length
  note(t(COUNTED[part.by](count)))
  if (next) note(t({ en: `next page: --from ${writePlace(next)}`, zh: `下一页:--from ${writePlace(next)}` }))
}

const orders = (count: number): string => (count === 1 ? '1 order' : `${count} orders`)
const found = (count: number): Text => ({ en: orders(count), zh: `${count} 个订单` })

const COUNTED: Readonly<Record<Part['by'], (count: number) => Text>> = {
  waits: (count) => ({
    en: `${orders(count)} ${count === 1 ? 'waits' : 'wait'} for a person; --under-way, --day or --all for others`,
    zh: `${count} 个订单待人工处理;其他订单请用 --under-way、--day 或 --all`,
  }),
  case: (count) => ({
    en: `${count} double ${count === 1 ? 'charge' : 'charges'} not settled`,
    zh: `${count} 个疑似重复支付未了结`,
  }),
  due: (count) => ({
    en: `${orders(count)} under way; --day or --all for others`,
    zh: `${count} 个订单进行中;其他订单请用 --day 或 --all`,
  }),
  day: found,
  scan: found,
}

/** If nothing was found, names the filters that may be mistyped. */
const tellWhyNone = ({ mchid, reason }: Options, session: Session): void => {
  const { t, note } = session
  const served = servedOf(session)
  const names = served ? signersOf(served) : []
  if (mchid !== undefined && served && !served.get(mchid))
    note(
      t({
        en: `--mchid ${mchid} is not served: MERCHANTS or merchants.json has ${names.join(', ')}`,
        zh: `--mchid ${mchid} 不在 MERCHANTS 或 merchants.json 中;已配置的商户号:${names.join('、')}`,
      }),
    )
  if (reason !== undefined && !REASONS.includes(reason))
    note(
      t({
        en: `--reason ${reason} is no word that this service uses (codes of WeChat Pay apart): ${REASONS.join(', ')}`,
        zh: `--reason ${reason} 不是本服务使用的原因(微信支付错误码除外);可选值:${REASONS.join('、')}`,
      }),
    )
}

const writePlace = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

const readPlace = (text: string | undefined): Place | undefined => {
  if (text === undefined) return undefined
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (isObject(place) && Object.values(place).every(isObject)) return place as Place
  } catch {
    // The message below covers this.
  }
  throw wrongValue('--from', text, { en: 'is not what a page ended with', zh: '不是上一页给出的值' })
}
