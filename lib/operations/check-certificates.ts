import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import { errorFields } from '../log.ts'
import { daysLeft } from '../wechatpay/merchant-secret.ts'
import type { OperationResult } from './result.ts'

/** Reads every signer's secret, so that an order is not the first to find out that one is unsound or ends soon. */
export const checkCertificates = async (
  mchids: readonly string[],
  merchants: Pick<MerchantSecrets, 'signer'>,
  now: number,
): Promise<OperationResult> => {
  const seen = await Promise.all(
    mchids.map(async (mchid) => {
      try {
        const { notAfter } = await merchants.signer(mchid)
        return { mchid, certificate_days_left: notAfter === undefined ? undefined : daysLeft(notAfter, now) }
      } catch (error) {
        return { mchid, ...errorFields(error) }
      }
    }),
  )
  const days = seen.flatMap((one) => ('certificate_days_left' in one ? (one.certificate_days_left ?? []) : []))
  const unsound = seen.filter((one) => 'error' in one && one.error === 'ERR_CONFIG').length
  return {
    reply: { status: 200, body: { merchants: seen } },
    log: { merchants: seen },
    metrics: {
      ...(days.length > 0 && { certificate_days_left: { value: Math.min(...days), unit: 'None' } }),
      ...(unsound > 0 && { config: { value: unsound, unit: 'Count' } }),
    },
  }
}
