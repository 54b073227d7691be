import { chinaDay } from '../china-time.ts'
import type { RefusalName } from '../wechatpay/refusals.ts'
import type { LastError, Row } from './row.ts'

/**
 * Refusals that may be of one sub-merchant alone. All others are of who signs: its key, its headers, or a member of the
 * request that is the same for all its sub-merchants.
 */
const OF_ONE: readonly RefusalName[] = ['mchid-unknown', 'merchant-disabled', 'none-known', 'no-permission']
/** Members of a request that may be right for one sub-merchant and wrong for another. */
const MEMBERS = /\b(sub_mchid|service_id|sub_appid)\b/

type Refused = Pick<LastError, 'refusal' | 'detail'>

/** Whether WeChat Pay refuses a sub-merchant of a provider, and not the provider. */
export const isRefusedAlone = (
  { call }: Pick<Row, 'call'>,
  { refusal, detail = '' }: { readonly [name in keyof Refused]?: Refused[name] | undefined },
): boolean =>
  call.sub_mchid !== undefined &&
  refusal !== undefined &&
  (OF_ONE.includes(refusal) || (refusal === 'our-parameter' && MEMBERS.test(detail)))

/**
 * Whether an order waits, or has ended, because of its sub-merchant: it may not make the call, it has no such service, or
 * WeChat Pay does not know the order. This is counted by sub-merchant, so that it rings for nobody else.
 */
export const isSubMerchantsTrouble = (row: Pick<Row, 'call' | 'state' | 'last_error' | 'reason'>): boolean => {
  const { call, state, last_error, reason } = row
  if (call.sub_mchid === undefined || !last_error) return false
  const isAbsent = last_error.verdict === 'absent' || last_error.refusal === 'not-exist'
  switch (state) {
    case 'PENDING':
      return isAbsent || isRefusedAlone(row, last_error)
    case 'REJECTED':
      return reason === 'not_found' || (reason === 'too_old' && (isAbsent || isRefusedAlone(row, last_error)))
    default:
      return false
  }
}

/** Key of who was refused on a day in China, of one signer. It is never the key of an order, whose number has no `#`. */
export const refusedKey = (signer: string, now: number): string => `${signer}#refused#${chinaDay(now)}`
