import * as v from 'valibot'
import { InputError } from '../errors.ts'
import type { OrderKey, Row } from '../ledger/row.ts'
import {
  close,
  correctSettlement,
  expedite,
  release,
  reopenByOperator,
  type Settlement,
  settle,
  withdraw,
} from '../ledger/transitions/operator.ts'
import { noteRefund } from '../ledger/transitions/refund.ts'
import type { Transition } from '../ledger/transitions/transition.ts'
import { withWaitingIndex } from '../ledger/transitions/waiting-index.ts'
import { OUT_REFUND_NO } from '../wechatpay/refund-api.ts'
import { requireUndamagedText } from './event-source.ts'

/** The decisions about an order. An operator makes them; `withdraw` is made by the shop. */
export const DECISIONS = ['expedite', 'reopen', 'close', 'release', 'settle', 'withdraw'] as const
export type DecisionName = (typeof DECISIONS)[number]

/** A decision as it was requested, after validation. */
export type DecisionRequest = OrderKey & {
  readonly what: DecisionName
  /**
   * The reason; for `settle` it begins with what was done: a refund, money given back at the till, or no double charge.
   */
  readonly why: string
  /** The operator knows what WeChat Pay charged, and says that the customer did not pay twice. */
  readonly notDouble?: boolean
  /** The caller's ARN, as IAM authenticated it. */
  readonly by: string
  /** Only for `settle`: the number of WeChat Pay's refund, which WeChat Pay is asked about. */
  readonly out_refund_no?: string
  /** Only for `settle`: the money was given back at the till. */
  readonly isCash?: boolean
  /** Only for `settle`: this replaces an earlier settlement. */
  readonly corrects?: boolean
}

const Reason = v.pipe(
  v.string('must be text'),
  v.regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,200}$/u, 'must be 1 to 200 printable characters'),
)

/**
 * Body of a decision: the reason. `settle` also needs one of three: `out_refund_no`, the number of a refund that WeChat
 * Pay made and is asked about; `cash`, the receipt of the money that was given back at the till; or `not_double`. With
 * `correct` it replaces another settlement. `close` and `withdraw` may have `not_double` for an order that WeChat Pay
 * charged.
 */
export const DecisionSchema = v.strictObject(
  {
    reason: Reason,
    out_refund_no: v.optional(v.pipe(v.string('must be text'), v.regex(OUT_REFUND_NO, 'must be a refund number'))),
    cash: v.optional(
      v.pipe(v.string('must be text'), v.regex(/^[\p{L}\p{N}_\-/.#]{1,64}$/u, 'must be the number of a receipt')),
    ),
    not_double: v.optional(v.literal(true, 'must be true or left out')),
    correct: v.optional(v.literal(true, 'must be true or left out')),
  },
  ({ expected }) => (expected === 'never' ? 'is no member of a decision' : 'must give a reason'),
)

/** IAM gives no longer ARN. It counts with the reason towards `decisionBytes`. */
const IDENTITY_BYTES = 2048

/** Throws InputError. */
export const readDecision = (key: OrderKey, what: unknown, body: unknown, by: unknown): DecisionRequest => {
  const name = DECISIONS.find((known) => known === what)
  if (!name) throw new InputError('decision', `must be one of ${DECISIONS.join(', ')}`)
  if (typeof by !== 'string' || by === '')
    throw new InputError('caller', 'has no identity: the route must be protected by IAM')
  if (Buffer.byteLength(by) > IDENTITY_BYTES) throw new InputError('caller', 'has a longer identity than IAM gives')
  const parsed = v.safeParse(DecisionSchema, requireUndamagedText(body, 'body'), { abortEarly: true })
  if (!parsed.success) throw new InputError(v.getDotPath(parsed.issues[0]) ?? 'body', parsed.issues[0].message)
  const { reason, out_refund_no, cash, not_double, correct } = parsed.output
  const given = [out_refund_no, cash, not_double].filter((value) => value !== undefined).length
  if (name === 'settle' && given !== 1)
    throw new InputError('out_refund_no', 'or cash or not_double is needed to settle, and only one of them')
  if (out_refund_no !== undefined && name !== 'settle') throw new InputError('out_refund_no', 'goes with settle only')
  if (cash !== undefined && name !== 'settle') throw new InputError('cash', 'goes with settle only')
  if (correct && name !== 'settle') throw new InputError('correct', 'goes with settle only')
  if (not_double && !NOT_DOUBLE_DECISIONS.includes(name))
    throw new InputError('not_double', `is for ${NOT_DOUBLE_DECISIONS.join(', ')} alone`)
  const settlement = not_double
    ? 'not double: '
    : out_refund_no !== undefined
      ? `refund ${out_refund_no}: `
      : cash === undefined
        ? ''
        : `cash ${cash}: `
  const more = {
    ...(not_double && { notDouble: true }),
    ...(correct && { corrects: true }),
    ...(out_refund_no !== undefined && { out_refund_no }),
    ...(cash !== undefined && { isCash: true }),
  }
  return { ...key, what: name, why: settlement + reason, ...more, by }
}

const NOT_DOUBLE_DECISIONS: readonly DecisionName[] = ['settle', 'close', 'withdraw']

/** The transition that carries out the decision; undefined when the row as it was read does not allow it. */
export const decisionTransition = (row: Row, request: DecisionRequest, now: number): Transition | undefined => {
  const transition = transitionOf(row, request, now)
  return transition && withWaitingIndex(transition, row)
}

const transitionOf = (row: Row, request: DecisionRequest, now: number): Transition | undefined => {
  const { what, why, notDouble, corrects, out_refund_no } = request
  switch (what) {
    case 'expedite':
      return expedite(row, now)
    case 'reopen':
      return reopenByOperator(row, now)
    case 'close':
      return close(row, why, now, notDouble)
    case 'release':
      return release(row, now)
    case 'settle':
      if (out_refund_no !== undefined) return noteRefund(row, out_refund_no, now, corrects)
      return (corrects ? correctSettlement : settle)(row, settlementOf(request), now)
    case 'withdraw':
      return withdraw(row, why, now, notDouble)
  }
}

const settlementOf = ({ why, isCash }: DecisionRequest): Settlement => ({
  outcome: why,
  by: isCash ? 'cash' : 'not_double',
})
