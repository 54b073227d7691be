import type { Lookup, Merchant } from '../../config/served.ts'
import type { Problem } from '../problem.ts'
import { shown } from './forms.ts'

/** Who was paid by a line, or why its payment is not taken. */
export type Payee =
  | { readonly mchid: string }
  /** `mchid` is undefined if the line does not tell it. */
  | { readonly mchid?: string; readonly problem: Problem }

/**
 * Reads who was paid by a line. In the folder of a provider each line names one of its sub-merchants; in any other folder
 * all lines are of the merchant whose folder it is, whether they name it or not.
 * @param stated in the column sub_mchid; WeChat Pay's own bills have 0 there for a direct merchant
 * @param folder the mchid in the key of the list
 */
export const readPayee = (stated: unknown, folder: string, merchants: Lookup): Payee => {
  const own = merchants.get(folder)
  if (stated === undefined || stated === null || stated === '' || stated === '0')
    return own ? closedOr(own) : { problem: NEEDED }
  if (typeof stated !== 'string' || !/^\d{1,32}$/.test(stated)) return { problem: noNumber(stated) }
  if (own && stated === folder) return closedOr(own)
  const merchant = merchants.get(stated)
  return merchant?.provider === folder ? closedOr(merchant) : { mchid: stated, problem: stranger(stated, folder) }
}

const closedOr = ({ mchid, closed }: Merchant): Payee =>
  closed ? { mchid, problem: closedMerchant(mchid) } : { mchid }

export const closedMerchant = (mchid: string): Problem => ({
  en: `merchant ${mchid} is closed`,
  zh: `商户号 ${mchid} 已停用,不再接收订单`,
})

const NEEDED: Problem = {
  en: 'sub_mchid: is missing; in the list of a provider each line names the sub-merchant that was paid',
  zh: '特约商户号为空:服务商的明细中,每一行都须写明收款的特约商户号',
}

const noNumber = (stated: unknown): Problem => ({
  en: `sub_mchid: ${shown(String(stated))} must be text of 1 to 32 digits`,
  zh: `特约商户号“${shown(String(stated))}”须为1至32位数字的文本`,
})

const stranger = (mchid: string, folder: string): Problem => ({
  en: `sub_mchid: ${mchid} is no sub-merchant of ${folder} that is served`,
  zh: `特约商户号 ${mchid} 不是本服务已配置的 ${folder} 的特约商户`,
})
