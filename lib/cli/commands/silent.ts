import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Command } from 'commander'
import { chinaDay, daysBefore, readableTime } from '../../china-time.ts'
import { providersOf } from '../../config/served.ts'
import { LIMITS } from '../../limits.ts'
import { type Judged, judge, readSender } from '../../statements/silent/senders.ts'
import { silentKey } from '../../statements/statement-key.ts'
import { CliError } from '../../two-languages.ts'
import { type BucketOptions, connectBucket } from '../aws/bucket.ts'
import { localOption } from '../aws/connect.ts'
import { addCommand, addExamples } from '../help.ts'
import { servedOf } from '../merchants-file.ts'
import type { Session } from '../session.ts'
import { tellTable } from '../table.ts'

type Options = BucketOptions & { readonly days?: string; readonly limit?: string }

const LIMIT = 50

/** `silent`: which sub-merchants of a provider send no payments. */
export const addSilent = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const { silentDays } = LIMITS
  const command = addCommand(program, session, 'silent', {
    en: 'Which sub-merchants of a provider send no offline payments.',
    zh: '列出无线下收款上报的特约商户。',
  })
    .option('--mchid <mchid>', t({ en: 'the provider, if there are several', zh: '服务商商户号(有多个时必填)' }))
    .option(
      '--days <n>',
      t({
        en: `for so many days, ${silentDays} or more (${silentDays})`,
        zh: `无上报天数,不少于 ${silentDays}(${silentDays})`,
      }),
    )
    .option('--limit <n>', t({ en: `how many are shown, 1 to 1000 (${LIMIT})`, zh: `显示数量,1 至 1000(${LIMIT})` }))
    .option('--bucket <name>', t({ en: 'the bucket (BUCKET)', zh: '存储桶名称(BUCKET)' }))
    .option('--stack <name>', t({ en: 'a deployed stack, to take the bucket from', zh: '已部署的堆栈,从中读取存储桶' }))
    .option(...localOption(t))
  command.action(async (options: Options) => done(await silent(options, session)))
  addExamples(
    command,
    session,
    [
      'npx payscore silent --stack payscore-sync-prod',
      'npx payscore silent --mchid 1800000000 --days 7 --stack payscore-sync-prod',
    ],
    {
      en: 'As looked for each morning from 9:00 in China, in the ledger: a payment counts whether a notice or a list brought it. Expected are the sub-merchants that merchants.json names; with "any", those of which WeChat Pay has known an order.',
      zh: '每天北京时间 9:00 起按台账统计,通知和明细带来的收款均计入。统计范围为 merchants.json 列出的特约商户;配置为 "any" 时,为微信支付曾查到其订单的特约商户。',
    },
  )
}

const silent = async (options: Options, session: Session): Promise<number> => {
  const { t, now, note } = session
  const provider = providerOf(options, session)
  const days = Number(options.days ?? LIMITS.silentDays)
  const limit = Number(options.limit ?? LIMIT)
  const { client, bucket } = await connectBucket(options, session)
  const today = chinaDay(now())
  const all = (await readTable(client, bucket, provider))
    .map((sender) => judge(sender, today, daysBefore(today, days)))
    .filter(({ isSilent }) => isSilent)
  const shown = all.slice(0, limit)
  const page = `s3://${bucket}/${silentKey(provider, 'html')}`
  if (options.json)
    session.json({
      provider,
      days,
      silent: all.length,
      page,
      sub_merchants: shown.map(({ mchid, last }) => ({ mchid, last_paid: last === '' ? null : readableTime(last) })),
    })
  else if (shown.length > 0) tellSilent(shown, session)
  note(
    t({
      en: `${all.length} of the sub-merchants of ${provider} sent no offline payment for ${days} days${all.length > limit ? `; ${limit} are shown` : ''}. ${page}`,
      zh: `服务商 ${provider} 有 ${all.length} 个特约商户 ${days} 天无线下收款上报${all.length > limit ? `,显示 ${limit} 个` : ''}。${page}`,
    }),
  )
  return 0
}

const tellSilent = (senders: readonly Judged[], session: Session): void => {
  const { t } = session
  tellTable(
    [
      t({ en: 'sub-merchant', zh: '特约商户号' }),
      t({ en: 'last payment', zh: '最近收款日' }),
      t({ en: 'days', zh: '天数' }),
    ],
    senders.map(({ mchid, last, days }) => [
      mchid,
      last === '' ? t({ en: 'none known', zh: '无记录' }) : readableTime(last),
      days === undefined ? '' : String(days),
    ]),
    session,
  )
}

const readTable = async (client: S3Client, bucket: string, provider: string) => {
  const command = new GetObjectCommand({ Bucket: bucket, Key: silentKey(provider, 'csv') })
  const text = await client.send(command).then(
    ({ Body }) => Body?.transformToString(),
    (error: unknown) => {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined
      throw error
    },
  )
  if (text === undefined)
    throw new CliError({
      en: `nobody has looked yet who of ${provider} sends nothing: it is done each morning from 9:00 in China`,
      zh: `尚未统计服务商 ${provider} 的上报情况:每天北京时间 9:00 起统计`,
    })
  return text.split('\r\n').flatMap((line) => readSender(line) ?? [])
}

const providerOf = ({ mchid }: BucketOptions, session: Session): string => {
  const served = servedOf(session)
  const known = served ? providersOf(served) : []
  const [only, ...others] = mchid === undefined ? known : [mchid]
  if (only !== undefined && others.length === 0) return only
  throw new CliError(
    {
      en: `which provider? Say --mchid with one of ${known.slice(0, 10).join(', ') || 'merchants.json, which has none'}`,
      zh: `请用 --mchid 指定服务商商户号:${known.slice(0, 10).join('、') || 'merchants.json 中没有服务商'}`,
    },
    2,
  )
}
