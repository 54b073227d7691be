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

/** The members of the configuration that a signed call needs, and those for everything that a due event needs. */
export const CALL_CONFIG = ['secretsPrefix', 'secretMaxAgeMs', 'wechatpayOrigin'] as const
export const ORDER_CONFIG = ['served', 'ledgerTable', 'eventBus', ...CALL_CONFIG] as const

/** Few invocations publish an event, so the EventBridge client is created on first use. */
type LedgerServices = { readonly ledger: Ledger; readonly bus: () => EventBus }
type CallServices = { readonly keys: MerchantSecrets }

/** The real dependencies of a sync or a query. */
export const createOrderDeps = (
  config: Pick<Config, 'served' | 'wechatpayOrigin'>,
  services: LedgerServices & CallServices,
): OrderDeps & { readonly send: Connection } => ({
  ...createLedgerDeps(services),
  ...createCallDeps(config, services),
  renewed: (row) => renewedCall(row, config.served),
})

/** The ledger, and the event bus for due events. */
export const createLedgerDeps = ({ ledger, bus }: LedgerServices): LedgerDeps => {
  let eventBus: EventBus | undefined
  return {
    ledger,
    publishDue: async (due) => {
      eventBus ??= bus()
      await eventBus.put([dueBusEvent(due)])
    },
    now: Date.now,
  }
}

/** The signers, and the connection to WeChat Pay. */
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
