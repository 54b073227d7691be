import type { Command } from 'commander'
import { hasOpenCharge, type Row } from '../../order/row.ts'
import { rowView } from '../../order/row-view.ts'
import { addLedgerOptions, connect } from '../aws/connect.ts'
import { addCommand, addExamples } from '../help.ts'
import { isObject } from '../merchants-file.ts'
import { addFilterOptions, type FilterOptions, partOf, readFilter } from '../order/filter.ts'
import { pathOf } from '../order/find.ts'
import { type Part, type Place, rowsOf } from '../order/rows.ts'
import { standingOf } from '../order/state.ts'
import { createProgress, type Session } from '../session.ts'
import { tellTable } from '../table.ts'
import { age, spaced } from '../time.ts'
import { CliError } from '../words.ts'

type Options = FilterOptions & { readonly limit: string; readonly from?: string }

/** `list`: orders by state, reason, age, merchant, day and shop. */
export const addList = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'list', {
    en: 'Orders by state, reason, age, merchant, day and shop.',
    zh: '按状态、原因、时长、商户、日期和门店列出订单。',
  }).option('--state <state>', 'PENDING, HELD, SYNCED, REJECTED, DOUBLE_CHARGED')
  addFilterOptions(command, session)
    .option('--needs-person', t({ en: 'only what waits for a person', zh: '仅需人工处理的订单' }))
    .option('--all', t({ en: 'the whole ledger (a scan)', zh: '整个台账(全表扫描)' }))
    .option('--limit <n>', t({ en: 'rows on a page (50)', zh: '每页行数(50)' }), '50')
    .option('--from <place>', t({ en: 'go on where the page before ended', zh: '从上一页结束处继续' }))
  addLedgerOptions(command, session).action(async (options: Options) => done(await list(options, session)))
  addExamples(
    command,
    session,
    [
      'npx payscore list --local',
      'npx payscore list --older-than 15m --stack payscore-sync-prod',
      'npx payscore list --day 20261124 --needs-person --shop SHOP-7 --stack payscore-sync-prod',
      'npx payscore list --state DOUBLE_CHARGED --stack payscore-sync-prod',
    ],
    {
      en: 'Reads as little as it can: with --day the index of that day; else the index of what is under way, which holds every\nPENDING and HELD order and every SYNCED one that is not proved yet. --all, and --state SYNCED, REJECTED or\nDOUBLE_CHARGED without --day, scan the whole table (dynamodb:Scan).',
      zh: '尽量少读:指定 --day 时读取该日索引;否则读取进行中的索引,其中包含全部 PENDING、HELD 和尚未核实的 SYNCED 订单。\n--all,以及不带 --day 的 --state SYNCED、REJECTED、DOUBLE_CHARGED 需扫描整张表(dynamodb:Scan)。',
    },
  )
}

const list = async (options: Options, session: Session): Promise<number> => {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1)
    throw new CliError({ en: '--limit must be a number', zh: '--limit 必须是数字' }, 2)
  const connection = await connect(options, session)
  const isMeant = readFilter(options, session.now())
  const part = partOf(options, session)
  const progress = createProgress(session)
  const seen = (count: number) => progress.tell(session.t({ en: `${count} orders read`, zh: `已读取 ${count} 个订单` }))
  const rows: Row[] = []
  let next: Place | undefined
  let last: Place | undefined
  for await (const { row, place } of rowsOf(part, connection, readPlace(options.from), seen)) {
    if (!isMeant(row)) continue
    if (rows.length === limit) {
      next = last
      break
    }
    rows.push(row)
    last = place
  }
  progress.end()
  if (options.json) session.json({ orders: rows.map(rowView), next: next ? writePlace(next) : null })
  else tellList(rows, part, next, session)
  return 0
}

const tellList = (rows: readonly Row[], part: Part, next: Place | undefined, session: Session): void => {
  const { t, now, note } = session
  if (rows.length > 0)
    tellTable(
      [
        t({ en: 'order', zh: '订单' }),
        t({ en: 'state', zh: '状态' }),
        t({ en: 'age', zh: '时长' }),
        t({ en: 'paid', zh: '收款时间' }),
        t({ en: 'shop', zh: '门店' }),
        t({ en: 'why', zh: '原因' }),
      ],
      rows.map((row) => {
        const { text, colour } = standingOf(row)
        const charge = hasOpenCharge(row) ? row.transaction_id : undefined
        const why = charge ?? row.reason ?? (row.due === undefined ? undefined : row.last_error?.verdict)
        return [
          pathOf(row.pk),
          { text: t(text), colour },
          t(age(now() - row.created_at)),
          spaced(row.call.paid_time),
          row.shop_id ?? '',
          why ?? row.transaction_id ?? '',
        ]
      }),
      session,
    )
  const count = { en: rows.length === 1 ? '1 order' : `${rows.length} orders`, zh: `${rows.length} 个订单` }
  const what =
    part.by === 'due'
      ? { en: ' under way; --day or --all for others', zh: '进行中;其他订单请用 --day 或 --all' }
      : { en: '', zh: '' }
  note(t({ en: count.en + what.en, zh: count.zh + what.zh }))
  if (next) note(t({ en: `next page: --from ${writePlace(next)}`, zh: `下一页:--from ${writePlace(next)}` }))
}

const writePlace = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

const readPlace = (text: string | undefined): Place | undefined => {
  if (text === undefined) return undefined
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (isObject(place) && Object.values(place).every(isObject)) return place as Place
  } catch {
    // Said below.
  }
  throw new CliError({ en: '--from is not what a page ended with', zh: '--from 不是上一页给出的值' }, 2)
}
