import * as v from 'valibot'
import type { Lookup, Merchant } from '../config/served.ts'
import { InputError } from '../errors.ts'
import { isObject } from '../json.ts'
import { capOf } from '../ledger/hourly-cap.ts'
import type { PaymentNotice } from '../ledger/notice.ts'
import { hashCall, type Labels, type OrderKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import { readPaidTime } from '../paid-time.ts'
import { type Call, OUT_ORDER_NO } from '../wechatpay/order-api.ts'
import type { EventSource } from './event-source.ts'
import { type Door, requireTenancy } from './tenancy.ts'

const text = v.string('must be text')

const OutOrderNo = v.pipe(text, v.regex(OUT_ORDER_NO, 'must be 1 to 32 of 0-9 A-Z a-z _ - | *'))

/** 1 to 64 printable characters of any language, with any Unicode space: Chinese POS use U+3000. */
const Label = v.pipe(
  text,
  v.regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]{1,64}$/u, 'must be 1 to 64 printable characters'),
)

const Fen = v.pipe(
  v.number('must be a number of fen'),
  v.integer('must be a whole number of fen'),
  v.minValue(1, 'must be at least 1 fen'),
  v.maxValue(100_000_000_00, 'must be a sum in fen'),
)

/**
 * The one format of a notice for all event sources. An unknown member is refused: the caller expects it to have an
 * effect, and the call would be sent without it.
 */
export const NoticeSchema = v.strictObject(
  {
    mchid: text,
    out_order_no: OutOrderNo,
    service_id: v.optional(text),
    appid: v.optional(text),
    sub_mchid: v.optional(text),
    channel_id: v.optional(text),
    type: v.optional(v.literal('Order_Paid', 'must be Order_Paid or left out')),
    detail: v.strictObject({ paid_time: text }, problemOf),
    amount: v.optional(Fen),
    shop_id: v.optional(Label),
    cashier_id: v.optional(Label),
    pos_ref: v.optional(Label),
  },
  problemOf,
)

/**
 * valibot tells in `expected` what is wrong: 'never' for an unknown member, the quoted name for a missing one, or the
 * type.
 */
function problemOf({ expected }: { readonly expected: string | null }): string {
  if (expected === 'never') return `is no member of a notice; those are ${MEMBERS.join(', ')} and detail.paid_time`
  // Stryker disable next-line MethodExpression,OptionalChaining: equivalent - valibot always says what it expected, and puts a missing name in quotes
  return expected?.startsWith('"') ? 'is missing' : 'must be an object'
}

const MEMBERS = Object.keys(NoticeSchema.entries)

/**
 * Checks a notice against the configured merchants; the merchant is looked up first. Throws InputError with the name of
 * the field.
 */
export const readPaymentNotice = (
  { path, source, notice, noticed_at }: EventSource,
  merchants: Lookup,
  nowMs: number,
): PaymentNotice => {
  const input = path ? withPath(notice, path) : notice
  const merchant = findMerchant(input, merchants)
  requireTenancy(source, merchant, 'sync')
  if (merchant.closed) throw new InputError('mchid', `merchant ${merchant.mchid} is closed: it takes no new orders`)

  const parsed = v.safeParse(NoticeSchema, input)
  if (!parsed.success) throw invalidInput(parsed.issues)
  const { out_order_no, detail, amount, shop_id, cashier_id, pos_ref } = parsed.output

  const paid = readPaidTime(detail.paid_time, nowMs)
  if (!paid)
    throw new InputError(
      'detail.paid_time',
      'must be a real time, yyyyMMddHHmmss or yyyyMMdd in China time or RFC 3339, and no more than 24 hours ahead',
    )
  const { paid_time, paid_time_clamped, stated_time } = paid
  const call = { ...resolveParties(merchant, parsed.output), out_order_no, paid_time }
  const mode = modeOf(merchant, amount, nowMs - noticed_at > LIMITS.noticeLate)
  const labels = readLabels({ shop_id, cashier_id, pos_ref })
  return {
    mchid: merchant.mchid,
    out_order_no,
    call,
    call_hash: hashCall({ ...call, paid_time: stated_time }, amount),
    paid_time_clamped,
    noticed_at,
    ...(labels && { labels }),
    ...(mode && { mode }),
    ...(amount !== undefined && { expected_amount: amount }),
    ...(merchant.shards !== LIMITS.shards && { shards: merchant.shards }),
    ...(merchant.hourly_cap !== undefined && {
      cap: capOf(
        { mchid: merchant.mchid, out_order_no, paid_time, isDayOnly: detail.paid_time.length === 8 },
        merchant.hourly_cap,
        nowMs,
      ),
    }),
  }
}

const readLabels = (stated: { readonly [name in keyof Labels]: string | undefined }): Labels | undefined => {
  const labels = Object.entries(stated).filter(([, value]) => value !== undefined)
  return labels.length > 0 ? Object.fromEntries(labels) : undefined
}

/**
 * If the notice has an amount, the order is queried before its first sync, so that the amount can be compared; if it is
 * late, since a stage in another region may have sent the sync meanwhile.
 */
const modeOf = ({ mode }: Merchant, amount: number | undefined, isLate: boolean): PaymentNotice['mode'] => {
  if (mode !== 'sync') return mode
  return amount === undefined && !isLate ? undefined : 'check'
}

/**
 * Checks the key of an order in a request, and whether the caller may act for its merchant. Throws InputError.
 * @param source of the till that calls, if it is one
 */
export const readOrderKey = (key: OrderKey, merchants: Lookup, door: Door, source: string | undefined): OrderKey => {
  const merchant = findMerchant(key, merchants)
  requireTenancy(source, merchant, door)
  const { mchid } = merchant
  const parsed = v.safeParse(OutOrderNo, key.out_order_no)
  if (!parsed.success) throw new InputError('out_order_no', parsed.issues[0].message)
  return { mchid, out_order_no: parsed.output }
}

/** The call that queries an order before anybody has paid it. Throws InputError. */
export const readQueryCall = (
  key: OrderKey,
  stated: Pick<StatedParties, 'service_id' | 'appid'>,
  merchants: Lookup,
): Call => ({
  ...resolveParties(findMerchant(key, merchants), stated),
  out_order_no: key.out_order_no,
  paid_time: '',
})

/**
 * The path names the merchant and the order. If the body contradicts it, the caller has made a mistake, so the notice
 * is refused.
 */
const withPath = (notice: unknown, path: OrderKey): unknown => {
  if (!isObject(notice)) throw new InputError('body', 'must be a JSON object')
  for (const name of ['mchid', 'out_order_no'] as const)
    if (notice[name] !== undefined && notice[name] !== path[name])
      throw new InputError(name, 'differs between path and body')
  return { ...notice, ...path }
}

const findMerchant = (input: unknown, merchants: Lookup): Merchant => {
  const parsed = v.safeParse(v.object({ mchid: text }, problemOf), input)
  if (!parsed.success) throw invalidInput(parsed.issues)
  const merchant = merchants.get(parsed.output.mchid)
  if (!merchant) throw new InputError('mchid', 'is not a merchant that this service serves')
  return merchant
}

/**
 * An unknown member is reported before a missing one, since it may be the missing one, misspelt or misplaced. An issue
 * without a path concerns the whole notice, which is the `detail` of an event.
 */
const invalidInput = (issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): InputError => {
  const issue = issues.find(isUnknownMember) ?? issues[0]
  return new InputError(v.getDotPath(issue) ?? 'detail', issue.message)
}

/** An index of an array is not a member. */
const isUnknownMember = ({ expected, path }: v.BaseIssue<unknown>): boolean =>
  // Stryker disable next-line OptionalChaining,UnaryOperator: equivalent - valibot gives each unknown member a path, and only in `detail` can it be an index
  expected === 'never' && !Array.isArray(path?.at(-1)?.input)

/** The members of a notice that say who signs, for whom and under which service. */
type StatedParties = {
  readonly [name in 'service_id' | 'appid' | 'sub_mchid' | 'channel_id']?: string | undefined
}

/**
 * Who signs, for whom, and under which service: the configuration decides all of these. A notice may choose among the
 * configured services and appids; everything else it states must equal the configuration.
 */
const resolveParties = (merchant: Merchant, stated: StatedParties): Omit<Call, 'out_order_no' | 'paid_time'> => {
  const { mchid, order_api, provider, channel_id, services } = merchant
  const [onlyService] = services.size === 1 ? services.keys() : []
  const service_id = stated.service_id ?? onlyService
  if (service_id === undefined)
    throw new InputError('service_id', `is needed: merchant ${mchid} has ${services.size} services`)
  const appids = services.get(service_id)
  if (appids === undefined) throw new InputError('service_id', `is not a service of merchant ${mchid}`)
  const appid = appidOf(stated.appid, merchant, appids)
  requireConfigured('sub_mchid', stated.sub_mchid, provider === undefined ? undefined : mchid, order_api)
  requireConfigured('channel_id', stated.channel_id, channel_id, order_api)
  return provider === undefined
    ? { order_api, mchid, ...(appid !== undefined && { appid }), service_id }
    : { order_api, mchid: provider, sub_mchid: mchid, service_id, ...(channel_id && { channel_id }) }
}

/** The appid in the notice, or the first one of the service. */
const appidOf = (
  stated: string | undefined,
  { order_api, provider }: Merchant,
  appids: readonly string[],
): string | undefined => {
  if (stated === undefined) return appids[0]
  if (provider !== undefined) throw new InputError('appid', `is no member of a call of ${order_api}`)
  if (!appids.includes(stated)) throw new InputError('appid', 'is not an appid of this service in merchants.json')
  return stated
}

const requireConfigured = (
  name: 'sub_mchid' | 'channel_id',
  stated: string | undefined,
  configured: string | undefined,
  api: string,
) => {
  if (stated === undefined || stated === configured) return
  throw new InputError(
    name,
    configured === undefined ? `is no member of a call of ${api}` : 'is not that of this merchant',
  )
}
