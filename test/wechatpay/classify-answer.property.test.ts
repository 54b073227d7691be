import fc from 'fast-check'
import { expect, it } from 'vitest'
import { queryVerdict, syncVerdict } from '../../lib/wechatpay/classify-answer.ts'
import { ORDER_APIS } from '../../lib/wechatpay/order-api.ts'
import type { Outcome } from '../../lib/wechatpay/signed-call.ts'
import type { Verdict } from '../../lib/wechatpay/verdict.ts'
import type { VerdictKind } from '../../lib/wechatpay/verdict-kinds.ts'
import { CALLS, PAYAFTER_SYNCED, payafterOrder, serviceOrder, signed, unsigned } from './answers.ts'
import { PAYAFTER_ORDERS, SERVICE_ORDERS } from './verdict-rows.ts'

/** Nobody but WeChat Pay itself may make us say these. */
const BY_SIGNED_WORD_ONLY: readonly VerdictKind[] = [
  'accepted',
  'confirmed',
  'collected',
  'closed',
  'absent',
  'unpaid',
  'open',
  'undecided',
]

const bodies = fc.oneof(
  fc
    .constantFrom(...ORDER_APIS)
    .chain((api) => fc.constantFrom(...SERVICE_ORDERS.map(([, state]) => serviceOrder(api, state)))),
  fc.constantFrom(...PAYAFTER_ORDERS.map(([, state]) => payafterOrder(state)), PAYAFTER_SYNCED, ''),
  fc.constantFrom('ORDER_NOT_EXIST', 'PARAM_ERROR', 'ORDER_DONE', 'SIGN_ERROR').map((code) => `{"code":"${code}"}`),
  fc.json(),
  fc.string(),
)
const statuses = fc.oneof(
  fc.constantFrom(200, 201, 202, 204, 302, 400, 401, 403, 404, 429, 500, 503),
  fc.integer({ min: 100, max: 599 }),
)

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.tuple(statuses, bodies, fc.string()).map((parts) => signed(...parts)),
  fc
    .tuple(statuses, bodies, fc.constantFrom('header', 'timestamp', 'stale', 'serial', 'signature'))
    .map((parts) => unsigned(...parts)),
  fc.record({
    kind: fc.constantFrom('unsent', 'lost'),
    reason: fc.constantFrom('ENOTFOUND', 'ECONNRESET', 'ABORT_ERR'),
    sent_at: fc.nat(),
  }),
)

const isVerified = (outcome: Outcome) => outcome.kind === 'answered' && outcome.verified

it('says nothing that ends or proves an order but on a signed word', () => {
  const seen = new Map<VerdictKind, number>()

  const check = (verdict: Verdict, outcome: Outcome) => {
    if (isVerified(outcome)) seen.set(verdict.kind, (seen.get(verdict.kind) ?? 0) + 1)
    else if (BY_SIGNED_WORD_ONLY.includes(verdict.kind)) throw new Error(`${verdict.kind} without a signature`)
    if (verdict.verified !== isVerified(outcome)) throw new Error('calls verified what is not, or the other way round')
    if ((verdict.signedResponse !== undefined) !== isVerified(outcome))
      throw new Error('keeps as a signed word what is none')
  }

  fc.assert(
    fc.property(fc.constantFrom(...ORDER_APIS), outcomes, (api, outcome) => {
      check(syncVerdict(CALLS[api], outcome), outcome)
      check(queryVerdict(CALLS[api], outcome), outcome)
    }),
    { numRuns: 40_000 },
  )

  expect([...seen.keys()]).toEqual(expect.arrayContaining([...BY_SIGNED_WORD_ONLY]))
})
