import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Command } from 'commander'
import { createObjects } from '../../aws/objects.ts'
import { readStatementKey, reportKey, type StatementKey } from '../../statement/statement-key.ts'
import { type BucketOptions, connectBucket } from '../aws/bucket.ts'
import { addCommand, addExamples } from '../help.ts'
import { merchantEntries } from '../merchants-file.ts'
import { createProgress, type Session } from '../session.ts'
import { CliError } from '../words.ts'

const DAY_SECONDS = 86_400
/** The function's own limit, and the wait before it. */
const WAIT_MOST_MS = 16 * 60_000

/** `statement FILE`: uploads a shop's list of offline payments, and waits for its report. */
export const addStatement = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'statement', {
    en: 'Upload a shop’s list of offline payments and wait for its report.',
    zh: '上传门店线下收款明细,并等待对账报告。',
  }).argument('<file>', t({ en: 'NAME.csv or NAME.jsonl, gzip or not', zh: '名称.csv 或 名称.jsonl,可用 gzip 压缩' }))
  addBucketOptions(command, session).action(async (file: string, options: BucketOptions) =>
    done(await upload(file, options, session)),
  )
  addExamples(
    command,
    session,
    ['npx payscore statement 2026-11-24.csv --stack payscore-sync-prod', 'npx payscore statement day.csv --local'],
    {
      en: 'Whoever uploads a list says that its customers paid. It may be uploaded again, also corrected: lines that are known\nalready do no harm.',
      zh: '上传明细即声明其中的顾客已付款。可重复上传或更正后再上传,已有的行不会重复。',
    },
  )
}

/** `report NAME`: a link to a report that an accountant can open for a day. */
export const addReport = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'report', {
    en: 'A link to a report that whoever has it can open for a day.',
    zh: '生成对账报告链接,一天内凭链接即可打开。',
  }).argument('<name>', t({ en: 'the statement’s name, as 2026-11-24', zh: '明细名称,如 2026-11-24' }))
  addBucketOptions(command, session).action(async (name: string, options: BucketOptions) => {
    const statement = statementOf(`${name.replace(/\.(csv|jsonl)(\.gz)?$/i, '')}.csv`, options, session)
    const { client, bucket } = await connectBucket(options, session)
    const made = await madeAt(client, bucket, statement)
    if (made === undefined)
      throw new CliError({ en: `there is no report ${statement.name}`, zh: `没有名为 ${statement.name} 的对账报告` })
    await tellLink(client, bucket, statement, options, session)
    done(0)
  })
  addExamples(command, session, ['npx payscore report 2026-11-24 --stack payscore-sync-prod'], {
    en: 'With credentials of a role the link ends with them, which may be sooner.',
    zh: '若使用角色的临时凭证,链接会随凭证一同失效,可能早于一天。',
  })
}

const addBucketOptions = (command: Command, { t }: Session): Command =>
  command
    .option('--mchid <mchid>', t({ en: 'the merchant, if there are several', zh: '商户号(有多个商户时必填)' }))
    .option('--bucket <name>', t({ en: 'the bucket (BUCKET)', zh: '存储桶名称(BUCKET)' }))
    .option('--stack <name>', t({ en: 'a deployed stack, to take the bucket from', zh: '已部署的堆栈,从中读取存储桶' }))
    .option('--local', t({ en: 'the world that npm start keeps up', zh: '使用 npm start 启动的本地环境' }))

const upload = async (path: string, options: BucketOptions, session: Session): Promise<number> => {
  const { client, bucket } = await connectBucket(options, session)
  const statement = statementOf(basename(path), options, session)
  const body = readStatementFile(resolve(session.cwd, path), path)
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
      throw new CliError({ en: 'uploaded, but no report came', zh: '已上传,但未等到对账报告' })
    }
    const seconds = Math.round(waited / 1000)
    progress.tell(
      `${bar(waited)} ${session.t({ en: `uploaded, being read for ${seconds} s`, zh: `已上传,正在对账 ${seconds} 秒` })}`,
    )
    await sleep(500)
  }
  progress.end()
  await tellLink(client, bucket, statement, options, session)
  return 0
}

/** How far it is nobody knows: the bar comes closer and closer. */
const bar = (waitedMs: number): string => {
  const full = Math.round(20 * (1 - Math.exp(-waitedMs / 60_000)))
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}]`
}

/** When the report was written last: its JSON is the last of its files. */
const madeAt = async (client: S3Client, bucket: string, statement: StatementKey): Promise<number | undefined> => {
  const key = reportKey(statement, 'json')
  for await (const page of createObjects(client, bucket).list(key)) {
    const found = page.find((one) => one.key === key)
    if (found) return found.modifiedAt
  }
  return undefined
}

const tellLink = async (
  client: S3Client,
  bucket: string,
  statement: StatementKey,
  options: BucketOptions,
  session: Session,
): Promise<void> => {
  const command = new GetObjectCommand({ Bucket: bucket, Key: reportKey(statement, 'html') })
  const link = await getSignedUrl(client, command, { expiresIn: DAY_SECONDS })
  const until = new Date(session.now() + DAY_SECONDS * 1000).toISOString()
  if (options.json) {
    session.json({ mchid: statement.mchid, name: statement.name, link, until })
    return
  }
  session.say(link)
  session.note(
    session.t({
      en: `Whoever has this link can open the report until ${until}.`,
      zh: `凭此链接可打开报告,有效期至 ${until}。`,
    }),
  )
}

const statementOf = (file: string, { mchid }: BucketOptions, session: Session): StatementKey => {
  const [only, ...others] = mchid === undefined ? Object.keys(merchantEntries(session)) : [mchid]
  if (only === undefined || others.length > 0)
    throw new CliError({ en: 'which merchant? Say --mchid', zh: '请用 --mchid 指定商户号' }, 2)
  const statement = readStatementKey(`statements/${only}/${file}`)
  if (statement) return statement
  throw new CliError(
    {
      en: `${file}: must be named NAME.csv or NAME.jsonl, or either with .gz`,
      zh: `${file}:文件名须为 名称.csv 或 名称.jsonl,可加 .gz`,
    },
    2,
  )
}

const readStatementFile = (path: string, named: string): Buffer => {
  try {
    return readFileSync(path)
  } catch {
    throw new CliError({ en: `${named}: cannot be read`, zh: `${named}:无法读取` }, 2)
  }
}
