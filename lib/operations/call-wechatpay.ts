import type { Ledger } from '../aws/ledger.ts'
import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import { ConfigError } from '../errors.ts'
import type { DueEvent } from '../ledger/due-event.ts'
import { classifyAbsent, hasKnownOrder, NO_ORDER_KNOWN, partyKey } from '../ledger/known-merchants.ts'
import { type Row, readRowKey, type Step } from '../ledger/row.ts'
import { afterQuery, afterSync } from '../ledger/transitions/answer.ts'
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

/** The world of a step: everything that is I/O, time or chance. One part is the rows, the other is a signed call. */
export type OrderDeps = LedgerDeps &
  WechatPayDeps & {
    /** The row with its call as configuration has it now, where the last answer blamed that. */
    readonly renewed?: (row: Row) => Row
  }
export type LedgerDeps = {
  readonly ledger: Ledger
  readonly announceDue: (due: DueEvent) => Promise<void>
  readonly now: () => number
}
export type WechatPayDeps = {
  readonly merchants: MerchantSecrets
  readonly send: Send
  readonly now: () => number
  readonly random: () => number
  readonly nonce: () => string
}

/** A step as it was taken: the row as far as it is known, and what the log says. */
export type CallResult = { readonly row: Row; readonly log: Fields; readonly metrics: Metrics }

const STEPS = {
  sync: { request: syncRequest, judge: syncVerdict, after: afterSync },
  query: { request: queryRequest, judge: queryVerdict, after: afterQuery },
} as const

/**
 * One signed call for a row that this invocation has claimed, and the record of what came of it. Never throws:
 * whatever fails, the row stands in the ledger with a query owed.
 */
export const callWechatPay = async (step: Step, claimed: Row, deps: OrderDeps): Promise<CallResult> => {
  const { request, judge, after } = STEPS[step]
  const row = deps.renewed?.(claimed) ?? claimed
  const signer = await deps.merchants.signer(row.call.mchid).catch(credentialVerdict)
  const startedAt = deps.now()
  if (!('kind' in signer) && isLeaseOver(row, startedAt))
    return { row, log: { ...rowFields(row), step, verdict: 'lease over' }, metrics: {} }
  const heard = 'kind' in signer ? signer : judge(row.call, await sendSigned(request(row.call), signer, deps))
  if (heard.status === 401) deps.merchants.forget(row.call.mchid)
  const verdict = heard.kind === 'absent' ? await classifyMissing(row, heard, deps) : heard
  const moment = { now: deps.now(), random: deps.random() }
  const transition = withDueLane(keepCall(after(row, verdict, moment), claimed, row), row)
  const metrics = { ...verdictMetrics(step, verdict, row), ...latency(verdict, deps.now() - startedAt) }
  return record(transition, verdict, { row, log: verdictFields(step, verdict), metrics }, deps)
}

/** Writes down what came of the call, and tells who takes the next step if that is due already. */
const record = async (
  transition: Transition,
  verdict: Verdict,
  { row, log, metrics }: CallResult,
  deps: OrderDeps,
): Promise<CallResult> => {
  try {
    const [applied] = await Promise.all([deps.ledger.apply(transition), rememberKnownParty(row, verdict, deps)])
    const after = applied?.row ?? (await deps.ledger.read(row.pk)) ?? row
    if (applied) await publishDueNow(after, deps)
    return {
      row: after,
      log: { ...rowFields(after), ...log, transition: applied?.transition.name ?? 'fenced' },
      metrics: { ...metrics, ...(applied?.transition.alarm && count(applied.transition.alarm)) },
    }
  } catch (error) {
    return {
      row,
      log: { ...rowFields(row), ...log, transition: 'not recorded', ...errorFields(error) },
      metrics: { ...metrics, ...count('not_recorded') },
    }
  }
}

/** Of a party that WeChat Pay never knew, no order is rejected. Best effort: without an answer nothing is ended. */
const classifyMissing = async (row: Row, verdict: Verdict, { ledger, now }: OrderDeps): Promise<Verdict> => {
  const standing = await ledger.miss(partyKey(row), row.call.out_order_no, expiry(now())).catch(() => NO_ORDER_KNOWN)
  return classifyAbsent(row, verdict, standing, now())
}

/** Best effort: the next answer comes to the same. */
const rememberKnownParty = async (row: Row, verdict: Verdict, { ledger, now }: OrderDeps): Promise<void> => {
  if (hasKnownOrder(verdict)) await ledger.meet(partyKey(row), expiry(now())).catch(() => undefined)
}

/** A renewed call is kept by whoever still holds the row: it is he who writes why his attempt did not end the order. */
const keepCall = (transition: Transition, claimed: Row, { call, call_hash }: Row): Transition =>
  call === claimed.call || !transition.set?.last_error
    ? transition
    : { ...transition, set: { ...transition.set, call, call_hash } }

/** The lease may end before a call does that begins now: somebody else may take the row then. */
const isLeaseOver = ({ due_at = 0 }: Row, now: number): boolean => now + LIMITS.call > due_at

/** Without a key nothing was sent. */
const credentialVerdict = (error: unknown): Verdict =>
  error instanceof ConfigError
    ? { kind: 'config', verified: false, code: error.code, detail: error.message }
    : { kind: 'unsent', verified: false, code: String(errorFields(error).error) }

/** Says that the row's next step is due, if it is. Best effort: reconcile finds the row within a minute anyway. */
export const publishDueNow = async ({ pk, next, due_at }: Row, { announceDue, now }: LedgerDeps): Promise<void> => {
  if (next === undefined || due_at === undefined || due_at > now()) return
  await announceDue({ ...readRowKey(pk), next }).catch(() => undefined)
}
