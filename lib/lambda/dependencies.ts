import type { EventBus } from '../aws/event-bus.ts'
import type { Ledger } from '../aws/ledger.ts'
import type { MerchantSecrets } from '../aws/merchant-secrets.ts'
import type { Config } from '../config/config.ts'
import { renewedCall } from '../intake/call-from-configuration.ts'
import { dueBusEvent } from '../ledger/due-event.ts'
import { LIMITS } from '../limits.ts'
import type { LedgerDeps, OrderDeps, WechatPayDeps } from '../operations/call-wechatpay.ts'
import { type Connection, createSend } from '../wechatpay/send.ts'
import { randomNonce } from '../wechatpay/signed-call.ts'

/** What a step, and a call alone, use of the configuration. */
export const CALL_CONFIG = ['secretsPrefix', 'secretMaxAgeMs', 'wechatpayOrigin'] as const
export const STEP_CONFIG = ['merchants', 'ledgerTable', 'eventBus', ...CALL_CONFIG] as const

/** Few steps announce anything, so few pay for a client of the bus. */
type LedgerServices = { readonly ledger: Ledger; readonly bus: () => EventBus }
type CallServices = { readonly keys: MerchantSecrets }

/** The real world of a step. */
export const createOrderDeps = (
  config: Pick<Config, 'merchants' | 'wechatpayOrigin'>,
  services: LedgerServices & CallServices,
): OrderDeps & { readonly send: Connection } => ({
  ...createLedgerDeps(services),
  ...createCallDeps(config, services),
  renewed: (row) => renewedCall(row, config.merchants),
})

/** The rows, and who is told that one of them is due. */
export const createLedgerDeps = ({ ledger, bus }: LedgerServices): LedgerDeps => {
  let opened: EventBus | undefined
  return {
    ledger,
    announceDue: async (due) => {
      opened ??= bus()
      await opened.put([dueBusEvent(due)])
    },
    now: Date.now,
  }
}

/** Who signs, and the way to WeChat Pay. */
export const createCallDeps = (
  { wechatpayOrigin }: Pick<Config, 'wechatpayOrigin'>,
  { keys }: CallServices,
): WechatPayDeps & { readonly send: Connection } => ({
  merchants: keys,
  send: createSend(wechatpayOrigin, {
    timeoutMs: LIMITS.call,
    maxAnswerBytes: LIMITS.answerBytes,
    maxIdleMs: LIMITS.socketIdle,
  }),
  now: Date.now,
  random: Math.random,
  nonce: randomNonce,
})
