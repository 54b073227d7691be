import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import { errorFields } from '../log.ts'
import { daysLeft } from '../wechatpay/merchant-secret.ts'
import type { Signer } from '../wechatpay/signed-call.ts'
import type { OperationResult } from './result.ts'

/**
 * Reads the secret of every signing merchant, so that a faulty secret or an expiring certificate is found before an
 * order needs it, and WeChat Pay's keys are kept before they are rotated.
 */
export const checkCertificates = async (
  mchids: readonly string[],
  merchants: Pick<MerchantSecrets, 'signer'>,
  now: number,
  keepKeys: (signer: Signer, now: number) => Promise<void>,
): Promise<OperationResult> => {
  const reports = await Promise.all(
    mchids.map(async (mchid) => {
      try {
        const signer = await merchants.signer(mchid)
        const { notAfter } = signer
        const unkept = await keepKeys(signer, now).then(() => undefined, errorFields)
        return {
          mchid,
          certificate_days_left: notAfter === undefined ? undefined : daysLeft(notAfter, now),
          ...(unkept && { unkept }),
        }
      } catch (error) {
        return { mchid, ...errorFields(error) }
      }
    }),
  )
  const days = reports.flatMap((report) =>
    'certificate_days_left' in report ? (report.certificate_days_left ?? []) : [],
  )
  const faulty = reports.filter((report) => 'error' in report && report.error === 'ERR_CONFIG').length
  return {
    reply: { status: 200, body: { merchants: reports } },
    log: { merchants: reports },
    metrics: {
      ...(days.length > 0 && { certificate_days_left: { value: Math.min(...days), unit: 'None' } }),
      ...(faulty > 0 && { config: { value: faulty, unit: 'Count' } }),
    },
  }
}
