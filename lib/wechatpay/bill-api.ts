import { membersOf } from '../json.ts'
import { parseBody, text, type Unchecked } from './answer-body.ts'
import { readAnswer } from './classify-answer.ts'
import type { Request } from './order-api.ts'
import { readSignedPlace, type SignedPlace } from './origin.ts'
import { refusalOf } from './refusals.ts'
import type { Outcome } from './signed-call.ts'
import type { Verdict } from './verdict.ts'

/** Which bill: of the merchant that signs, and of all its sub-merchants unless one is named. */
export type BillKey = {
  /** yyyy-MM-dd in China time. */
  readonly bill_date: string
  readonly sub_mchid?: string
}

/** 申请交易账单. @see https://pay.weixin.qq.com/doc/v3/merchant/4012556654 */
export const tradeBillRequest = ({ bill_date, sub_mchid }: BillKey): Request => {
  const query = { bill_date, bill_type: 'ALL', tar_type: 'GZIP', ...(sub_mchid !== undefined && { sub_mchid }) }
  return { method: 'GET', target: `/v3/bill/tradebill?${new URLSearchParams(query)}`, body: '' }
}

/** Answer of it, whose `hash_value` is of the unpacked text. */
export type TradeBill = {
  readonly hash_type: 'SHA1' | (string & {})
  readonly hash_value: string
  /** Lives five minutes. */
  readonly download_url: string
}

/** What the answer means for the day's bill. */
export type BillVerdict = Omit<Verdict, 'kind'> &
  (
    | {
        readonly kind: 'ready'
        /** 40 hex digits in lower case. */
        readonly sha1: string
        /** To be fetched at once, signed as every call; its answer bears no signature. */
        readonly download: SignedPlace
      }
    | {
        readonly kind:
          | 'none' // WeChat Pay's signed word that there was no trade on that day
          | 'creating' // it is not made yet: ask again in half an hour
          | 'throttled'
          | 'config' // the deployment is wrong, or the day is
          | 'unknown' // ask again
          | 'unsent'
      }
  )

/** @param origin of WeChat Pay, as configured */
export const tradeBillVerdict = (origin: URL, outcome: Outcome): BillVerdict => {
  const answer = readAnswer(outcome)
  if (!answer.isSuccess) return { ...answer.verdict, kind: kindOfRefusal(answer.verdict) }
  const { hash_type, hash_value, download_url }: Unchecked<TradeBill> = membersOf(answer.body)
  const unknown = (code: string): BillVerdict => ({ ...answer.base, kind: 'unknown', code })
  if (hash_type !== 'SHA1') return unknown('HASH_TYPE')
  if (!/^[0-9A-Fa-f]{40}$/.test(text(hash_value))) return unknown('HASH_VALUE')
  const download = readSignedPlace(text(download_url), origin)
  if (!download) return unknown('DOWNLOAD_URL')
  return { ...answer.base, kind: 'ready', sha1: text(hash_value).toLowerCase(), download }
}

const kindOfRefusal = ({ kind, code, verified, status = 0 }: Verdict): Exclude<BillVerdict['kind'], 'ready'> => {
  if (code === 'NO_STATEMENT_EXIST' && status < 500) return verified ? 'none' : 'unknown'
  if (code === 'STATEMENT_CREATING') return 'creating'
  switch (kind) {
    case 'unsent':
    case 'throttled':
    case 'config':
      return kind
    // Each parameter is ours; about a bill there is no state of an order.
    case 'invalid':
    case 'state':
      return 'config'
    default:
      return 'unknown'
  }
}

/** The download of a bill, to be signed: `target` as WeChat Pay gave it. */
export const downloadRequest = ({ target }: SignedPlace): Request => ({ method: 'GET', target, body: '' })

/** What the answer to a download means. Nothing in it is signed: only the bill's SHA-1 tells whether it is WeChat Pay's. */
export type DownloadVerdict = {
  readonly kind:
    | 'ready' // its body is to be read, and compared with the hash
    | 'expired' // ask for a new URL
    | 'redirected' // never followed: whoever answers there would get our signature
    | 'throttled'
    | 'config'
    | 'unknown'
  readonly status: number
  readonly code?: string
}

/** @param body of any status but 200, of which no more than a refusal's few bytes need be read */
export const downloadVerdict = (status: number, body: Buffer = Buffer.alloc(0)): DownloadVerdict => {
  if (status === 200) return { kind: 'ready', status }
  if (status >= 300 && status < 400) return { kind: 'redirected', status }
  const code = text(parseBody(body).code).match(/^[A-Z][A-Z0-9_]{1,63}$/)?.[0]
  const more = { status, ...(code !== undefined && { code }) }
  if (status < 400) return { kind: 'unknown', ...more }
  if (code === 'INVALID_REQUEST') return { kind: 'expired', ...more }
  switch (refusalOf({ status, code })) {
    case 'too-often':
      return { kind: 'throttled', ...more }
    case 'signature':
    case 'no-permission':
      return { kind: 'config', ...more }
    default:
      return { kind: 'unknown', ...more }
  }
}
