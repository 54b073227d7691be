import { generateKeyPairSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { publicKeyId, serialNo } from '../../../../lib/local/keys.ts'
import { createAccounts } from '../../../../lib/local/wechatpay/accounts.ts'
import type { Answer } from '../../../../lib/local/wechatpay/answer.ts'
import { signAnswer, type WechatpayKey } from '../../../../lib/local/wechatpay/answer-signing.ts'
import { claimedMchid } from '../../../../lib/local/wechatpay/authorization.ts'
import type { Download as BillBytes } from '../../../../lib/local/wechatpay/bills.ts'
import { createAnswerHeaders } from '../../../../lib/local/wechatpay/delivery.ts'
import type { Kind } from '../../../../lib/local/wechatpay/history.ts'
import { createJudge } from '../../../../lib/local/wechatpay/judge.ts'
import { createMerchants } from '../../../../lib/local/wechatpay/merchants.ts'
import { kindOf, routeOf } from '../../../../lib/local/wechatpay/order-apis.ts'
import { createOrders, type Order, type OrderSeed } from '../../../../lib/local/wechatpay/orders.ts'
import { createPlans, type RefusalPlan } from '../../../../lib/local/wechatpay/plans.ts'
import { downloadRequest, downloadVerdict } from '../../../../lib/wechatpay/bill-api.ts'
import type { FetchBill } from '../../../../lib/wechatpay/download.ts'
import type { Send, SendRequest, Sent } from '../../../../lib/wechatpay/send.ts'
import { randomNonce, type Signer, signedHeaders } from '../../../../lib/wechatpay/signed-call.ts'
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

const ANOTHER_PROVIDER = '1999999999'

/** Of bills: their URLs lead to it. */
export const ORIGIN = 'https://api.mch.weixin.qq.com'

/** One request that WeChat Pay has answered. */
export type Answered = {
  readonly at: number
  readonly kind: Kind
  /** Who signed. */
  readonly mchid: string
  readonly target: string
  /** The number of the order or the refund that it names, '' if none. */
  readonly of: string
  readonly status: number
  /** Whether it made the order paid. */
  readonly applied: boolean
}

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
  /** Called with each request while it is answered. */
  readonly onAnswered?: (answered: Answered) => void
}) => {
  const { time, random, isOut, onAnswered } = parts
  const merchants = createMerchants()
  const orders = createOrders(() => undefined)
  const pair = shortPair()
  const key: WechatpayKey = { id: publicKeyId(), publicKeyPem: pemOf(pair), privateKey: pair.privateKey }
  const accounts = createAccounts({ merchants, orders, now: time.now, origin: () => ORIGIN })
  const refusals = createPlans<RefusalPlan>()
  const judge = createJudge({
    office: { merchants, orders, accounts, now: time.now, repeatedSync: 'ORDER_DONE', minMsBetweenCalls: 0 },
    keys: { has: (id) => id === key.id },
    refusals,
    unknownSerial: 'refused',
  })
  const answerHeaders = createAnswerHeaders('mixed')
  const figures = { answered: 0, syncs: 0, applied: 0, failed: 0, overlaps: 0 }
  const out = new Set<string>()

  const addMerchant = (mchid: string, of: readonly StormMerchant[]): Signer => {
    const [serial_no, own] = [serialNo(), shortPair()]
    const services = Object.assign({}, ...of.map((merchant) => merchant.services))
    const subMerchants = of.filter(({ provider }) => provider !== undefined).map((sub) => sub.mchid)
    const subs = subMerchants.length > 0 ? { subMerchants } : {}
    merchants.add({ mchid, serial_no, publicKeyPem: pemOf(own), services, ...subs })
    return { mchid, serial_no, privateKey: own.privateKey, wechatpayKeys: new Map([[key.id, pair.publicKey]]) }
  }
  const permitted = parts.merchants.filter(({ isRefused }) => !isRefused)
  const signers = new Map(
    [...Map.groupBy(permitted, signerOf)].map(([mchid, of]): [string, Signer] => [mchid, addMerchant(mchid, of)]),
  )
  // WeChat Pay knows them, as sub-merchants of another provider.
  addMerchant(
    ANOTHER_PROVIDER,
    parts.merchants.filter(({ isRefused }) => isRefused),
  )

  const decide = ({ method, target, headers, body }: SendRequest, mchid: string): Answer => {
    const route = routeOf(target)
    const kind = kindOf(method, route)
    const of = numberIn(target)
    const call = { method, target, headers: Object.keys(headers), body, mchid, out_order_no: of, kind }
    const { answer, applied } = judge(call, route, inLowerCase(headers), Buffer.from(body))
    figures.answered += 1
    figures.syncs += kind === 'sync' ? 1 : 0
    figures.applied += applied ? 1 : 0
    onAnswered?.({ at: time.now(), kind, mchid, target, of, status: answer.status, applied })
    return answer
  }

  const answer = (request: SendRequest, mchid: string): Sent => {
    const decided = decide(request, mchid)
    const bytes = Buffer.from(decided.body)
    const signature = decided.signed ? signAnswer(decided.body, time.now(), key) : undefined
    const rawHeaders = answerHeaders(decided, signature, bytes.length)
    return { kind: 'answered', answer: { status: decided.status, rawHeaders, body: bytes } }
  }

  const fail = (): (typeof FAILURES)[number] => {
    figures.failed += 1
    return FAILURES[Math.floor(random() * FAILURES.length)] ?? [0, { kind: 'lost', reason: '' }]
  }

  const carry = async (request: SendRequest): Promise<Sent> => {
    const mchid = claimedMchid(inLowerCase(request.headers).authorization)
    if (isOut(mchid)) {
      const [takesMs, sent] = fail()
      await time.sleep(takesMs)
      return sent
    }
    await time.sleep(ANSWER_MS * (1 + random()) * 0.5)
    const sent = answer(request, mchid)
    await time.sleep(ANSWER_MS * (1 + random()) * 0.5)
    return sent
  }

  const send: Send = async (request) => {
    const of = numberIn(request.target)
    if (out.has(of)) figures.overlaps += 1
    out.add(of)
    return carry(request).finally(() => out.delete(of))
  }

  /** Takes no time, for who reads files meanwhile: virtual time would not wait for them. */
  const sendAtOnce: Send = async (request) => {
    const mchid = claimedMchid(inLowerCase(request.headers).authorization)
    return isOut(mchid) ? fail()[1] : answer(request, mchid)
  }

  const download: FetchBill = async (place, signer) => {
    if (isOut(signer.mchid)) return { kind: 'lost', code: 'ECONNREFUSED' }
    const request = downloadRequest(place)
    const headers = signedHeaders(request, signer, time.now(), randomNonce())
    const { status, body, download: bill } = decide({ ...request, headers }, signer.mchid)
    if (status === 200 && bill) return { kind: 'ready', bytes: bytesOf(bill) }
    const verdict = downloadVerdict(status, Buffer.from(body))
    return { ...verdict, kind: verdict.kind === 'ready' ? 'unknown' : verdict.kind }
  }

  return {
    send,
    sendAtOnce,
    download,
    figures,
    accounts: accounts.controls,
    /** Every sync of this order is refused for a parameter. */
    refuseSyncs: (out_order_no: string): void =>
      void refusals.add({ kind: 'sync', out_order_no }, Number.POSITIVE_INFINITY, () => ({
        refusal: 'parameter-illegal',
      })),
    signer: async (mchid: string): Promise<Signer> => {
      const signer = signers.get(mchid)
      if (!signer) throw new TypeError(`nobody signs as ${mchid}`)
      return signer
    },
    addOrder: (seed: OrderSeed): Order =>
      orders.add(seed, merchants.get(seed.mchid).services.get(seed.service_id) ?? ''),
  }
}

/** A sync names its order in its path, a query in its parameters, and a refund ends with its own number. */
const numberIn = (target: string): string => {
  const route = routeOf(target)
  if (route?.kind === 'sync' || route?.kind === 'refund') return route.segment
  return route?.kind === 'query' ? (/out_order_no=([^&]+)/.exec(target)?.[1] ?? '') : ''
}

async function* bytesOf({ pieces, reset }: BillBytes): AsyncGenerator<Uint8Array> {
  const text: Buffer[] = []
  for await (const piece of pieces()) text.push(piece)
  yield gzipSync(Buffer.concat(text))
  if (reset) throw Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' })
}

const inLowerCase = (headers: SendRequest['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const shortPair = () => generateKeyPairSync('rsa', { modulusLength: 512 })

const pemOf = ({ publicKey }: ReturnType<typeof shortPair>): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()
