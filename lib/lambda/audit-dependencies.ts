import type { FetchDeps } from '../audit/fetch-bill.ts'
import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import type { Config } from '../config/config.ts'
import { LIMITS } from '../limits.ts'
import { createDownload } from '../wechatpay/download.ts'
import { createCallDeps } from './dependencies.ts'

/** The signers, the connection to WeChat Pay, and the download of a bill, which may be at another official host. */
export const createFetchDeps = (
  { wechatpayOrigin }: Pick<Config, 'wechatpayOrigin'>,
  services: { readonly keys: MerchantSecrets },
): FetchDeps => {
  const { merchants: keys, send, now, nonce } = createCallDeps({ wechatpayOrigin }, services)
  const limits = { answerMs: LIMITS.call, timeoutMs: LIMITS.billDownload, maxRefusalBytes: LIMITS.answerBytes }
  return { keys, send, download: createDownload(limits, { now, nonce }), origin: wechatpayOrigin, now, nonce }
}
