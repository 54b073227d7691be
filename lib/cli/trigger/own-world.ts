import { execFile } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { isObject } from '../../json.ts'
import type { Played, Sample } from '../../local/samples.ts'
import type { World, WorldMerchant } from '../../local/world.ts'
import { CliError } from '../../two-languages.ts'
import { readMerchantSecret } from '../../wechatpay/merchant-secret.ts'
import type { MerchantSecret } from '../merchant/read-files.ts'
import { checkEntry, readObject } from '../merchants-file.ts'
import { createProgress, type Session } from '../session.ts'

/** Imported on demand, since other commands do not need the local world. */
const samplesOfWorld = () => import('../../local/samples.ts')
const ROOT = join(import.meta.dirname, '../../..')

export const namedSamples = async (): Promise<readonly Sample[]> => (await samplesOfWorld()).readSamples()

type MerchantFile = { readonly merchant: WorldMerchant; readonly secret: MerchantSecret }

/** Reads a file that `merchant put --out` wrote. Throws CliError, or ConfigError for an invalid secret. */
export const readMerchantFile = (path: string, { cwd }: Session): MerchantFile => {
  const { secret, mchid, ...entry } = readObject(readBytes(resolve(cwd, path), path), {
    en: `${path} is not what merchant put --out writes: it`,
    zh: `${path} 不是 merchant put --out 生成的文件:文件内容`,
  })
  if (typeof mchid !== 'string' || !isObject(secret) || typeof secret.mchid !== 'string')
    throw new CliError(
      {
        en: `${path} is not what merchant put --out writes: mchid or secret is missing`,
        zh: `${path} 不是 merchant put --out 生成的文件:缺少 mchid 或 secret`,
      },
      2,
    )
  const { order_api, services, provider, channel_id } = checkEntry(mchid, entry)
  readMerchantSecret(JSON.stringify(secret), secret.mchid)
  return {
    // `mode` and `hourly_cap` are left out, since a sample shows a sync.
    merchant: {
      mchid,
      order_api,
      // The local WeChat Pay knows one appid for each service.
      services: Object.fromEntries([...services].map(([id, [appid = '']]) => [id, appid])),
      ...(provider && { provider }),
      ...(channel_id && { channel_id }),
    },
    secret: secret as MerchantSecret, // checked above
  }
}

const readBytes = (path: string, named: string): Buffer => {
  try {
    return readFileSync(path)
  } catch {
    throw new CliError({ en: `${named} cannot be read`, zh: `${named} 无法读取` }, 2)
  }
}

/**
 * Plays a sample to its end in a local world of its own. Nothing leaves this machine; the clock is moved forward over
 * waits.
 */
export const playHere = async (
  sample: Sample,
  file: MerchantFile | undefined,
  session: Session,
): Promise<{ readonly played: Played; readonly row: unknown; readonly now: number }> => {
  await packageIfStale(session)
  const { startWorld } = await import('../../local/world.ts')
  const { hasKeyScene, playSample } = await samplesOfWorld()
  const { localMerchants } = await import('../../local/local-merchants.ts')
  if (file && hasKeyScene(sample))
    throw new CliError(
      {
        en: `${sample.name} makes wrong and right keys of its own: leave --merchant out`,
        zh: `${sample.name} 使用自带的密钥:请去掉 --merchant`,
      },
      2,
    )
  const world = await startWorld({ merchants: file ? [file.merchant] : localMerchants() })
  try {
    if (file) useKey(file.secret, world)
    const played = await playSample(file ? judgedByEnd(sample, file) : sample, world, 'end', file?.merchant)
    const rows = await world.table.rows()
    const row = rows.find(({ pk }) => String(pk).endsWith(`#${played.out_order_no}`))
    return { played, row, now: world.clock.now() }
  } finally {
    await world.close()
  }
}

/** Other order APIs need a different number of calls for the same end, so only the end is compared. */
const judgedByEnd = (sample: Sample, { merchant }: MerchantFile): Sample => {
  const { posts: _, queries: __, status: ___, ...ends } = sample.ends
  return merchant.order_api === 'payafter-orders' ? sample : { ...sample, ends }
}

/**
 * Registers the merchant's public key at the local WeChat Pay under its serial number. Gives the functions the key that
 * the local WeChat Pay signs with, since WeChat Pay's private key is not known.
 */
const useKey = (secret: MerchantSecret, { wechatpay, secrets, env }: World): void => {
  const publicKeyPem = String(
    createPublicKey(createPrivateKey(secret.private_key)).export({ type: 'spki', format: 'pem' }),
  )
  wechatpay.addCertificate(secret.mchid, { serial_no: secret.serial_no, publicKeyPem })
  const wechatpay_keys = { [wechatpay.keyId]: wechatpay.publicKeyPem }
  secrets.putSecret(`${env.SECRETS_PREFIX}/${secret.mchid}`, JSON.stringify({ ...secret, wechatpay_keys }))
}

/** The local world runs the packaged functions and rules, so they must be up to date. */
const packageIfStale = async (session: Session): Promise<void> => {
  if (!isStale()) return
  const progress = createProgress(session)
  const ticking = setInterval(
    () => progress.tell(session.t({ en: 'packaging the functions …', zh: '正在打包函数……' })),
    500,
  )
  try {
    await promisify(execFile)('npm', ['run', '--silent', 'package'], { cwd: ROOT })
  } finally {
    clearInterval(ticking)
    progress.end()
  }
}

const PACKAGED = /^(functions|lib\/(?!cli(?:\/|$)|local(?:\/|$))|stack|serverless|merchants|package)/

const isStale = (): boolean => {
  const builtAt = Math.min(modifiedAt('.serverless/serverless-state.json'), modifiedAt('.build/sync/index.mjs'))
  return ['', 'functions', 'lib', 'stack'].some((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '' })
      .map((name) => join(folder, String(name)))
      .some((name) => PACKAGED.test(name) && modifiedAt(name) > builtAt),
  )
}

/** ms; 0 if the file does not exist. */
const modifiedAt = (name: string): number => statSync(join(ROOT, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
