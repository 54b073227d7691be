import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createMerchantSecrets } from '../../../lib/aws/merchant-secrets.ts'
import type { PaymentNotice } from '../../../lib/ledger/notice.ts'
import { keyPair, serialNo } from '../../../lib/local/keys.ts'
import { startWechatpay } from '../../../lib/local/wechatpay/wechatpay.ts'
import { createSend } from '../../../lib/wechatpay/send.ts'
import { randomNonce } from '../../../lib/wechatpay/signed-call.ts'

import { fakeDeps } from '../../support/fake-deps.ts'
import { NOW, PAYAFTER_ORDER } from '../../support/orders.ts'

const MCHID = '1900000109'

/** Fakes, but for WeChat Pay: its emulator is called over sockets, with the merchant's key of a secret. */
export const startWechatpayDeps = async () => {
  /** `ours` is how far our clock is ahead of WeChat Pay's, ms. */
  const clock = { now: NOW, ours: 0 }
  const wechatpay = await startWechatpay({ now: () => clock.now })
  const first = serialNo()
  wechatpay.addMerchant({
    mchid: MCHID,
    serial_no: first,
    publicKeyPem: keyPair('first').publicKeyPem,
    services: { '500001': 'wxd678efh567hg6787' },
  })

  const secretOf = (owner: string, serial_no: string): string =>
    JSON.stringify({
      mchid: MCHID,
      serial_no,
      private_key: keyPair(owner).privateKeyPem,
      wechatpay_keys: { [wechatpay.keyId]: wechatpay.publicKeyPem },
    })
  let secret = secretOf('first', first)
  const client = { send: async () => ({ SecretString: secret }) } as unknown as SecretsManagerClient
  const now = () => clock.now + clock.ours

  const { deps, rows } = fakeDeps({
    merchants: createMerchantSecrets(client, { prefix: 'payscore/merchants', maxAgeMs: 300_000, now }),
    send: createSend(new URL(wechatpay.origin), { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 5_000 }),
    now,
    nonce: randomNonce,
  })

  /** An order that waits for its payment, and the notice of it. */
  const placeOrder = (out_order_no: string): PaymentNotice => {
    wechatpay.addOrder({
      family: 'payafter-orders',
      mchid: MCHID,
      service_id: '500001',
      out_order_no,
      total_amount: 8800,
    })
    return { ...PAYAFTER_ORDER, out_order_no, call: { ...PAYAFTER_ORDER.call, out_order_no } }
  }

  return {
    clock,
    wechatpay,
    deps,
    placeOrder,
    row: (out_order_no: string) => rows.get(`${MCHID}#${out_order_no}`),
    due: (out_order_no: string, next: 'sync' | 'query') => ({ mchid: MCHID, out_order_no, next }),
    statuses: (out_order_no: string) => wechatpay.history.posts(out_order_no).map(({ status }) => status),
    revokeFirst: () => wechatpay.revokeCertificate(MCHID, first),
    /** A new key at WeChat Pay and in the secret. */
    rotate: () => {
      const serial_no = serialNo()
      wechatpay.addCertificate(MCHID, { serial_no, publicKeyPem: keyPair('second').publicKeyPem })
      secret = secretOf('second', serial_no)
    },
  }
}

export type WechatpayDeps = Awaited<ReturnType<typeof startWechatpayDeps>>
