import type { Ledger } from '../../../../lib/aws/ledger.ts'
import type { DueEvent } from '../../../../lib/ledger/due-event.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import type { Transition } from '../../../../lib/ledger/transitions/transition.ts'
import type { OrderDeps } from '../../../../lib/operations/call-wechatpay.ts'
import { randomNonce } from '../../../../lib/wechatpay/signed-call.ts'
import { plainLedger } from '../../../support/plain-ledger.ts'
import { servedBy } from '../../../support/served-by.ts'
import { configured, type StormMerchant } from '../orders/merchants.ts'
import { createVirtualTime } from './virtual-time.ts'
import { type Answered, createMemoryWechatpay } from './wechatpay.ts'

/** 2026-11-24 00:00 in China. */
export const START = 1_795_449_600_000

/** What the operations need, in memory and on virtual time, which begins at START. */
export const createMemoryWorld = (parts: {
  readonly merchants: readonly StormMerchant[]
  readonly random: () => number
  /** Draws how long each call takes, and how it fails. */
  readonly randomOfCalls: () => number
  /** Whether WeChat Pay fails for who signs at that time. */
  readonly isOut?: (signer: string, at: number) => boolean
  readonly publishDue: (due: DueEvent) => void
  /** Called with each write of the ledger before the writer gets its response. */
  readonly onApplied?: (transition: Transition, before: Row | undefined, after: Row) => void
  readonly onAnswered?: (answered: Answered) => void
}) => {
  const { random, isOut = () => false, publishDue, onApplied, onAnswered } = parts
  const time = createVirtualTime(START)
  const entries = parts.merchants.map(configured).map(({ mchid, ...entry }) => [mchid, entry])
  const merchants = servedBy(Object.fromEntries(entries))
  const wechatpay = createMemoryWechatpay({
    time,
    random: parts.randomOfCalls,
    merchants: parts.merchants,
    isOut: (signer) => isOut(signer, time.now()),
    ...(onAnswered && { onAnswered }),
  })
  const { ledger, dueKeys, reader, rows } = plainLedger()
  const apply: Ledger['apply'] = async (transition) => {
    const before = rows.get(transition.pk)
    const applied = await ledger.apply(transition)
    if (applied) onApplied?.(applied.transition, before, applied.row)
    return applied
  }
  const deps: OrderDeps = {
    ledger: { ...ledger, apply },
    merchants: { signer: wechatpay.signer, forget: () => {} },
    send: wechatpay.send,
    publishDue: async (due) => publishDue(due),
    now: time.now,
    random,
    nonce: randomNonce,
  }
  return { time, merchants, wechatpay, rows, reader, dueKeys, deps }
}
