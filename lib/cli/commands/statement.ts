import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Command } from 'commander'
import { createBucket } from '../../aws/bucket.ts'
import { chinaTime } from '../../china-time.ts'
import { isProvider, type Served, signersOf } from '../../config/served.ts'
import { readStatementKey, reportKey, type StatementKey } from '../../statements/statement-key.ts'
import { CliError, type Text } from '../../two-languages.ts'
import { isoTime } from '../../views/order-view.ts'
import { type BucketOptions, connectBucket } from '../aws/bucket.ts'
import { localOption } from '../aws/connect.ts'
import { wrongValue } from '../check-values.ts'
import { addCommand, addExamples } from '../help.ts'
import { servedOf } from '../merchants-file.ts'
import { WHICH_MERCHANT } from '../order/find.ts'
import { createProgress, type Session } from '../session.ts'
import { checkStatement } from '../statement/check.ts'

const DAY_SECONDS = 86_400
/** The function's time limit, and the longest delay before it starts. */
const WAIT_MOST_MS = 16 * 60_000

/** `statement FILE`: uploads a shop's list of offline payments and waits for the report. */
export const addStatement = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'statement', {
    en: 'Upload a shop’s list of offline payments and wait for its report.',
    zh: '上传门店线下收款明细,并等待对账报告。',
  })
    .argument(
      '<file>',
      t({ en: 'CSV, .xlsx or JSON Lines, gzip or not', zh: 'CSV、.xlsx 或 JSON Lines,可用 gzip 压缩' }),
    )
    .option('--check', t({ en: 'read it on this machine, send nothing', zh: '仅在本机检查每一行,不发送' }))
  addBucketOptions(command, session).action(async (file: string, options: BucketOptions & { check?: boolean }) =>
    done(await (options.check ? check : upload)(file, options, session)),
  )
  addExamples(
    command,
    session,
    [
      'npx payscore statement lib/local/statement.csv --mchid 1900000109 --local',
      'npx payscore statement lib/local/statement.csv --mchid 1900000109 --check',
      'npx payscore statement 2026-11-24.csv --stack payscore-sync-prod',
    ],
    {
      en: 'Whoever uploads a list says that its customers paid. It may be uploaded again, also corrected: lines that are known already do no harm. Exit code 1 when the list, or a line of it, was not taken.',
      zh: '上传明细即声明其中的顾客已付款。可重复上传或更正后再上传,已有的行不会重复。明细或其中某行未被受理时,退出码为 1。',
    },
  )
}

/** `report NAME`: prints a link to a report, valid for a day. */
export const addReport = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'report', {
    en: 'A link to a report that whoever has it can open for a day.',
    zh: '生成对账报告链接,一天内凭链接即可打开。',
  }).argument(
    '<name>',
    t({ en: 'the list’s file, as 2026-11-24.csv, or 2026-11-24', zh: '明细文件名,如 2026-11-24.csv 或 2026-11-24' }),
  )
  addBucketOptions(command, session).action(async (name: string, options: BucketOptions) => {
    const asked = statementOf(name, options, session)
    const { client, bucket } = await connectBucket(options, session)
    const statement = statementOf(await reportName(client, bucket, asked), options, session)
    await tellReport(client, bucket, statement, options, session)
    done(0)
  })
  addExamples(command, session, ['npx payscore report 2026-11-24 --stack payscore-sync-prod'], {
    en: 'With credentials of a role the link ends with them, which may be sooner.',
    zh: '若使用角色的临时凭证,链接会随凭证一同失效,可能早于一天。',
  })
}

/** The name of the one report that matches, with or without its file extension. */
const reportName = async (client: S3Client, bucket: string, { mchid, name }: StatementKey): Promise<string> => {
  const folder = `reports/${mchid}/`
  const names: string[] = []
  for await (const page of createBucket(client, bucket).list(`${folder}${name}.`))
    names.push(...page.flatMap(({ key }) => (key.endsWith('.json') ? [key.slice(folder.length, -'.json'.length)] : [])))
  if (names.includes(name)) return name
  const [only, ...others] = names
  if (only === undefined)
    throw new CliError({
      en: `there is no report ${name}. Compare its name, and --mchid; a list that was just uploaded is read for up to 15 minutes.`,
      zh: `没有名为 ${name} 的对账报告。请核对名称和 --mchid;刚上传的明细最多需要 15 分钟。`,
    })
  if (others.length > 0)
    throw new CliError({ en: `which report? ${names.join(', ')}`, zh: `请指定是哪一份报告:${names.join('、')}` }, 2)
  return only
}

const addBucketOptions = (command: Command, { t }: Session): Command =>
  command
    .option(
      '--mchid <mchid>',
      t({ en: 'the merchant or provider, if there are several', zh: '商户号或服务商商户号(有多个时必填)' }),
    )
    .option('--bucket <name>', t({ en: 'the bucket (BUCKET)', zh: '存储桶名称(BUCKET)' }))
    .option('--stack <name>', t({ en: 'a deployed stack, to take the bucket from', zh: '已部署的堆栈,从中读取存储桶' }))
    .option(...localOption(t))

const check = async (path: string, options: BucketOptions, session: Session): Promise<number> => {
  const statement = statementOf(basename(path), options, session)
  const known = servedOf(session)
  if (!known || !takesLists(known, statement.mchid))
    throw new CliError(
      {
        en: `merchant ${statement.mchid} is neither in MERCHANTS nor in merchants.json`,
        zh: `MERCHANTS 和 merchants.json 中均无商户号 ${statement.mchid}`,
      },
      2,
    )
  return checkStatement(resolve(session.cwd, path), statement, options.json === true, session)
}

const upload = async (path: string, options: BucketOptions, session: Session): Promise<number> => {
  const { client, bucket } = await connectBucket(options, session)
  const statement = statementOf(basename(path), options, session)
  const body = readFileSync(resolve(session.cwd, path))
  const before = await madeAt(client, bucket, statement)
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: statement.key, Body: body }))
  const progress = createProgress(session)
  const startedAt = session.now()
  for (;;) {
    const made = await madeAt(client, bucket, statement)
    if (made !== undefined && made !== before) break
    const waited = session.now() - startedAt
    if (waited > WAIT_MOST_MS) {
      progress.end()
      throw new CliError({
        en: 'uploaded, but no report came within 16 minutes: it is not known whether its payments were taken. Look at the log of function statement, then upload the list again: lines that are known already do no harm.',
        zh: '已上传,但 16 分钟内未等到对账报告,无法确定其中收款是否已受理。请查看 statement 函数日志,然后重新上传;已有的行不会重复。',
      })
    }
    const seconds = Math.round(waited / 1000)
    progress.tell(
      `${bar(waited)} ${session.t({ en: `uploaded, being read for ${seconds} s`, zh: `已上传,正在对账 ${seconds} 秒` })}`,
    )
    await sleep(500)
  }
  progress.end()
  return tellReport(client, bucket, statement, options, session)
}

/** The function does not report its progress, so the bar only approaches its end. */
const bar = (waitedMs: number): string => {
  const full = Math.round(20 * (1 - Math.exp(-waitedMs / 60_000)))
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}]`
}

/** When the report was last written. Its JSON file is uploaded last. */
const madeAt = async (client: S3Client, bucket: string, statement: StatementKey): Promise<number | undefined> => {
  const key = reportKey(statement, 'json')
  for await (const page of createBucket(client, bucket).list(key)) {
    const found = page.find((one) => one.key === key)
    if (found) return found.modifiedAt
  }
  return undefined
}

/** Prints what became of the statement. Gives 1 if it was refused, or if lines of it are not in the ledger. */
const tellReport = async (
  client: S3Client,
  bucket: string,
  statement: StatementKey,
  options: BucketOptions,
  session: Session,
): Promise<number> => {
  const { t, say, tell, paint, note } = session
  const command = new GetObjectCommand({ Bucket: bucket, Key: reportKey(statement, 'html') })
  const link = await getSignedUrl(client, command, { expiresIn: DAY_SECONDS })
  const until = session.now() + DAY_SECONDS * 1000
  const { refused, lines, malformed, needs_person } = await readSummary(client, bucket, statement)
  const isWhole = !refused && malformed === 0
  if (options.json) {
    session.json({
      mchid: statement.mchid,
      name: statement.name,
      ...(refused && { refused }),
      ...{ lines, malformed, needs_person, link, until: isoTime(until) },
    })
    return isWhole ? 0 : 1
  }
  say(link)
  if (refused)
    tell(
      `${paint('red', '✗')} ${t({
        en: `Nothing of the list was taken, and none of its payments is synced: ${refused.en}`,
        zh: `明细未被处理,其中收款均未同步:${refused.zh}`,
      })}`,
      2,
    )
  else if (malformed > 0)
    tell(
      `${paint('red', '✗')} ${t({
        en: `${malformed} of ${lines} lines could not be read, and their payments are not synced. Correct them and upload the list again.`,
        zh: `${lines} 行中有 ${malformed} 行无法识别,对应收款未同步。请更正后重新上传整份明细。`,
      })}`,
      2,
    )
  if (!refused && needs_person > malformed)
    tell(
      `${paint('yellow', '!')} ${t({
        en: `${needs_person - malformed} of ${lines} lines wait for a person: see the report.`,
        zh: `${lines} 行中有 ${needs_person - malformed} 行待人工处理,详见报告。`,
      })}`,
      2,
    )
  if (isWhole && needs_person === 0)
    tell(
      `${paint('green', '✓')} ${t({ en: `${lines} ${lines === 1 ? 'line' : 'lines'} read, none waits for a person.`, zh: `共 ${lines} 行,均无需人工处理。` })}`,
    )
  note(
    t({
      en: `Whoever has this link can open the report until ${chinaTime(until)} (China time).`,
      zh: `凭此链接可打开报告,有效期至 ${chinaTime(until)}(北京时间)。`,
    }),
  )
  return isWhole ? 0 : 1
}

type Summary = {
  readonly refused?: Text
  readonly lines: number
  readonly malformed: number
  readonly needs_person: number
}

/** The totals are at the end of the report's JSON. */
const readSummary = async (client: S3Client, bucket: string, statement: StatementKey): Promise<Summary> => {
  const command = new GetObjectCommand({ Bucket: bucket, Key: reportKey(statement, 'json'), Range: 'bytes=-4194304' })
  const text = (await (await client.send(command)).Body?.transformToString()) ?? ''
  const { summary } = JSON.parse(`{${text.slice(text.lastIndexOf('"summary":'))}`)
  const { refused, lines, classes, needs_person } = summary
  return { refused, lines, malformed: classes.malformed?.lines ?? 0, needs_person }
}

/** A message names no thousand of them. */
const shortOf = (mchids: readonly string[]): readonly string[] =>
  mchids.length > 10 ? [...mchids.slice(0, 10), '…'] : mchids

/** A provider's folder is for lists of all its sub-merchants. */
const takesLists = (served: Served, mchid: string): boolean =>
  served.get(mchid) !== undefined || isProvider(served, mchid)

const statementOf = (file: string, { mchid }: BucketOptions, session: Session): StatementKey => {
  const known = servedOf(session)
  const served = known ? signersOf(known) : []
  if (mchid !== undefined && known && !takesLists(known, mchid))
    throw wrongValue('--mchid', mchid, {
      en: `is not served, and its lists would not be read; MERCHANTS or merchants.json has ${shortOf(served).join(', ')}`,
      zh: `不在 MERCHANTS 或 merchants.json 中,其明细不会被处理;已配置的商户号:${shortOf(served).join('、')}`,
    })
  const [only, ...others] = mchid === undefined ? served : [mchid]
  if (only === undefined || others.length > 0)
    throw new CliError(
      {
        en:
          only === undefined
            ? WHICH_MERCHANT.en
            : `which merchant? Say --mchid with one of ${shortOf(served).join(', ')}`,
        zh: only === undefined ? WHICH_MERCHANT.zh : `请用 --mchid 指定商户号:${shortOf(served).join('、')}`,
      },
      2,
    )
  const statement = readStatementKey(`statements/${only}/${file}`)
  if (statement) return statement
  throw new CliError(
    {
      en: `${file}: must be the name of a file: 1 to 140 printable characters, not beginning with a dot`,
      zh: `${file}:须为文件名,1至140个可显示字符,且不以点开头`,
    },
    2,
  )
}
