import type { BillKey } from '../aws/bill-log.ts'
import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import { type BillReading, readBill } from '../bill/read-bill.ts'
import { readableTime } from '../china-time.ts'
import { ConfigError } from '../errors.ts'
import { LIMITS } from '../limits.ts'
import { errorFields } from '../log.ts'
import { openTextFile } from '../text-file.ts'
import { type BillVerdict, tradeBillRequest, tradeBillVerdict } from '../wechatpay/bill-api.ts'
import type { FetchBill } from '../wechatpay/download.ts'
import type { Send } from '../wechatpay/send.ts'
import { sendSigned } from '../wechatpay/signed-call.ts'

export type FetchDeps = {
  readonly keys: MerchantSecrets
  readonly send: Send
  readonly download: FetchBill
  /** Of WeChat Pay, as configured. */
  readonly origin: URL
  readonly now: () => number
  readonly nonce: () => string
}

/** A bill as far as it could be had. */
export type FetchedBill = {
  readonly verdict: Pick<BillVerdict, 'kind' | 'code' | 'request_id' | 'signedResponse'>
  /** Of a bill that was downloaded. */
  readonly reading?: BillReading
  readonly sha1?: string
  /** Why the download brought nothing. */
  readonly undelivered?: string
}

/**
 * Asks for the bill of a day and reads it at once, since its URL lives five minutes. What may concern an order goes to the
 * file `spool`. Throws only what the disk says.
 */
export const fetchBill = async ({ mchid, day }: BillKey, spool: string, deps: FetchDeps): Promise<FetchedBill> => {
  const signer = await deps.keys.signer(mchid).catch(credentialVerdict)
  if ('kind' in signer) return { verdict: signer }
  const request = tradeBillRequest({ bill_date: readableTime(day) })
  const verdict = tradeBillVerdict(deps.origin, await sendSigned(request, signer, deps))
  if (verdict.status === 401) deps.keys.forget(mchid)
  if (verdict.kind !== 'ready') return { verdict }

  const { sha1 } = verdict
  const download = await deps.download(verdict.download, signer)
  if (download.kind !== 'ready') return { verdict, sha1, undelivered: download.code ?? download.kind }
  const file = openTextFile(spool)
  try {
    const reading = await readBill(download.bytes, { sha1, maxBytes: LIMITS.billBytes }, file.write)
    await file.end()
    return { verdict, sha1, reading }
  } finally {
    await file.drop()
  }
}

/** Without a key nothing was sent. */
const credentialVerdict = (error: unknown) =>
  error instanceof ConfigError
    ? ({ kind: 'config', code: error.code } as const)
    : ({ kind: 'unsent', code: String(errorFields(error).error) } as const)
