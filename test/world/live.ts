import { readFileSync } from 'node:fs'
import { startWorld, type World, type WorldMerchant } from './world.ts'

export const WHY_LIVE = `WeChat Pay has no sandbox: with a real merchant's key every call is a production call, and a sync cannot be undone.
Say --merchant FILE.json and --live together when that is what you want.
微信支付没有沙箱:使用真实商户密钥时,每次调用都是生产调用,且同步不可撤销。
如确需如此,请同时使用 --merchant FILE.json 与 --live。`

/** A merchant as in MERCHANTS, with the secret of who signs for it. */
type LiveFile = WorldMerchant & { readonly secret: { readonly mchid: string } }

/** The local functions and ledger with a real merchant's secret, speaking to the real WeChat Pay. */
export const startLiveWorld = async (file: string, apiPort: number): Promise<{ world: World; mchid: string }> => {
  const { secret, ...merchant } = JSON.parse(readFileSync(file, 'utf8')) as LiveFile // checked by the functions themselves
  const world = await startWorld({
    merchants: [merchant],
    apiPort,
    ledgerPath: '.local/live-ledger',
    // Another official host by the same variable as in the deployment.
    env: { WECHATPAY_ORIGIN: process.env.WECHATPAY_ORIGIN ?? 'https://api.mch.weixin.qq.com' },
  })
  world.secrets.putSecret(`${world.env.SECRETS_PREFIX}/${secret.mchid}`, JSON.stringify(secret))
  return { world, mchid: merchant.mchid }
}
