import type { Ledger } from '../../lib/aws/ledger.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { DueEvent } from '../../lib/ledger/due-event.ts'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import type { Row } from '../../lib/ledger/row.ts'
import type { OrderDeps } from '../../lib/operations/call-wechatpay.ts'
import type { SendRequest, Sent } from '../../lib/wechatpay/send.ts'
import type { Signer } from '../../lib/wechatpay/signed-call.ts'
import { signedAnswer } from '../support/answers.ts'
import { rsaPair } from '../support/keys.ts'
import { CLAIMED, NOW, ORDER } from '../support/orders.ts'
import { plainLedger } from '../support/plain-ledger.ts'

const WECHATPAY_KEY_ID = 'PUB_KEY_ID_0119000001092026110100000000000000'

/** An order of the family whose sync is answered with four members, and whose query with one flat state. */
export const PAYAFTER_ORDER: PaymentNotice = { ...ORDER, call: { ...ORDER.call, order_api: 'payafter-orders' } }

/** A row of that order, as its third claim left it, with thirty seconds of lease. */
export const PAYAFTER_ROW: Row = { ...CLAIMED, call: PAYAFTER_ORDER.call }

export const SIGNER: Signer = {
  mchid: '1900000109',
  serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  privateKey: rsaPair('merchant').privateKey,
  wechatpayKeys: new Map([[WECHATPAY_KEY_ID, rsaPair('wechatpay').publicKey]]),
}

/** An answer that WeChat Pay signs at the given moment. */
export const answered = (status: number, body: string, nowMs = NOW): Sent => {
  const timestamp = String(Math.floor(nowMs / 1000))
  const parts = { status, serial: WECHATPAY_KEY_ID, timestamp, nonce: 'N0NCE', body: Buffer.from(body) }
  return { kind: 'answered', answer: signedAnswer(parts, rsaPair('wechatpay').privateKey) }
}

const PARTIES = '"appid":"wxd678efh567hg6787","mchid":"1900000109","out_order_no":"1234323JKHDFE1243252"'

/** The same answer with another signature of the same length: somebody else's word. */
export const forged = (sent: Sent): Sent => {
  if (sent.kind !== 'answered') return sent
  const { rawHeaders } = sent.answer
  const at = rawHeaders.indexOf('Wechatpay-Signature') + 1
  const other = rawHeaders.with(at, Buffer.alloc(256, 1).toString('base64'))
  return { kind: 'answered', answer: { ...sent.answer, rawHeaders: other } }
}

/** The order as a query answers it, with these members, signed at the given moment. */
export const orderSays = (members: string, nowMs = NOW): Sent => answered(200, `{${PARTIES},${members}}`, nowMs)

/** What WeChat Pay says, each signed. */
export const SAYS = {
  taken: answered(200, `{${PARTIES},"order_id":"15646546545165651651"}`),
  paidToMerchant: answered(200, `{${PARTIES},"state":"USER_PAID","pay_type":"MchChannelPayType"}`),
  charged: answered(200, `{${PARTIES},"state":"USER_PAID","total_amount":3900,"finish_transaction_id":"42000004"}`),
  waitsForPayment: answered(200, `{${PARTIES},"state":"FINISHED"}`),
  notCompleted: answered(200, `{${PARTIES},"state":"USER_ACCEPTED"}`),
  parameterWrong: answered(400, '{"code":"PARAM_ERROR","message":"参数错误"}'),
  alreadyDone: answered(400, '{"code":"ORDER_DONE","message":"订单已完成"}'),
  signatureWrong: answered(401, '{"code":"SIGN_ERROR","message":"签名错误"}'),
} as const

export const NO_ANSWER: Sent = { kind: 'lost', reason: 'ETIMEDOUT' }

type Given = {
  /** What is in the ledger. */
  readonly rows?: readonly Row[]
  /** What WeChat Pay says to each request, until `wechatpay.says` is set to something else. */
  readonly says?: Sent
  readonly ledger?: (sound: Ledger) => Ledger
  readonly signer?: (clock: { now: number }) => Promise<Signer>
  readonly announceDue?: (due: DueEvent) => Promise<void>
}

/** The world of a step, in memory: what was sent, told and forgotten is kept for the test to read. */
export const stepWorld = ({ rows = [], says = SAYS.taken, ledger, signer, announceDue }: Given = {}) => {
  const clock = { now: NOW }
  const wechatpay = { says }
  const sent: SendRequest[] = []
  const announced: DueEvent[] = []
  const forgotten: string[] = []
  const plain = plainLedger(...rows)

  const deps: OrderDeps = {
    ledger: ledger ? ledger(plain.ledger) : plain.ledger,
    merchants: {
      signer: () => (signer ? signer(clock) : Promise.resolve(SIGNER)),
      forget: (mchid) => forgotten.push(mchid),
    },
    send: async (request) => {
      sent.push(request)
      return wechatpay.says
    },
    publishDue: async (due) => {
      announced.push(due)
      await announceDue?.(due)
    },
    now: () => clock.now,
    random: () => 0.5,
    nonce: () => '593BEC0C930BF1AFEB40B4A08C8FB242',
  }

  return {
    deps,
    clock,
    wechatpay,
    sent,
    announced,
    forgotten,
    rows: plain.rows,
    applied: plain.applied,
    parties: plain.parties,
  }
}

export const SIGNS = (): Promise<Signer> => Promise.resolve(SIGNER)

/** A ledger that fails from its nth write on; reading fails with it. */
export const failingFrom =
  (nth: number) =>
  (sound: Ledger): Ledger => {
    let writes = 0
    const fail = () => Promise.reject(new UnavailableError('the ledger says TimeoutError'))
    return {
      ...sound,
      read: (pk) => (writes >= nth ? fail() : sound.read(pk)),
      apply: (transition) => {
        writes += 1
        return writes >= nth ? fail() : sound.apply(transition)
      },
    }
  }
