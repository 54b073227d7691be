import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { functionSettings } from '../aws/client.ts'
import { createEventBus, type EventBus } from '../aws/event-bus.ts'
import { createLedger } from '../aws/ledger.ts'
import { createMerchants } from '../aws/merchants.ts'
import type { Config } from '../config.ts'
import { dueBusEvent } from '../order/due-event.ts'
import { LIMITS } from '../order/limits.ts'
import type { StepDeps } from '../steps/take-step.ts'
import { createSend } from '../wechatpay/send.ts'
import { randomNonce } from '../wechatpay/signed-call.ts'
import type { WarmUpDeps } from './warm-up.ts'

/** The real world of a step. */
export const createStepDeps = (config: Config): StepDeps & WarmUpDeps => {
  // Few steps announce anything, so few pay for this client.
  let bus: EventBus | undefined
  return {
    ledger: createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable),
    merchants: createMerchants(new SecretsManagerClient(functionSettings('secretsmanager')), {
      prefix: config.secretsPrefix,
      maxAgeMs: config.secretMaxAgeMs,
    }),
    send: createSend(config.wechatpayOrigin, {
      timeoutMs: LIMITS.call,
      maxAnswerBytes: LIMITS.answerBytes,
      maxIdleMs: LIMITS.socketIdle,
    }),
    announceDue: async (due) => {
      bus ??= createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus)
      await bus.put([dueBusEvent(due)])
    },
    now: Date.now,
    random: Math.random,
    nonce: randomNonce,
  }
}
