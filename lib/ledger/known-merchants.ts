import { LIMITS } from '../limits.ts'
import type { Call } from '../wechatpay/order-api.ts'
import type { Verdict } from '../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../wechatpay/verdict-kinds.ts'
import { type Row, readRowKey } from './row.ts'

/**
 * What the ledger remembers of a party: whether WeChat Pay has ever known one of its orders, and how many different
 * orders it did not know before that, counted no further than it matters.
 */
export type PartyStatus = { readonly isKnown: boolean; readonly absent: number }

/** When it could not be asked: as little as possible follows. */
export const NO_ORDER_KNOWN: PartyStatus = { isKnown: false, absent: 0 }

/**
 * Key of a party: who asks WeChat Pay for whom, in which family, under which service. All of it is configuration, so
 * that one that was changed is another party. Not an order: no order number holds `#`.
 */
export const partyKey = ({ pk, call }: Pick<Row, 'pk' | 'call'>): string => {
  const { order_api, mchid, service_id, appid = '', channel_id = '' } = call
  return [readRowKey(pk).mchid, 'party', order_api, mchid, service_id, appid, channel_id].join('#')
}

/** WeChat Pay's signed word about an order that it knows. */
export const hasKnownOrder = ({ kind, verified }: Verdict): boolean => verified && VERDICT_KINDS[kind].isKnown === true

/**
 * What it means that WeChat Pay knows no such order. Of a party that it knows, the number is wrong. Of one of which it
 * never knew any order, the configuration may be: that ends nothing, and is told to an engineer when there are several
 * orders, or one for a day.
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
    : { ...verdict, isUnmet: true }
}

const noneKnown = ({ order_api, mchid, sub_mchid, service_id }: Call): string =>
  `WeChat Pay knows no order so far of ${[sub_mchid, mchid].filter(Boolean).join(' under ')}, service_id ${service_id}, order_api ${order_api}`
