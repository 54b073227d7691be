import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createEventBus, type EventBus } from '../aws/event-bus.ts'
import { createLedger } from '../aws/ledger.ts'
import { createMerchantSecrets } from '../aws/merchant-secrets.ts'
import { functionSettings } from '../aws/sdk/settings.ts'
import type { Config } from '../config/config.ts'
import { renewedCall } from '../intake/renewed-call.ts'
import { dueBusEvent } from '../ledger/due-event.ts'
import { LIMITS } from '../limits.ts'
import type { LedgerDeps, OrderDeps, WechatPayDeps } from '../operations/call-wechatpay.ts'
import { type Connection, createSend } from '../wechatpay/send.ts'
import { randomNonce } from '../wechatpay/signed-call.ts'

/** What a step, and a call alone, use of the configuration. */
export const CALL_CONFIG = ['secretsPrefix', 'secretMaxAgeMs', 'wechatpayOrigin'] as const
export const STEP_CONFIG = ['merchants', 'ledgerTable', 'eventBus', ...CALL_CONFIG] as const

type With<Names extends readonly (keyof Config)[]> = Pick<Config, Names[number]>

/** The real world of a step. */
export const createOrderDeps = (config: With<typeof STEP_CONFIG>): OrderDeps & { readonly send: Connection } => ({
  ...createLedgerDeps(config),
  ...createCallDeps(config),
  renewed: (row) => renewedCall(row, config.merchants),
})

/** The rows, and who is told that one of them is due. */
export const createLedgerDeps = ({ ledgerTable, eventBus }: Pick<Config, 'ledgerTable' | 'eventBus'>): LedgerDeps => {
  // Few steps announce anything, so few pay for this client.
  let bus: EventBus | undefined
  return {
    ledger: createLedger(new DynamoDBClient(functionSettings('dynamodb')), ledgerTable),
    announceDue: async (due) => {
      bus ??= createEventBus(new EventBridgeClient(functionSettings('events')), eventBus)
      await bus.put([dueBusEvent(due)])
    },
    now: Date.now,
  }
}

/** Who signs, and the way to WeChat Pay. */
export const createCallDeps = (config: With<typeof CALL_CONFIG>): WechatPayDeps & { readonly send: Connection } => ({
  merchants: createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
    prefix: config.secretsPrefix,
    maxAgeMs: config.secretMaxAgeMs,
  }),
  send: createSend(config.wechatpayOrigin, {
    timeoutMs: LIMITS.call,
    maxAnswerBytes: LIMITS.answerBytes,
    maxIdleMs: LIMITS.socketIdle,
  }),
  now: Date.now,
  random: Math.random,
  nonce: randomNonce,
})
