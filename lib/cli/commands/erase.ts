import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Command } from 'commander'
import { plainSecret } from '../../aws/plain-secret.ts'
import { chinaDay } from '../../china-time.ts'
import { customerOf } from '../../evidence/customers.ts'
import { dayFolder, placeOf } from '../../evidence/places.ts'
import { readRowKey, rowKey } from '../../ledger/row.ts'
import { CliError } from '../../two-languages.ts'
import { callerIdentity } from '../aws/caller.ts'
import { cliClientSettings } from '../aws/client.ts'
import { addLedgerOptions, connect } from '../aws/connect.ts'
import { stackOutputs } from '../aws/stack.ts'
import { wrongValue } from '../check-values.ts'
import { checkDays, type Days, daysOf, WITHOUT_ROW_DAYS } from '../evidence/collect.ts'
import {
  type EraseDeps,
  type Erased,
  erasePlaces,
  eraseRow,
  ordersOfCustomer,
  recordErasure,
} from '../evidence/erase.ts'
import { connectEvidence, connectReplica, type EvidenceOptions } from '../evidence/store.ts'
import { addCommand, addExamples } from '../help.ts'
import { findRow, findRowOrNone, keyOfName } from '../order/find.ts'
import type { Session } from '../session.ts'

type Options = EvidenceOptions &
  Days & {
    readonly why: string
    readonly law?: string
    readonly pastLock?: boolean
    readonly dryRun?: boolean
    readonly openidFile?: string
    readonly customerKey?: string
  }

const DAY_MS = 86_400_000

/** `erase ORDER`, `erase --openid-file FILE`: erases what WeChat Pay said of a customer, and records that it was done. */
export const addErase = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'erase', {
    en: 'Erase what WeChat Pay’s signed answers say of a customer, and record it.',
    zh: '删除签名应答中的用户信息,并留存删除记录。',
  })
    .argument(
      '[order]',
      t({ en: 'MCHID/NUMBER, order number or transaction_id', zh: '商户号/订单号、商户服务订单号或微信支付订单号' }),
    )
    .requiredOption('--why <text>', t({ en: 'why, for the record', zh: '删除原因,写入记录' }))
    .option('--law <text>', t({ en: 'by which law what is locked must stay', zh: '锁定内容须保留的法律依据' }))
    .option('--past-lock', t({ en: 'delete what GOVERNANCE locks, too', zh: '同时删除 GOVERNANCE 锁定的版本' }))
    .option('--dry-run', t({ en: 'only say what would be erased', zh: '仅显示将删除的内容' }))
    .option(
      '--openid-file <file>',
      t({
        en: 'all orders of this customer of --mchid; - reads the openid from stdin',
        zh: '删除该用户在 --mchid 下的全部订单;- 表示从标准输入读取 openid',
      }),
    )
    .option('--day <yyyymmdd>', t({ en: 'only what was kept on this day', zh: '仅查找该日的存证' }))
    .option('--from <yyyymmdd>', t({ en: 'what was kept from this day', zh: '查找存证的开始日期' }))
    .option('--to <yyyymmdd>', t({ en: 'to this day (today)', zh: '查找存证的结束日期(默认今天)' }))
    .option(
      '--evidence <bucket>',
      t({ en: 'the bucket of signed answers (EVIDENCE_BUCKET)', zh: '签名应答的存储桶(EVIDENCE_BUCKET)' }),
    )
    .option(
      '--replica <bucket>',
      t({ en: 'the bucket to which they are copied (EVIDENCE_REPLICA)', zh: '签名应答的副本存储桶(EVIDENCE_REPLICA)' }),
    )
    .option(
      '--customer-key <secret>',
      t({ en: 'the secret that hides openids (CUSTOMER_KEY)', zh: '隐藏 openid 的密钥(CUSTOMER_KEY)' }),
    )
  addLedgerOptions(command, session).action(async (order: string | undefined, options: Options) =>
    done(await erase(order, options, session)),
  )
  addExamples(
    command,
    session,
    [
      'npx payscore erase 1900000109/1234323JKHDFE1243252 --why "asked by the customer" --dry-run --local',
      'npx payscore erase 1900000109/1234323JKHDFE1243252 --why "asked by the customer" --past-lock --stack payscore-sync-prod',
    ],
    {
      en: 'An openid is never said on the command line, which shells keep. What COMPLIANCE locks cannot be deleted by anybody before its day; with GOVERNANCE it takes --past-lock and ErasurePolicy. The event archive (30 days) and dead letters (14 days) hold notices without a customer, but with labels such as a cashier; reports hold the same for 400 days. Exit code 1 while something stays or waits.',
      zh: 'openid 不在命令行中给出,以免留在 shell 历史中。COMPLIANCE 锁定的内容在到期前任何人都无法删除;GOVERNANCE 锁定的内容须使用 --past-lock 并具有 ErasurePolicy 权限。事件归档(30 天)和死信(14 天)中的通知不含用户,但可能含收银员等标签;对账报告同样保存 400 天。仍有内容保留或待处理时退出码为 1。',
    },
  )
}

const erase = async (order: string | undefined, options: Options, session: Session): Promise<number> => {
  const { t, say, json, paint } = session
  if ((order === undefined) === (options.openidFile === undefined))
    throw new CliError({ en: 'say an order, or --openid-file', zh: '请指定订单,或使用 --openid-file' }, 2)
  checkDays(options)
  const connection = await connect(options, session)
  const evidence = await connectEvidence(options, session)
  if (!evidence)
    throw new CliError(
      {
        en: 'which bucket of signed answers? Say --stack NAME, --evidence NAME or --local',
        zh: '请指定签名应答的存储桶:--stack、--evidence 或 --local',
      },
      2,
    )
  const deps: EraseDeps = {
    ...{ connection, evidence, replica: await connectReplica(options, session), now: session.now() },
    ...{ isDryRun: options.dryRun === true, isPastLock: options.pastLock === true },
  }
  const found =
    order === undefined ? await ofCustomer(options, deps, session) : await ofOrder(order, options, deps, session)
  const pks = [...new Set([...found.values()].flatMap((some) => [...some]))]
  const done: Erased[] = []
  for (const pk of pks) {
    const row = await connection.ledger.read(pk)
    if (row) done.push(...(await eraseRow(row, deps)))
  }
  done.push(...(await erasePlaces(new Map([...found].filter(([place]) => place !== '')), deps)))
  const by = await callerIdentity(session.env)
  const record = { at: session.now(), by, why: options.why, law: options.law, done }
  const recorded = deps.isDryRun || pks.length === 0 ? undefined : await recordErasure(pks, record, evidence)
  const isWhole = done.every(({ done: state }) => state === 'erased' || state === 'would be erased')
  const orders = pks.map(readRowKey)
  if (options.json) {
    json({ orders, erased: done, ...(recorded && { record: recorded }) })
    return isWhole ? 0 : 1
  }
  if (done.length === 0) say(t({ en: 'nothing was found that names a customer', zh: '未发现用户信息' }))
  for (const each of done) say(`${paint(COLOURS[each.done], MARKS[each.done])} ${t(textOf(each, options.law))}`)
  if (recorded) say(t({ en: `→ recorded as ${recorded}`, zh: `→ 删除记录:${recorded}` }))
  return isWhole ? 0 : 1
}

const MARKS = { erased: '✓', 'would be erased': '→', stays: '✗', waits: '!' } as const
const COLOURS = { erased: 'green', 'would be erased': 'dim', stays: 'red', waits: 'yellow' } as const

const textOf = ({ where, object, replica, done, until, lock }: Erased, law: string | undefined) => {
  const what = replica === undefined ? (object ?? where) : `${replica}/${object}`
  if (done === 'waits')
    return {
      en: `${what}: the order is still on its way, or its newest answer is not kept as evidence yet. Erase it again later.`,
      zh: `${what}:订单仍在处理中,或最新应答尚未存证,请稍后再次删除。`,
    }
  if (done === 'stays')
    return {
      en: `${what}: the version of before stays until ${until} (${lock})${law ? `, by ${law}` : ''}${lock === 'GOVERNANCE' ? '; --past-lock deletes it' : ''}`,
      zh: `${what}:原版本保留至 ${until}(${lock})${law ? `,依据:${law}` : ''}${lock === 'GOVERNANCE' ? ';使用 --past-lock 可删除' : ''}`,
    }
  return done === 'erased'
    ? { en: `${what}: erased`, zh: `${what}:已删除` }
    : { en: `${what}: would be erased`, zh: `${what}:将删除` }
}

type Found = ReadonlyMap<string, ReadonlySet<string>>

/** The places in which the order may be: those that its row names, and all of its days. '' stands for the row. */
const ofOrder = async (order: string, options: Options, deps: EraseDeps, session: Session): Promise<Found> => {
  const { connection, evidence } = deps
  const row = await findRowOrNone(order, options, connection, session)
  const key = row ? readRowKey(row.pk) : keyOfName(order, options)
  const pk = key ? rowKey(key) : (await findRow(order, options, connection, session)).pk
  const first = chinaDay(row ? row.created_at : session.now() - (WITHOUT_ROW_DAYS - 1) * DAY_MS)
  const places = new Set<string>(row?.evidence)
  for (const day of daysOf(options, first, session.now()))
    for (const name of await evidence.keys(`answers/${dayFolder(day)}/`)) places.add(placeOf(name) ?? '')
  return new Map([...places, ''].map((place) => [place, new Set([pk])]))
}

/** Not every answer names the customer: that about a refund names an account alone. The order's row says where those are. */
const withAllPlaces = async (found: Found, { connection }: EraseDeps): Promise<Found> => {
  const whole = new Map([...found].map(([place, pks]) => [place, new Set(pks)]))
  for (const pk of new Set([...found.values()].flatMap((pks) => [...pks])))
    for (const place of (await connection.ledger.read(pk))?.evidence ?? [])
      whole.set(place, (whole.get(place) ?? new Set()).add(pk))
  return whole
}

const ofCustomer = async (options: Options, deps: EraseDeps, session: Session): Promise<Found> => {
  const { mchid, openidFile = '' } = options
  if (mchid === undefined) throw new CliError({ en: 'whose customer? Say --mchid', zh: '请用 --mchid 指定商户号' }, 2)
  const openid = readFileSync(openidFile === '-' ? 0 : resolve(session.cwd, openidFile), 'utf8').trim()
  if (!/^[\w-]{1,128}$/.test(openid))
    throw wrongValue('--openid-file', openidFile, { en: 'holds no openid', zh: '中没有 openid' })
  const secret =
    options.customerKey ??
    (options.stack === undefined
      ? session.env.CUSTOMER_KEY
      : (await stackOutputs(options.stack)).get('CustomerKeySecret'))
  if (!secret)
    throw new CliError(
      {
        en: 'which secret hides openids? Say --stack or --customer-key',
        zh: '请用 --stack 或 --customer-key 指定隐藏 openid 的密钥',
      },
      2,
    )
  const key = await plainSecret(new SecretsManagerClient(cliClientSettings), secret)()
  const isAll = options.day === undefined && options.from === undefined
  const folders = isAll
    ? ['customers/']
    : daysOf(options, '', session.now()).map((day) => `customers/${dayFolder(day)}/`)
  const found = await ordersOfCustomer(customerOf(key, openid), mchid, folders, deps.evidence)
  return isAll ? withAllPlaces(found, deps) : found
}
