import type { Command } from 'commander'
import { formatChinaTime } from '../../china-time.ts'
import type { Row } from '../../ledger/row.ts'
import { CliError } from '../../two-languages.ts'
import { orderView } from '../../views/order-view.ts'
import { enterLocalWorld } from '../aws/local-world.ts'
import { stackOutputs } from '../aws/stack.ts'
import { addCommand, addExamples } from '../help.ts'
import { servedOf } from '../merchants-file.ts'
import { mchidsOf } from '../order/find.ts'
import { tellRow } from '../order/view.ts'
import type { Session } from '../session.ts'
import { tellTable } from '../table.ts'
import { handOverByEvent, handOverByHttp, type Notice } from '../trigger/hand-over.ts'
import { namedSamples, playHere, readMerchantFile } from '../trigger/own-world.ts'

type Options = {
  readonly json?: boolean
  readonly merchant?: string
  readonly local?: boolean
  readonly stage?: string
  readonly live?: boolean
  readonly via?: Via
  readonly order?: string
  readonly mchid?: string
  readonly serviceId?: string
  readonly paidTime?: string
  readonly amount?: string
  readonly source?: string
}
type Via = 'http' | 'event'

/**
 * `trigger SAMPLE`: plays a named sample in a local world to its end, or sends only its payment notice to a running
 * world or a stage.
 */
export const addTrigger = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'trigger', {
    en: 'Play a named sample on this machine, or send its notice to a world or a stage that is up.',
    zh: '在本机运行示例,或将示例中的通知发送到本地环境或已部署的阶段。',
  })
    .argument('[sample]', t({ en: 'name of a sample; without it, lists them', zh: '示例名称;不填则列出全部示例' }))
    .option(
      '--merchant <file>',
      t({
        en: 'play it with this merchant’s own key (merchant put --out)',
        zh: '使用该商户自己的密钥运行(merchant put --out 生成的文件)',
      }),
    )
    .option('--local', t({ en: 'to the world that npm start keeps up', zh: '发送到 npm start 启动的本地环境' }))
    .option(
      '--stage <name>',
      t({
        en: 'to the deployed stack payscore-sync-NAME; needs --live',
        zh: '发送到已部署的 payscore-sync-NAME;需要 --live',
      }),
    )
    .option(
      '--live',
      t({
        en: 'yes, this order is real and paid at the till, and a sync cannot be undone',
        zh: '确认:订单真实、顾客已线下付款,且同步不可撤销',
      }),
    )
    .option(
      '--order <number>',
      t({ en: 'the order, with --local and --stage', zh: '商户服务订单号,配合 --local 和 --stage' }),
    )
    .option('--mchid <mchid>', t({ en: 'its merchant, if there are several', zh: '商户号(有多个商户时)' }))
    .option('--service-id <id>', t({ en: 'its service, if the merchant has several', zh: '服务ID(商户有多个服务时)' }))
    .option('--paid-time <time>', t({ en: 'when it was paid (now)', zh: '收款成功时间(默认现在)' }))
    .option(
      '--amount <fen>',
      t({ en: 'what was paid, to be compared with the order first', zh: '收款金额(分),先与订单核对' }),
    )
    .option(
      '--via <http|event>',
      t({ en: 'how it is handed over; else as the sample says', zh: '通知方式;不填则按示例' }),
    )
    .option(
      '--source <name>',
      t({ en: 'source of the event; else the merchant’s first', zh: '事件来源;不填则为商户的第一个来源' }),
    )
    .action(async (name: string | undefined, options: Options) => done(await trigger(name, options, session)))
  addExamples(command, session, [
    'npx payscore trigger',
    'npx payscore trigger paid --merchant merchant.json',
    'npx payscore trigger paid --local --order TRY-1764000000000',
    'npx payscore trigger paid-event --stage prod --live --order 1234323JKHDFE1243252',
  ])
}

const trigger = async (name: string | undefined, options: Options, session: Session): Promise<number> => {
  const samples = await namedSamples()
  if (name === undefined) {
    if (options.json) session.json(samples.map((sample) => ({ name: sample.name, title: session.t(sample.title) })))
    else
      tellTable(
        [session.t({ en: 'sample', zh: '示例' }), ''],
        samples.map((sample) => [sample.name, session.t(sample.title)]),
        session,
      )
    return 0
  }
  const sample = samples.find((one) => one.name === name)
  if (!sample)
    throw new CliError(
      {
        en: `there is no sample ${name}; npx payscore trigger lists them`,
        zh: `没有示例 ${name};npx payscore trigger 可列出全部示例`,
      },
      2,
    )
  if (!options.local && options.stage === undefined) return play(sample, options, session)
  const first = sample.story.find((scene) => 'notice' in scene)
  return send(first?.notice ?? 'http', options, session)
}

type Sample = Awaited<ReturnType<typeof namedSamples>>[number]

const play = async (sample: Sample, options: Options, session: Session): Promise<number> => {
  const file = options.merchant === undefined ? undefined : readMerchantFile(options.merchant, session)
  const { played, row: found, now } = await playHere(sample, file, session)
  const row = found as Row | undefined // this process started the world, so the row is the ledger's
  const isRight = played.wrong.length === 0
  if (options.json) {
    const { out_order_no, statuses, posts, queries, wrong } = played
    session.json({
      sample: sample.name,
      out_order_no,
      statuses,
      syncs: posts,
      queries,
      wrong,
      order: row && orderView(row),
    })
    return isRight ? 0 : 1
  }
  const { t, say, paint } = session
  const { posts, queries, statuses } = played
  say(
    `${isRight ? paint('green', '✓') : paint('red', '✗')} ${sample.name}: ${t(sample.title)} (${t({
      en: `WeChat Pay saw ${posts} ${posts === 1 ? 'sync' : 'syncs'}, ${queries} ${queries === 1 ? 'query' : 'queries'}${statuses.length > 0 ? `; HTTP ${statuses.join(' ')}` : ''}`,
      zh: `微信支付收到同步 ${posts} 次,查单 ${queries} 次${statuses.length > 0 ? `;HTTP ${statuses.join(' ')}` : ''}`,
    })})`,
  )
  for (const problem of played.wrong) say(paint('red', `  ${problem}`))
  say('')
  if (row) tellRow(row, { ...session, now: () => now })
  return isRight ? 0 : 1
}

const send = async (sampleVia: Via, options: Options, session: Session): Promise<number> => {
  const { t, say, paint, now } = session
  const target = await findTarget(options, session)
  const via = options.via ?? sampleVia
  if (options.order === undefined)
    throw new CliError({ en: 'which order? Say --order NUMBER', zh: '请用 --order 指定商户服务订单号' }, 2)
  const [mchid = '', ...others] = mchidsOf(options, session)
  if (others.length > 0)
    throw new CliError({ en: 'which merchant? Say --mchid', zh: '有多个商户:请用 --mchid 指定' }, 2)
  const notice: Notice = {
    mchid,
    out_order_no: options.order,
    ...(options.serviceId !== undefined && { service_id: options.serviceId }),
    ...(options.amount !== undefined && { amount: Number(options.amount) }),
    detail: { paid_time: options.paidTime ?? formatChinaTime(now()) },
  }
  if (via === 'event') {
    const refused = await handOverByEvent(target.bus, options.source ?? firstSource(mchid, session), notice)
    if (options.json) session.json({ via, notice, taken: refused === undefined, ...(refused && { refused }) })
    else if (refused === undefined)
      say(`${paint('green', '✓')} ${t({ en: `the bus ${target.bus} has it`, zh: `事件总线 ${target.bus} 已接收` })}`)
    else say(`${paint('red', '✗')} ${t({ en: `the bus refused it: ${refused}`, zh: `事件总线拒绝:${refused}` })}`)
    return refused === undefined ? 0 : 1
  }
  const { status, body } = await handOverByHttp(target.api, notice)
  const isTaken = status < 400
  if (options.json) session.json({ via, notice, status, body })
  else {
    const next = t({ en: String(body.next_step ?? ''), zh: String(body.next_step_zh ?? '') })
    const seen = body.detail ?? body.message
    // The route answers this text in English only, so it is left out where there is a Chinese text about what to do.
    const told = [body.state, t({ en: String(seen ?? ''), zh: String(body.meaning_zh ?? (next ? '' : (seen ?? ''))) })]
      .filter(Boolean)
      .join(t({ en: ', ', zh: ',' }))
    say(`${isTaken ? paint('green', '✓') : paint('red', '✗')} HTTP ${status} ${told}`)
    if (next) say(`→ ${next}`)
  }
  return isTaken ? 0 : 1
}

const findTarget = async (options: Options, session: Session): Promise<{ api: string; bus: string }> => {
  if (options.stage === undefined) {
    enterLocalWorld(session)
    return { api: session.env.PAYSCORE_API ?? '', bus: session.env.EVENT_BUS ?? '' }
  }
  if (!options.live)
    throw new CliError(
      {
        en: 'WeChat Pay has no sandbox: a stage syncs a real order, and that cannot be undone. Say --live when that is what you want.',
        zh: '微信支付没有沙箱:该阶段会同步真实订单,且不可撤销。如确需如此,请加上 --live。',
      },
      2,
    )
  const outputs = await stackOutputs(`payscore-sync-${options.stage}`)
  return { api: outputs.get('HttpApiUrl') ?? '', bus: outputs.get('EventBusName') ?? '' }
}

const firstSource = (mchid: string, session: Session): string => {
  const [source] = servedOf(session)?.get(mchid)?.sources ?? []
  if (source !== undefined) return source
  throw new CliError(
    { en: `which source? ${mchid} has none: say --source`, zh: `${mchid} 没有事件来源:请用 --source 指定` },
    2,
  )
}
