import { resolve } from 'node:path'
import type { Command } from 'commander'
import { VARIABLES } from '../../config/config.ts'
import { writePrivate } from '../../private-file.ts'
import { CliError, type Text } from '../../two-languages.ts'
import { daysLeft, readMerchantSecret } from '../../wechatpay/merchant-secret.ts'
import { WARN_DAYS } from '../doctor/wechatpay.ts'
import { addCommand, addExamples } from '../help.ts'
import { type InputOptions, readInputFiles, tidyId } from '../merchant/input-files.ts'
import type { InputProblem } from '../merchant/problems.ts'
import { type MerchantSecret, readMerchantFiles } from '../merchant/read-files.ts'
import { isSameVersion, nextVersion, whatToWatch } from '../merchant/rotation.ts'
import { createSecretStore, type Stored } from '../merchant/store.ts'
import { checkEntry, entryOf, isSigner } from '../merchants-file.ts'
import type { Session } from '../session.ts'

type Options = InputOptions & {
  readonly json?: boolean
  readonly out?: string
  readonly force?: boolean
  readonly service?: readonly string[]
  readonly orderApi?: string
  readonly subMchid?: string
  readonly channelId?: string
  readonly secretsPrefix?: string
  readonly drop?: readonly string[]
}

const EXAMPLE_ID = 'PUB_KEY_ID_0119000001092026112400291100001000'

/** `merchant put`: checks a merchant's files and stores them as the next version of its secret. */
export const addMerchantPut = (merchant: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(merchant, session, 'put', {
    en: 'Check a merchant’s files, and store them as the next version of its secret.',
    zh: '检查商户的证书和密钥文件,并存为该商户密钥的新版本。',
  })
    .argument(
      '[folder]',
      t({
        en: 'has apiclient_cert.pem, apiclient_key.pem and pub_key.pem (and/or wechatpay_*.pem)',
        zh: '包含 apiclient_cert.pem、apiclient_key.pem 和 pub_key.pem(和/或 wechatpay_*.pem)的文件夹',
      }),
    )
    .option('--cert <file>', t({ en: 'the merchant’s API certificate', zh: '商户API证书' }))
    .option('--key <file>', t({ en: 'the merchant’s private key', zh: '商户API私钥' }))
    .option(
      '--wechatpay-key <[id=]file>',
      t({
        en: 'WeChat Pay’s public key or platform certificate; may be repeated',
        zh: '微信支付公钥或平台证书,可重复',
      }),
      collect,
    )
    .option('--wechatpay-key-id <id>', t({ en: 'PUB_KEY_ID_… of the public key', zh: '微信支付公钥ID(PUB_KEY_ID_…)' }))
    .option('--mchid <mchid>', t({ en: 'whose files these must be', zh: '这些文件应属于的商户号' }))
    .option(
      '--serial-no <serial>',
      t({ en: 'the certificate’s serial as you noted it, to compare', zh: '您记录的证书序列号,用于核对' }),
    )
    .option(
      '--drop <id>',
      t({ en: 'a key of WeChat Pay to leave out from now on', zh: '从新版本中移除的微信支付密钥ID' }),
      collect,
    )
    .option(
      '--secrets-prefix <prefix>',
      t({
        en: `the secret is PREFIX/MCHID (${VARIABLES.SECRETS_PREFIX})`,
        zh: `密钥名称为 PREFIX/MCHID(${VARIABLES.SECRETS_PREFIX})`,
      }),
    )
    .option(
      '--out <file>',
      t({
        en: 'write a local file instead, for trigger --merchant and npm start',
        zh: '改为写入本地文件,供 trigger --merchant 和 npm start 使用',
      }),
    )
    .option('--force', t({ en: 'with --out: replace a file that is there', zh: '配合 --out:覆盖已有文件' }))
    .option(
      '--service <id=appid>',
      t({ en: 'with --out: a service_id and its appid; may be repeated', zh: '配合 --out:服务ID=appid,可重复' }),
      collect,
    )
    .option('--order-api <api>', t({ en: 'with --out: as in merchants.json', zh: '配合 --out:同 merchants.json' }))
    .option(
      '--sub-mchid <mchid>',
      t({ en: 'with --out: the sub-merchant that this provider signs for', zh: '配合 --out:由该服务商签名的子商户号' }),
    )
    .option('--channel-id <id>', t({ en: 'with --out: as in merchants.json', zh: '配合 --out:同 merchants.json' }))
    .action(async (folder: string | undefined, options: Options) => done(await put(folder, options, session)))
  addExamples(
    command,
    session,
    [
      `npx payscore merchant put ./1900000109 --wechatpay-key-id ${EXAMPLE_ID}`,
      `npx payscore merchant put ./1900000109 --wechatpay-key-id ${EXAMPLE_ID} --out merchant.json --service 2002000000000558128851361561536=wxd678efh567hg6787`,
    ],
    {
      en: 'No key material is ever printed. Run again with new files it adds the next version, and says what to watch in WeChat Pay’s console before the old one goes. A .p12 file and the APIv3 key are not needed.',
      zh: '不会输出任何密钥内容。使用新文件再次运行即为轮换:写入新版本,并提示作废旧证书前需在商户平台观察什么。不需要 .p12 文件和 APIv3 密钥。',
    },
  )
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const put = async (folder: string | undefined, options: Options, session: Session): Promise<number> => {
  const { given, unreadable } = readInputFiles(folder, options, session.cwd)
  const read = readMerchantFiles(given, session.now())
  if (unreadable.length > 0 || isMistakes(read)) {
    const named = new Set(unreadable.map(({ file }) => file))
    const found = isMistakes(read) ? read.filter((one) => !isMissingOf(one, named)) : []
    return tellMistakes([...unreadable, ...found], options, session)
  }
  return options.out === undefined ? store(read, options, session) : writeLocal(read, options.out, options, session)
}

/** A file that is reported as unreadable is not reported as missing too. */
const isMissingOf = ({ name }: InputProblem, unreadable: ReadonlySet<string>): boolean =>
  unreadable.size > 0 && name.startsWith('no-')

const isMistakes = (read: MerchantSecret | readonly InputProblem[]): read is readonly InputProblem[] =>
  Array.isArray(read)

const tellMistakes = (found: readonly InputProblem[], { json }: Options, session: Session): number => {
  const { t, paint } = session
  if (json) {
    session.json({
      mistakes: found.map(({ file, name, what, mend }) => ({ file, name, what: t(what), mend: t(mend) })),
    })
    return 1
  }
  for (const { file, what, mend } of found) {
    session.say(`${paint('red', '✗')} ${paint('bold', file)} ${t(what)}`)
    session.say(`  → ${t(mend)}`)
  }
  session.note(t({ en: 'Nothing was written.', zh: '未写入任何内容。' }))
  return 1
}

const store = async (fresh: MerchantSecret, options: Options, session: Session): Promise<number> => {
  const prefix = options.secretsPrefix ?? session.env.SECRETS_PREFIX ?? VARIABLES.SECRETS_PREFIX
  const name = `${prefix}/${fresh.mchid}`
  const secrets = createSecretStore(name)
  const stored = await secrets.read()
  const dropped = (options.drop ?? []).map(tidyId)
  checkDropped(dropped, stored)
  const next = nextVersion(fresh, stored, dropped)
  readMerchantSecret(JSON.stringify(next), next.mchid)
  const isUnchanged = isSameVersion(next, stored)
  const version = isUnchanged ? undefined : await secrets.write(next, stored === undefined)
  const steps = whatToWatch(next, stored)
  const isServed = isSigner(next.mchid, session)
  if (options.json) {
    session.json({
      secret: name,
      version,
      ...facts(next, session),
      steps: steps.map(session.t),
      in_merchants: isServed,
    })
    return 0
  }
  tellFacts(next, session)
  const said: Text = isUnchanged
    ? { en: `${name} holds the same already: nothing was written`, zh: `${name} 内容相同:未写入` }
    : { en: `${name}: version ${version} is the current one`, zh: `${name}:当前版本为 ${version}` }
  session.say(`${session.paint('green', '✓')} ${session.t(said)}`)
  for (const step of steps) session.say(`→ ${session.t(step)}`)
  if (!isServed)
    session.say(
      `→ ${session.t({
        en: `${next.mchid} is not in merchants.json: add it there, then deploy.`,
        zh: `merchants.json 中没有 ${next.mchid}:请添加后重新部署。`,
      })}`,
    )
  return 0
}

/** Without this check a mistyped id would be ignored, and the old key would stay. */
const checkDropped = (dropped: readonly string[], stored: Stored | undefined): void => {
  const known = Object.keys(stored?.wechatpay_keys ?? {})
  const unknown = dropped.find((id) => !known.includes(id))
  if (unknown === undefined) return
  throw new CliError(
    {
      en: `--drop ${unknown}: the secret has no key of this id; it has ${known.join(', ') || 'none'}. Nothing was written.`,
      zh: `--drop ${unknown}:密钥中没有此ID;现有:${known.join('、') || '无'}。未写入任何内容。`,
    },
    2,
  )
}

/**
 * Writes the file for the local world: a merchant as in the local world, and the secret of the merchant that signs for it.
 */
const writeLocal = (secret: MerchantSecret, out: string, options: Options, session: Session): number => {
  const mchid = options.subMchid ?? secret.mchid
  const entry = localEntry(mchid, secret, options, session)
  checkEntry(mchid, entry)
  readMerchantSecret(JSON.stringify(secret), secret.mchid)
  const text = `${JSON.stringify({ mchid, ...entry, secret }, null, 2)}\n`
  writePrivate({ path: resolve(session.cwd, out), text, option: '--out', mayReplace: options.force === true })
  if (options.json) {
    session.json({ file: out, ...facts(secret, session) })
    return 0
  }
  tellFacts(secret, session)
  session.say(
    `${session.paint('green', '✓')} ${session.t({
      en: `${out} holds the private key and can be read by you alone: keep it out of repositories and chats`,
      zh: `${out} 包含私钥,仅您本人可读:请勿放入代码仓库或聊天工具`,
    })}`,
  )
  session.say(`→ npx payscore trigger paid --merchant ${out}`)
  return 0
}

const localEntry = (mchid: string, secret: MerchantSecret, options: Options, session: Session) => {
  const known = entryOf(mchid, session)
  const services = options.service?.map((one) => one.split('=', 2))
  if (!services && !known)
    throw new CliError(
      {
        en: `which services? ${mchid} is not in merchants.json: say --service SERVICE_ID=APPID (its id and the appid it is bound to)`,
        zh: `merchants.json 中没有 ${mchid}:请用 --service 服务ID=APPID 指定服务ID及其绑定的 appid`,
      },
      2,
    )
  return {
    ...known,
    ...(services && { services: Object.fromEntries(services.map(([id = '', appid = '']) => [id, appid])) }),
    ...(options.orderApi && { order_api: options.orderApi }),
    ...(mchid !== secret.mchid && { provider: secret.mchid }),
    ...(options.channelId && { channel_id: options.channelId }),
  }
}

const facts = (secret: MerchantSecret, { now }: Session) => ({
  mchid: secret.mchid,
  serial_no: secret.serial_no,
  not_after: secret.not_after,
  days_left: daysLeft(Date.parse(secret.not_after), now()),
  wechatpay_keys: Object.keys(secret.wechatpay_keys),
})

const tellFacts = (secret: MerchantSecret, { t, say, paint, now }: Session): void => {
  const days = daysLeft(Date.parse(secret.not_after), now())
  const ok = paint('green', '✓')
  say(`${ok} ${t({ en: 'mchid', zh: '商户号' })} ${secret.mchid}`)
  say(`${ok} ${t({ en: 'certificate', zh: '商户API证书序列号' })} ${secret.serial_no}`)
  say(
    days < WARN_DAYS
      ? `${paint('yellow', '!')} ${t({ en: `the certificate ends in ${days} days: apply for the next one now`, zh: `商户API证书将在${days}天后过期:请尽快申请新证书` })}`
      : `${ok} ${t({ en: `valid for ${days} days`, zh: `有效期剩余${days}天` })}`,
  )
  say(`${ok} ${t({ en: 'the private key belongs to it', zh: '私钥与证书匹配' })}`)
  for (const id of Object.keys(secret.wechatpay_keys))
    say(`${ok} ${t({ en: 'WeChat Pay’s key', zh: '微信支付密钥' })} ${id}`)
}
