import { generateKeyPairSync } from 'node:crypto'
import { publicKeyId, serialNo } from '../../../lib/local/keys.ts'
import type { AnswerKeys } from '../../../lib/local/wechatpay/answer-keys.ts'
import { signAnswer, type WechatpayKey } from '../../../lib/local/wechatpay/answer-signing.ts'
import { createAnswerHeaders } from '../../../lib/local/wechatpay/delivery.ts'
import type { Call } from '../../../lib/local/wechatpay/history.ts'
import { createJudge } from '../../../lib/local/wechatpay/judge.ts'
import { createMerchants, type MerchantSeed } from '../../../lib/local/wechatpay/merchants.ts'
import { kindOf, routeOf } from '../../../lib/local/wechatpay/order-apis.ts'
import { createOrders, type OrderSeed } from '../../../lib/local/wechatpay/orders.ts'
import { createPlans } from '../../../lib/local/wechatpay/plans.ts'
import type { Send, Sent } from '../../../lib/wechatpay/send.ts'
import type { Signer } from '../../../lib/wechatpay/signed-call.ts'
import type { VirtualTime } from './virtual-time.ts'

export type OutageWechatpay = {
  readonly sendFor: (mchid: string) => Send
  readonly signers: ReadonlyMap<string, Signer>
  readonly addOrder: (seed: OrderSeed) => void
  readonly figures: { answered: number; failed: number; applied: number; overlaps: number }
}

/** The forms of an outage: connection refused, no response, or an error page of a gateway. */
const FAILURES: readonly (readonly [takesMs: number, sent: Sent])[] = [
  [5, { kind: 'unsent', reason: 'ECONNREFUSED' }],
  [8_000, { kind: 'lost', reason: 'TimeoutError' }],
  [
    300,
    { kind: 'answered', answer: { status: 502, rawHeaders: [], body: Buffer.from('<html>502 Bad Gateway</html>') } },
  ],
]

/** The shortest duration of a call; the longest is twice that. */
const ANSWER_MS = 100

/**
 * WeChat Pay without sockets and on virtual time. The local WeChat Pay's own code checks each signature, and each
 * response is signed. Temporary keys of 512 bits make millions of signatures affordable; the code does not depend on
 * the key length.
 */
export const createOutageWechatpay = (parts: {
  readonly time: VirtualTime
  readonly random: () => number
  readonly merchants: readonly Omit<MerchantSeed, 'serial_no' | 'publicKeyPem'>[]
  readonly isOut: (mchid: string) => boolean
}): OutageWechatpay => {
  const { time, random, isOut } = parts
  const merchants = createMerchants()
  const orders = createOrders(() => undefined)
  const pair = shortPair()
  const key: WechatpayKey = { id: publicKeyId(), publicKeyPem: pemOf(pair), privateKey: pair.privateKey }
  const judge = createJudge({
    office: { merchants, orders, now: time.now, repeatedSync: 'ORDER_DONE', minMsBetweenCalls: 0 },
    keys: onlyKey(key),
    refusals: createPlans(),
    unknownSerial: 'refused',
  })
  const answerHeaders = createAnswerHeaders('mixed')
  const figures = { answered: 0, failed: 0, applied: 0, overlaps: 0 }
  const out = new Set<string>()

  const signers = new Map(
    parts.merchants.map((merchant): [string, Signer] => {
      const own = shortPair()
      const serial_no = serialNo()
      merchants.add({ ...merchant, serial_no, publicKeyPem: pemOf(own) })
      const wechatpayKeys = new Map([[key.id, pair.publicKey]])
      return [merchant.mchid, { mchid: merchant.mchid, serial_no, privateKey: own.privateKey, wechatpayKeys }]
    }),
  )

  const answer = (mchid: string, { method, target, headers, body }: Parameters<Send>[0]): Sent => {
    const route = routeOf(target)
    const names = Object.keys(headers)
    const call = callOf({ at: time.now(), method, target, headers: names, body, mchid, kind: kindOf(method, route) })
    const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const { answer: decided, applied } = judge(call, route, lowerCase, Buffer.from(body))
    figures.answered += 1
    figures.applied += applied ? 1 : 0
    const bytes = Buffer.from(decided.body)
    const signature = decided.signed ? signAnswer(decided.body, time.now(), key) : undefined
    const rawHeaders = answerHeaders(decided, signature, bytes.length)
    return { kind: 'answered', answer: { status: decided.status, rawHeaders, body: bytes } }
  }

  /** Both calls name their order: the sync in its path, the query in its parameters. */
  const orderIn = (target: string): string => /out_order_no=([^&]+)/.exec(target)?.[1] ?? target.split('/').at(-2) ?? ''

  return {
    signers,
    figures,
    addOrder: (seed) => {
      const appid = merchants.get(seed.mchid).services.get(seed.service_id) ?? ''
      orders.add(seed, appid)
    },
    sendFor: (mchid) => async (request) => {
      const order = orderIn(request.target)
      if (out.has(order)) figures.overlaps += 1
      out.add(order)
      try {
        if (isOut(mchid)) {
          const [takesMs, sent] = FAILURES[Math.floor(random() * FAILURES.length)] ?? [0, { kind: 'lost', reason: '' }]
          figures.failed += 1
          await time.sleep(takesMs)
          return sent
        }
        await time.sleep(ANSWER_MS * (1 + random()) * 0.5)
        const sent = answer(mchid, request)
        await time.sleep(ANSWER_MS * (1 + random()) * 0.5)
        return sent
      } finally {
        out.delete(order)
      }
    },
  }
}

const shortPair = () => generateKeyPairSync('rsa', { modulusLength: 512 })

const pemOf = ({ publicKey }: ReturnType<typeof shortPair>): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()

const callOf = (parts: Pick<Call, 'at' | 'method' | 'target' | 'headers' | 'body' | 'mchid' | 'kind'>): Call => ({
  ...parts,
  acceptEncoding: undefined,
  out_order_no: '',
  status: 0,
  refusal: undefined,
  fault: undefined,
  applied: false,
  start: 0,
  end: Number.POSITIVE_INFINITY,
})

/** The parts of the keys that this code uses. */
const onlyKey = (key: WechatpayKey): AnswerKeys => ({
  first: key,
  stranger: () => key,
  addPublicKey: () => key,
  addPlatformCertificate: () => key,
  has: (id) => id === key.id,
  answerWith: () => {},
  choose: () => key,
})
