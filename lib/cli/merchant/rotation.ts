import type { Text } from '../../two-languages.ts'
import type { MerchantSecret } from './read-files.ts'
import type { Stored } from './store.ts'

/** The next version of the secret: the new files, and the stored keys of WeChat Pay that were not dropped by id. */
export const nextVersion = (
  fresh: MerchantSecret,
  stored: Stored | undefined,
  dropped: readonly string[],
): MerchantSecret => {
  const kept = Object.entries(stored?.wechatpay_keys ?? {}).filter(
    ([id]) => !dropped.includes(id) && fresh.wechatpay_keys[id] === undefined,
  )
  return { ...fresh, wechatpay_keys: { ...fresh.wechatpay_keys, ...Object.fromEntries(kept) } }
}

export const isSameVersion = (one: MerchantSecret, other: Stored | undefined): boolean =>
  other !== undefined && JSON.stringify(one) === JSON.stringify(other)

/** What to do in WeChat Pay's merchant platform, and what to check there before the old key is removed. */
export const whatToWatch = (next: MerchantSecret, stored: Stored | undefined): readonly Text[] => {
  if (!stored) return []
  const steps: Text[] = []
  if (stored.serial_no !== undefined && stored.serial_no !== next.serial_no)
    steps.push({
      en: `Merchant certificate ${stored.serial_no} → ${next.serial_no}: the functions take it within five minutes. Watch in the merchant platform, API security, how the use of the old certificate falls to nothing; only then revoke it there.`,
      zh: `商户API证书 ${stored.serial_no} → ${next.serial_no}:函数将在五分钟内使用新证书。请在商户平台“API安全”观察旧证书的使用量降至零,之后再作废旧证书。`,
    })
  const before = Object.keys(stored.wechatpay_keys ?? {})
  const [first = ''] = Object.keys(next.wechatpay_keys)
  const old = before.filter((id) => id !== first && next.wechatpay_keys[id] !== undefined)
  if (before[0] !== undefined && before[0] !== first)
    steps.push({
      en: `WeChat Pay’s key ${before[0]} → ${first}: start the switch in the merchant platform, API security. Answers may be signed by either until it says 100 %; the secret holds both.`,
      zh: `微信支付密钥 ${before[0]} → ${first}:请在商户平台“API安全”开始切换。切换到100%之前,应答可能由任一密钥签名,本密钥已同时保存两者。`,
    })
  if (old.length > 0)
    steps.push({
      en: `After 100 %, run this again with ${old.map((id) => `--drop ${id}`).join(' ')}`,
      zh: `切换到100%后,请再次运行本命令并加上 ${old.map((id) => `--drop ${id}`).join(' ')}`,
    })
  return steps
}
