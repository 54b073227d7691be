import { LIMITS } from '../limits.ts'
import type { Call } from '../wechatpay/order-api.ts'
import type { Verdict } from '../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../wechatpay/verdict-kinds.ts'
import { knownKey, type Row, readRowKey } from './row.ts'

/**
 * What the ledger knows of a party: whether WeChat Pay has ever known one of its orders, and, before that, how many
 * different orders it did not know. The number stops at LIMITS.absentOrders.
 */
export type PartyStatus = { readonly isKnown: boolean; readonly absent: number }

/** Used when DynamoDB does not answer: with these values no order ends and no alarm is raised. */
export const NO_ORDER_KNOWN: PartyStatus = { isKnown: false, absent: 0 }

/**
 * Key of a party: the merchant and who signs for it, with order API, service, appid and channel. All of these are
 * configuration, so a changed configuration makes another party. It is never the key of an order: no order number
 * contains `#`.
 */
export const partyKey = ({ pk, call }: Pick<Row, 'pk' | 'call'>): string => {
  const { order_api, mchid, service_id, appid = '', channel_id = '' } = call
  return [readRowKey(pk).mchid, 'party', order_api, mchid, service_id, appid, channel_id].join('#')
}

/** Where the index `day` has a party: among the sub-merchants of its provider. A direct merchant is in no index. */
export const partyIndexKey = ({ pk, call }: Pick<Row, 'pk' | 'call'>): string | undefined =>
  call.sub_mchid === undefined ? undefined : knownKey(call.mchid, readRowKey(pk).mchid)

/** Whether a signed answer shows that WeChat Pay knows the order. */
export const hasKnownOrder = ({ kind, verified }: Verdict): boolean => verified && VERDICT_KINDS[kind].isKnown === true

/**
 * Decides what the answer "no such order" means. If WeChat Pay knows other orders of the party, the order number is
 * wrong. If it never knew any, the configuration may be wrong: the order does not end, and an engineer is alerted when
 * this happens to several orders, or to one for a day.
 */
export const classifyAbsent = (
  row: Pick<Row, 'call' | 'absent_since'>,
  verdict: Verdict,
  { isKnown, absent }: PartyStatus,
  now: number,
): Verdict => {
  if (isKnown) return verdict
  const isLong = row.absent_since !== undefined && now - row.absent_since > LIMITS.absentGiveUp
  const isConfig = absent >= LIMITS.absentOrders || (absent > 0 && isLong)
  return isConfig
    ? { ...verdict, kind: 'config', refusal: 'none-known', detail: noneKnown(row.call) }
    : { ...verdict, isPartyUnknown: true }
}

const noneKnown = ({ order_api, mchid, sub_mchid, service_id }: Call): string =>
  `WeChat Pay knows no order so far of ${[sub_mchid, mchid].filter(Boolean).join(' under ')}, service_id ${service_id}, order_api ${order_api}`
