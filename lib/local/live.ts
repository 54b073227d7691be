import { readFileSync } from 'node:fs'
import { StartError } from './start-error.ts'
import { startWorld, type World, type WorldMerchant } from './world.ts'

/** A merchant of the local world, with the secret of the merchant that signs for it. */
type LiveFile = WorldMerchant & { readonly secret: { readonly mchid: string } }

/** The functions and the ledger on this machine with a real merchant's secret, and with the real WeChat Pay. */
export const startLiveWorld = async (file: string, apiPort: number): Promise<{ world: World; mchid: string }> => {
  const { secret, ...merchant } = readMerchant(file)
  const world = await startWorld({
    merchants: [merchant],
    apiPort,
    ledgerPath: '.local/live-ledger',
    // Another official host can be set by the same variable as in a deployment.
    env: { WECHATPAY_ORIGIN: process.env.WECHATPAY_ORIGIN ?? 'https://api.mch.weixin.qq.com' },
  })
  world.secrets.putSecret(`${world.env.SECRETS_PREFIX}/${secret.mchid}`, JSON.stringify(secret))
  // The local WeChat Pay is not used here.
  await world.wechatpay.close()
  return { world, mchid: merchant.mchid }
}

/** The functions check the members themselves. */
const readMerchant = (file: string): LiveFile => {
  let merchant: Partial<LiveFile> | undefined
  try {
    merchant = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw notAMerchant(file, error)
  }
  if (merchant?.mchid && merchant.services && merchant.secret?.mchid) return merchant as LiveFile // checked as far as needed
  throw notAMerchant(file)
}

const notAMerchant = (file: string, cause?: unknown): StartError =>
  new StartError(
    {
      en: `${file} is not a merchant's file: npx payscore merchant put FOLDER --out FILE.json writes one`,
      zh: `${file} 不是商户文件:请用 npx payscore merchant put 目录 --out FILE.json 生成`,
    },
    { cause },
  )
