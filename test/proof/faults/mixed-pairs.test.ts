import { createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keyPair, serialNo } from '../../../lib/local/keys.ts'
import type { OrderSeed } from '../../../lib/local/wechatpay/orders.ts'
import { startWechatpay, type Wechatpay } from '../../../lib/local/wechatpay/wechatpay.ts'
import { type RawAnswer, verifyAnswer } from '../../../lib/wechatpay/answer.ts'
import { queryVerdict, syncVerdict } from '../../../lib/wechatpay/classify-answer.ts'
import { type Call, ORDER_APIS, queryRequest, syncRequest } from '../../../lib/wechatpay/order-api.ts'
import { createSend } from '../../../lib/wechatpay/send.ts'
import { type Outcome, randomNonce, type Signer, sendSigned } from '../../../lib/wechatpay/signed-call.ts'
import type { VerdictKind } from '../../../lib/wechatpay/verdict-kinds.ts'
import { NOW } from '../../support/orders.ts'

/** Two merchants of each API, so that every answer has a neighbour that differs by the order alone, or by the merchant. */
const PARTIES = [
  { order_api: 'payafter-orders', mchid: '1900000109', appid: 'wx0000000000000001', service_id: '500001' },
  { order_api: 'payafter-orders', mchid: '1900000110', appid: 'wx0000000000000002', service_id: '500002' },
  { order_api: 'serviceorder', mchid: '1900000111', appid: 'wx0000000000000003', service_id: '500003' },
  { order_api: 'serviceorder', mchid: '1900000112', appid: 'wx0000000000000004', service_id: '500004' },
  { order_api: 'partner', mchid: '1900000200', sub_mchid: '1900000201', service_id: '500005' },
  { order_api: 'partner', mchid: '1900000210', sub_mchid: '1900000211', service_id: '500007' },
  {
    order_api: 'acquiringbank',
    mchid: '1900000300',
    sub_mchid: '1900000301',
    channel_id: '1900000399',
    service_id: '500006',
  },
  {
    order_api: 'acquiringbank',
    mchid: '1900000310',
    sub_mchid: '1900000311',
    channel_id: '1900000399',
    service_id: '500008',
  },
] as const satisfies readonly Partial<Call>[]

/** The same numbers with everybody: nothing but the parties tells those orders apart. */
const NUMBERS = ['A-1', 'A-2']
const STATES = ['waiting', 'synced', 'charged', 'cancelled', 'unknown'] as const

const CALLS: readonly Call[] = PARTIES.flatMap((parties) =>
  STATES.flatMap((state) =>
    NUMBERS.map((number) => ({ ...parties, out_order_no: `${number}-${state}`, paid_time: '20261124102900' })),
  ),
)

type Recorded = {
  readonly call: Call
  readonly by: 'sync' | 'query'
  readonly outcome: Extract<Outcome, { kind: 'answered' }>
  readonly raw: RawAnswer
}

let wechatpay: Wechatpay
const signers = new Map<string, Signer>()
const recorded: Recorded[] = []

beforeAll(async () => {
  wechatpay = await startWechatpay({ now: () => NOW })
  for (const mchid of new Set(PARTIES.map((party) => party.mchid))) addMerchant(mchid)
  for (const call of CALLS) place(call)
  for (const call of CALLS) for (const by of ['query', 'sync', 'query'] as const) recorded.push(await record(call, by))
})
afterAll(() => wechatpay.close())

const addMerchant = (mchid: string) => {
  const serial_no = serialNo()
  const own = PARTIES.filter((party) => party.mchid === mchid)
  const subMerchants = own.flatMap((party) => ('sub_mchid' in party ? [party.sub_mchid] : []))
  wechatpay.addMerchant({
    mchid,
    serial_no,
    publicKeyPem: keyPair(mchid).publicKeyPem,
    services: Object.fromEntries(own.map((party) => [party.service_id, 'appid' in party ? party.appid : 'wx9'])),
    ...(subMerchants.length > 0 && { subMerchants }),
    ...(own.some((party) => 'channel_id' in party) && { role: 'acquiringbank' as const, channel_id: '1900000399' }),
  })
  const wechatpayKeys = new Map([[wechatpay.keyId, wechatpayKey()]])
  signers.set(mchid, { mchid, serial_no, privateKey: keyPair(mchid).privateKey, wechatpayKeys })
}

const wechatpayKey = () => createPublicKey(wechatpay.publicKeyPem)

const place = ({ order_api, mchid, sub_mchid, service_id, out_order_no }: Call) => {
  if (out_order_no.endsWith('unknown')) return
  const order = wechatpay.addOrder({
    family: order_api === 'payafter-orders' ? 'payafter-orders' : 'serviceorder',
    mchid,
    ...(sub_mchid && { sub_mchid }),
    service_id,
    out_order_no,
    total_amount: 8800,
    ...(out_order_no.endsWith('cancelled') && { state: 'revoked' as const }),
  } satisfies OrderSeed)
  if (out_order_no.endsWith('charged')) wechatpay.payscoreCharges(order)
}

const record = async (call: Call, by: Recorded['by']): Promise<Recorded> => {
  const signer = signers.get(call.mchid)
  if (!signer) throw new Error('a merchant without a key')
  const send = createSend(new URL(wechatpay.origin), { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 5_000 })
  let raw: RawAnswer | undefined
  const outcome = await sendSigned(by === 'sync' ? syncRequest(call) : queryRequest(call), signer, {
    send: async (request) => {
      const sent = await send(request)
      if (sent.kind === 'answered') raw = sent.answer
      return sent
    },
    now: () => NOW,
    nonce: randomNonce,
  })
  if (outcome.kind !== 'answered' || !raw) throw new Error('was not answered')
  return { call, by, outcome, raw }
}

/** What would end or move an order. */
const TELLING: readonly VerdictKind[] = [
  'accepted',
  'confirmed',
  'collected',
  'unpaid',
  'part_paid',
  'open',
  'closed',
  'undecided',
]

const keyOf = ({ mchid, sub_mchid, out_order_no }: Call) => `${mchid} ${sub_mchid ?? ''} ${out_order_no}`

it('no recorded answer is taken for the answer to another request', () => {
  const told: string[] = []
  let pairs = 0

  for (const { call, by, outcome } of recorded)
    for (const other of CALLS) {
      // A refusal and a 204 name no order: the first moves none, of the second the query decides.
      if (keyOf(other) === keyOf(call) || outcome.status !== 200) continue
      pairs += 1
      for (const judge of [syncVerdict, queryVerdict]) {
        const { kind } = judge(other, outcome)
        if (TELLING.includes(kind)) told.push(`${by} of ${keyOf(call)} says ${kind} of ${keyOf(other)}`)
      }
    }

  const believed = recorded.filter(({ call, by, outcome }) =>
    TELLING.includes((by === 'sync' ? syncVerdict : queryVerdict)(call, outcome).kind),
  )
  expect(told).toEqual([])
  expect(new Set(recorded.map(({ call }) => call.order_api))).toEqual(new Set(ORDER_APIS))
  expect(believed.length).toBeGreaterThan(100)
  expect(pairs).toBeGreaterThan(10_000)
})

it('no signature is good for the body of another answer', () => {
  const keys = new Map([[wechatpay.keyId, wechatpayKey()]])
  const different = new Map(recorded.map((one) => [one.raw.body.toString(), one.raw]))
  const answers = [...different.values()]

  const own = answers.filter((answer) => verifyAnswer(answer, keys, NOW).verified)
  const mixed = answers.flatMap((answer) =>
    answers.filter((other) => other !== answer && verifyAnswer({ ...answer, body: other.body }, keys, NOW).verified),
  )

  expect(own.length).toBeGreaterThan(50)
  expect(mixed).toEqual([])
})
