import * as v from 'valibot'
import { DECISIONS } from '../../../lib/intake/operator-decision.ts'
import type { NextCall } from '../../../lib/ledger/row.ts'
import { ORDER_APIS } from '../../../lib/wechatpay/order-api.ts'
import type { RefundVerdictKind } from '../../../lib/wechatpay/refund-api.ts'
import type { Turn } from '../../../lib/wechatpay/refusals.ts'
import { VERDICT_KINDS, type VerdictKind } from '../../../lib/wechatpay/verdict-kinds.ts'

/** The names of a type of words: the compiler sees to it that none is missing and none is too many. */
const namesOf = <T extends string>(all: Readonly<Record<T, true>>): readonly T[] => Object.keys(all) as T[]

/** A member with what it means. */
export const said = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))

export const Next = v.picklist(namesOf<NextCall>({ sync: true, query: true, refund: true }))
export const Turns = v.picklist(namesOf<Turn>({ service: true, shop: true, engineer: true, accountant: true }))
export const Verdicts = v.picklist(Object.keys(VERDICT_KINDS) as VerdictKind[])
export const Decisions = v.picklist(DECISIONS)
export const OrderApis = v.picklist(ORDER_APIS)

export const REFUND_STATUSES = namesOf<RefundVerdictKind>({
  refunded: true,
  processing: true,
  abnormal: true,
  closed: true,
  absent: true,
  other_order: true,
  throttled: true,
  config: true,
  unknown: true,
  unsent: true,
})

export const Text = v.string()
/** RFC 3339 in UTC. */
export const Time = v.pipe(v.string(), v.isoTimestamp())
/** 14 digits in China time, as WeChat Pay takes it. */
export const PaidTime = said(v.pipe(v.string(), v.regex(/^\d{14}$/)), 'yyyyMMddHHmmss in China time')
export const Fen = v.pipe(v.number(), v.integer(), v.minValue(0))
export const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
