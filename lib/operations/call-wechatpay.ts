import type { Ledger } from '../aws/ledger.ts'
import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import { ConfigError } from '../errors.ts'
import type { DueEvent } from '../ledger/due-event.ts'
import { classifyAbsent, hasKnownOrder, NO_ORDER_KNOWN, partyIndexKey, partyKey } from '../ledger/known-merchants.ts'
import { type CallType, type NextCall, nextCallAt, type Row, readRowKey } from '../ledger/row.ts'
import { refusedKey } from '../ledger/sub-merchant-trouble.ts'
import { afterQuery, afterSync, askFirst } from '../ledger/transitions/answer.ts'
import { withDueLane } from '../ledger/transitions/due-lane.ts'
import { expiry } from '../ledger/transitions/lease.ts'
import type { Transition } from '../ledger/transitions/transition.ts'
import { LIMITS } from '../limits.ts'
import { errorFields, type Fields, type Metrics } from '../log.ts'
import { queryVerdict, syncVerdict } from '../wechatpay/classify-answer.ts'
import { queryRequest, syncRequest } from '../wechatpay/order-api.ts'
import type { Send } from '../wechatpay/send.ts'
import { sendSigned } from '../wechatpay/signed-call.ts'
import type { Verdict } from '../wechatpay/verdict.ts'
import { count, latency, rowFields, verdictFields, verdictMetrics } from './log-fields.ts'

/** All I/O, time and randomness that a call needs, so that tests can replace them. */
export type OrderDeps = LedgerDeps &
  WechatPayDeps & {
    /**
     * Returns the row with its call built from the present configuration, if the last answer blamed the configuration.
     */
    readonly renewed?: (row: Row) => Row
  }
export type LedgerDeps = {
  readonly ledger: Ledger
  readonly publishDue: (due: DueEvent) => Promise<void>
  readonly now: () => number
}
export type WechatPayDeps = {
  readonly merchants: MerchantSecrets
  readonly send: Send
  readonly now: () => number
  readonly random: () => number
  readonly nonce: () => string
}

/** What one call did: the row as far as it is known, the fields of the log line, and the metrics. */
export type CallResult = { readonly row: Row; readonly log: Fields; readonly metrics: Metrics }

const CALLS = {
  sync: { request: syncRequest, judge: syncVerdict, after: afterSync },
  query: { request: queryRequest, judge: queryVerdict, after: afterQuery },
} as const

/**
 * Makes one signed call for a row that this invocation has claimed, and records the result. Never throws: whatever
 * fails, the row stays in the ledger and its next call is a query.
 */
export const callWechatPay = async (step: CallType, claimed: Row, deps: OrderDeps): Promise<CallResult> => {
  const { request, judge: classify, after } = CALLS[step]
  const row = deps.renewed?.(claimed) ?? claimed
  if (step === 'sync' && isLongDue(row, deps.now())) return askedFirst(row, deps)
  const signer = await deps.merchants.signer(row.call.mchid).catch(credentialVerdict)
  const startedAt = deps.now()
  if (!('kind' in signer) && isLeaseOver(row, startedAt)) return leaseOver(step, row)
  const answered = 'kind' in signer ? signer : classify(row.call, await sendSigned(request(row.call), signer, deps))
  if (answered.status === 401) deps.merchants.forget(row.call.mchid)
  const verdict = answered.kind === 'absent' ? await classifyMissing(row, answered, deps) : answered
  const moment = { now: deps.now(), random: deps.random() }
  const transition = withDueLane(withRenewedCall(after(row, verdict, moment), claimed, row), row)
  const metrics = { ...verdictMetrics(step, verdict, row), ...latency(verdict, deps.now() - startedAt) }
  const log = verdictFields(step, verdict)
  return record(transition, { row, log, metrics }, deps, async () => {
    await rememberKnownParty(row, verdict, deps)
    return refusedTogether(row, transition, deps)
  })
}

/** The row has waited for its sync so long that this stage stood still meanwhile: see `askFirst`. */
const isLongDue = ({ due_at = Number.POSITIVE_INFINITY }: Row, now: number): boolean => now - due_at > LIMITS.longDue

const askedFirst = (row: Row, deps: OrderDeps): Promise<CallResult> => {
  const transition = withDueLane(askFirst(row, { now: deps.now(), random: deps.random() }), row)
  const log = { step: 'sync', verdict: 'long due' }
  return record(transition, { row, log, metrics: {} }, deps)
}

/** This invocation was too slow: it makes no call. */
export const leaseOver = (step: NextCall, row: Row): CallResult => ({
  row,
  log: { ...rowFields(row), step, verdict: 'lease over' },
  metrics: {},
})

/** Writes the transition, and publishes a due event if the next call is due already. `meanwhile` may give metrics. */
export const record = async (
  transition: Transition,
  { row, log, metrics }: CallResult,
  deps: OrderDeps,
  meanwhile: () => Promise<Metrics> = async () => ({}),
): Promise<CallResult> => {
  try {
    const [applied, more] = await Promise.all([deps.ledger.apply(transition), meanwhile()])
    const after = applied?.row ?? (await deps.ledger.read(row.pk)) ?? row
    if (applied) await publishDueNow(after, deps)
    return {
      row: after,
      log: { ...rowFields(after), ...log, transition: applied?.transition.name ?? 'fenced' },
      metrics: { ...metrics, ...more, ...(applied?.transition.alarm && count(applied.transition.alarm)) },
    }
  } catch (error) {
    return {
      row,
      log: { ...rowFields(row), ...log, transition: 'not recorded', ...errorFields(error) },
      metrics: { ...metrics, ...count('not_recorded') },
    }
  }
}

/**
 * If WeChat Pay never knew an order of the party, the order is not rejected. Best effort: if DynamoDB does not answer,
 * no order ends.
 */
const classifyMissing = async (row: Row, verdict: Verdict, { ledger, now }: OrderDeps): Promise<Verdict> => {
  const party = await ledger
    .recordAbsentOrder(partyKey(row), row.call.out_order_no, expiry(now()))
    .catch(() => NO_ORDER_KNOWN)
  return classifyAbsent(row, verdict, party, now())
}

/** Best effort: the next answer about this party writes the same. */
const rememberKnownParty = async (row: Row, verdict: Verdict, { ledger, now }: OrderDeps): Promise<void> => {
  if (hasKnownOrder(verdict))
    await ledger.recordKnownParty(partyKey(row), expiry(now()), partyIndexKey(row)).catch(() => undefined)
}

/**
 * The metric of an alarm when so many sub-merchants are refused on one day that their provider is likely at fault. Best
 * effort: the next refused sub-merchant is counted again.
 */
const refusedTogether = async (row: Row, { alarm }: Transition, { ledger, now }: OrderDeps): Promise<Metrics> => {
  const { mchid, sub_mchid } = row.call
  if (alarm !== 'sub_merchant_trouble' || sub_mchid === undefined) return {}
  const expires_at = Math.ceil((now() + LIMITS.keepCounter) / 1000)
  const isMany = await ledger
    .recordRefusedSubMerchant(refusedKey(mchid, now()), sub_mchid, expires_at)
    .catch(() => false)
  return isMany ? count('config') : {}
}

/**
 * The renewed call is written only with `last_error`: the conditions of those transitions check that this invocation
 * still owns the row.
 */
const withRenewedCall = (transition: Transition, claimed: Row, { call, call_hash }: Row): Transition =>
  call === claimed.call || !transition.set?.last_error
    ? transition
    : { ...transition, set: { ...transition.set, call, call_hash } }

/** The lease would end before a call that begins now, and another invocation could then claim the row. */
export const isLeaseOver = ({ leased_until = 0 }: Row, now: number): boolean => now + LIMITS.call > leased_until

/** Without a key nothing was sent. */
export const credentialVerdict = (error: unknown): Verdict & { readonly kind: 'config' | 'unsent' } =>
  error instanceof ConfigError
    ? { kind: 'config', verified: false, code: error.code, detail: error.message }
    : { kind: 'unsent', verified: false, code: String(errorFields(error).error) }

/**
 * Publishes a due event, if the next call of the row is due. Best effort: otherwise reconcile finds the row within a
 * minute.
 */
export const publishDueNow = async (row: Row, { publishDue, now }: LedgerDeps): Promise<void> => {
  const { pk, next } = row
  const at = nextCallAt(row)
  if (next === undefined || at === undefined || at > now()) return
  await publishDue({ ...readRowKey(pk), next }).catch(() => undefined)
}
