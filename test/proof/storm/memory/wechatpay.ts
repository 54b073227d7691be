import { generateKeyPairSync } from 'node:crypto'
import { publicKeyId, serialNo } from '../../../../lib/local/keys.ts'
import { signAnswer, type WechatpayKey } from '../../../../lib/local/wechatpay/answer-signing.ts'
import { claimedMchid } from '../../../../lib/local/wechatpay/authorization.ts'
import { createAnswerHeaders } from '../../../../lib/local/wechatpay/delivery.ts'
import { createJudge } from '../../../../lib/local/wechatpay/judge.ts'
import { createMerchants } from '../../../../lib/local/wechatpay/merchants.ts'
import { kindOf, routeOf } from '../../../../lib/local/wechatpay/order-apis.ts'
import { createOrders, type Order, type OrderSeed } from '../../../../lib/local/wechatpay/orders.ts'
import { createPlans } from '../../../../lib/local/wechatpay/plans.ts'
import type { Send, SendRequest, Sent } from '../../../../lib/wechatpay/send.ts'
import type { Signer } from '../../../../lib/wechatpay/signed-call.ts'
import { type StormMerchant, signerOf } from '../orders/merchants.ts'
import type { VirtualTime } from './virtual-time.ts'

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
export const createMemoryWechatpay = (parts: {
  readonly time: VirtualTime
  readonly random: () => number
  readonly merchants: readonly StormMerchant[]
  /** Whether WeChat Pay fails now for who signs. */
  readonly isOut: (signer: string) => boolean
}) => {
  const { time, random, isOut } = parts
  const merchants = createMerchants()
  const orders = createOrders(() => undefined)
  const pair = shortPair()
  const key: WechatpayKey = { id: publicKeyId(), publicKeyPem: pemOf(pair), privateKey: pair.privateKey }
  const judge = createJudge({
    office: { merchants, orders, now: time.now, repeatedSync: 'ORDER_DONE', minMsBetweenCalls: 0 },
    keys: { has: (id) => id === key.id },
    refusals: createPlans(),
    unknownSerial: 'refused',
  })
  const answerHeaders = createAnswerHeaders('mixed')
  const figures = { answered: 0, syncs: 0, applied: 0, failed: 0, overlaps: 0 }
  const out = new Set<string>()

  const signers = new Map(
    parts.merchants.map((merchant): [string, Signer] => {
      const { services, provider } = merchant
      const [mchid, serial_no, own] = [signerOf(merchant), serialNo(), shortPair()]
      const subMerchants = provider ? { subMerchants: [merchant.mchid] } : {}
      merchants.add({ mchid, serial_no, publicKeyPem: pemOf(own), services, ...subMerchants })
      const wechatpayKeys = new Map([[key.id, pair.publicKey]])
      return [mchid, { mchid, serial_no, privateKey: own.privateKey, wechatpayKeys }]
    }),
  )

  const answer = ({ method, target, headers, body }: SendRequest, mchid: string): Sent => {
    const route = routeOf(target)
    const kind = kindOf(method, route)
    const call = { method, target, headers: Object.keys(headers), body, mchid, out_order_no: orderIn(target), kind }
    const { answer: decided, applied } = judge(call, route, inLowerCase(headers), Buffer.from(body))
    figures.answered += 1
    figures.syncs += kind === 'sync' ? 1 : 0
    figures.applied += applied ? 1 : 0
    const bytes = Buffer.from(decided.body)
    const signature = decided.signed ? signAnswer(decided.body, time.now(), key) : undefined
    const rawHeaders = answerHeaders(decided, signature, bytes.length)
    return { kind: 'answered', answer: { status: decided.status, rawHeaders, body: bytes } }
  }

  const carry = async (request: SendRequest): Promise<Sent> => {
    const mchid = claimedMchid(inLowerCase(request.headers).authorization)
    if (isOut(mchid)) {
      const [takesMs, sent] = FAILURES[Math.floor(random() * FAILURES.length)] ?? [0, { kind: 'lost', reason: '' }]
      figures.failed += 1
      await time.sleep(takesMs)
      return sent
    }
    await time.sleep(ANSWER_MS * (1 + random()) * 0.5)
    const sent = answer(request, mchid)
    await time.sleep(ANSWER_MS * (1 + random()) * 0.5)
    return sent
  }

  const send: Send = async (request) => {
    const order = orderIn(request.target)
    if (out.has(order)) figures.overlaps += 1
    out.add(order)
    return carry(request).finally(() => out.delete(order))
  }

  return {
    send,
    figures,
    signer: async (mchid: string): Promise<Signer> => {
      const signer = signers.get(mchid)
      if (!signer) throw new TypeError(`nobody signs as ${mchid}`)
      return signer
    },
    addOrder: (seed: OrderSeed): Order =>
      orders.add(seed, merchants.get(seed.mchid).services.get(seed.service_id) ?? ''),
  }
}

/** Both calls name their order: the sync in its path, the query in its parameters. */
const orderIn = (target: string): string => /out_order_no=([^&]+)/.exec(target)?.[1] ?? target.split('/').at(-2) ?? ''

const inLowerCase = (headers: SendRequest['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const shortPair = () => generateKeyPairSync('rsa', { modulusLength: 512 })

const pemOf = ({ publicKey }: ReturnType<typeof shortPair>): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()
