import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createEventBus } from '../../../lib/aws/event-bus.ts'
import { createLedger } from '../../../lib/aws/ledger.ts'
import { createMerchantSecrets } from '../../../lib/aws/merchant-secrets.ts'
import { readEventSource, readQuery } from '../../../lib/intake/event-source.ts'
import { readDecision } from '../../../lib/intake/operator-decision.ts'
import { readPaymentNotice } from '../../../lib/intake/payment-notice.ts'
import { eventOf, goodNotice, KINDS, MERCHANTS, NOW } from '../../wechatpay/samples.ts'

const MCHID = '1900000109'

/** Every error that a secret, a row or a notice can bring about, and what they are thrown over with: to be inspected. */
export const errorsAbout = async (secret: string, personal: string): Promise<readonly unknown[]> => {
  const errors: unknown[] = []
  const attempt = async (act: () => unknown): Promise<void> => {
    try {
      errors.push(await act())
    } catch (error) {
      errors.push(error)
    }
  }

  const load = (send: () => Promise<unknown>) =>
    createMerchantSecrets({ send } as unknown as SecretsManagerClient, { prefix: 'p', maxAgeMs: 0 }).signer(MCHID)
  for (const text of spoilt(secret)) await attempt(() => load(async () => ({ SecretString: text })))
  await attempt(() => load(async () => ({ SecretBinary: Buffer.from(secret) })))
  await attempt(() => load(() => Promise.reject(new SyntaxError(`Unexpected token in ${secret}`))))

  const fails = { send: () => Promise.reject(Object.assign(new Error(personal), { $response: { body: personal } })) }
  const ledger = createLedger(fails as unknown as DynamoDBClient, 'ledger')
  await attempt(() => ledger.read('x'))
  await attempt(() => ledger.apply({ name: '', pk: personal, when: { op: 'exists', name: 'pk' } }))
  await attempt(() => ledger.due('x', 0, 1))
  await attempt(() => ledger.count('x', 1))
  await attempt(() => createEventBus(fails as unknown as EventBridgeClient, 'bus').put([]))

  const notice = goodNotice()
  for (const kind of KINDS)
    for (const name of [...Object.keys(notice), 'amount', 'shop_id', 'cashier_id', 'pos_ref'])
      for (const bad of [`${personal}\u0000`, { [personal]: personal }, [personal]])
        await attempt(() => {
          readPaymentNotice(readEventSource(eventOf(kind, { ...notice, [name]: bad }), NOW), MERCHANTS, NOW)
          // What was taken may hold it: labels of the shop's own.
          return undefined
        })
  // A name that is no member is told by its name, unless it is no name.
  for (const kind of KINDS)
    await attempt(() =>
      readPaymentNotice(readEventSource(eventOf(kind, { ...notice, [personal]: 1 }), NOW), MERCHANTS, NOW),
    )
  await attempt(() => readDecision({ mchid: MCHID, out_order_no: 'A' }, 'close', { reason: 'x', [personal]: 1 }, 'x'))
  await attempt(() => readQuery({ queryStringParameters: { [personal]: '1' } }))
  await attempt(() => readEventSource({ requestContext: {}, pathParameters: {}, body: `{${personal}` }, NOW))
  await attempt(() => readDecision({ mchid: MCHID, out_order_no: 'A' }, personal, { reason: [personal] }, personal))
  return errors
}

/** A secret's text with one thing wrong about it, each so that an error may want to quote it. */
const spoilt = (secret: string): readonly string[] => {
  const { private_key, wechatpay_keys, ...rest } = JSON.parse(secret) as Readonly<Record<string, unknown>>
  const key = String(private_key)
  const again = (change: object) => JSON.stringify({ ...rest, private_key, wechatpay_keys, ...change })
  return [
    secret,
    secret.slice(0, -20),
    `${secret}}`,
    key,
    JSON.stringify(key),
    again({ mchid: key }),
    again({ serial_no: key }),
    again({ not_after: key }),
    again({ private_key: key.replaceAll('\n', '') }),
    again({ private_key: key.slice(0, -100) }),
    again({ private_key: key.replace('PRIVATE', 'RSA PRIVATE') }),
    again({ private_key: { [key]: key } }),
    again({ wechatpay_keys: { [key]: key } }),
    again({ wechatpay_keys: { PUB_KEY_ID_0: key } }),
    again({ wechatpay_keys: key }),
  ]
}
