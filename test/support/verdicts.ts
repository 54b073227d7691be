import type { SignedResponse, Verdict } from '../../lib/wechatpay/verdict.ts'
import type { VerdictKind } from '../../lib/wechatpay/verdict-kinds.ts'
import { NOW, SECOND } from './orders.ts'

/** A signed response with personal data, as real ones have. */
export const WORD: SignedResponse = {
  serial: 'PUB_KEY_ID_0119000001092026110100000000000000',
  timestamp: '1795487399',
  nonce: 'fdasflkja484w',
  signature: 'c2lnbmF0dXJl',
  request_id: '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0',
  status: 200,
  body: '{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","state":"DONE"}',
  sent_at: NOW - 2 * SECOND,
}

/** The same as a transition carries it. */
export const SYNC_WORD = { ...WORD, answers: 'sync' } as const
export const QUERY_WORD = { ...WORD, answers: 'query' } as const

/** One verdict of each kind. */
export const VERDICTS = {
  accepted: { kind: 'accepted', verified: true, status: 200, order_id: '15646546545165651651', signedResponse: WORD },
  confirmed: { kind: 'confirmed', verified: true, status: 200, order_id: '15646546545165651651', signedResponse: WORD },
  collected: {
    kind: 'collected',
    verified: true,
    status: 200,
    order_id: '15646546545165651651',
    charge: { amount: 3900, transaction_id: '4200000446202611247000000001' },
    signedResponse: WORD,
  },
  undecided: { kind: 'undecided', verified: true, status: 200, request_id: 'R-0', signedResponse: WORD },
  unpaid: { kind: 'unpaid', verified: true, status: 200, request_id: 'R-0', signedResponse: WORD },
  part_paid: {
    kind: 'part_paid',
    verified: true,
    status: 200,
    request_id: 'R-0',
    total_amount: 3900,
    paid_amount: 900,
    paying_amount: 3000,
    charge: { amount: 900, transaction_id: '4200000446202611247000000002' },
    signedResponse: WORD,
  },
  open: { kind: 'open', verified: true, status: 200, request_id: 'R-0', signedResponse: WORD },
  closed: { kind: 'closed', verified: true, status: 200, request_id: 'R-0', signedResponse: WORD },
  absent: { kind: 'absent', verified: true, status: 404, code: 'ORDER_NOT_EXIST', refusal: 'not-exist' },
  state: { kind: 'state', verified: true, status: 400, request_id: 'R-1', code: 'ORDER_DONE', refusal: 'already-done' },
  busy: {
    kind: 'busy',
    verified: true,
    status: 400,
    request_id: 'R-1',
    code: 'INVALID_REQUEST',
    refusal: 'charge-running',
  },
  unknown: { kind: 'unknown', verified: false, code: 'ETIMEDOUT' },
  unsent: { kind: 'unsent', verified: false, code: 'ECONNREFUSED' },
  throttled: { kind: 'throttled', verified: false, status: 429, code: 'FREQUENCY_LIMITED', refusal: 'too-often' },
  config: { kind: 'config', verified: true, status: 401, code: 'SIGN_ERROR', refusal: 'signature' },
  invalid: {
    kind: 'invalid',
    verified: true,
    status: 400,
    request_id: 'R-1',
    code: 'PARAM_ERROR',
    refusal: 'parameter',
    signedResponse: WORD,
  },
} as const satisfies { readonly [K in VerdictKind]: Verdict & { readonly kind: K } }

/** The `last_error` of each verdict that leaves the order open or ends it by a refusal. */
export const LAST_ERRORS = {
  undecided: { verdict: 'undecided', at: NOW, attempt: 3, status: 200, request_id: 'R-0' },
  unpaid: { verdict: 'unpaid', at: NOW, attempt: 3, status: 200, request_id: 'R-0' },
  part_paid: { verdict: 'part_paid', at: NOW, attempt: 3, status: 200, request_id: 'R-0' },
  open: { verdict: 'open', at: NOW, attempt: 3, status: 200, request_id: 'R-0' },
  closed: { verdict: 'closed', at: NOW, attempt: 3, status: 200, request_id: 'R-0' },
  absent: { verdict: 'absent', at: NOW, attempt: 3, status: 404, code: 'ORDER_NOT_EXIST', refusal: 'not-exist' },
  state: {
    verdict: 'state',
    at: NOW,
    attempt: 3,
    status: 400,
    code: 'ORDER_DONE',
    request_id: 'R-1',
    refusal: 'already-done',
  },
  busy: {
    verdict: 'busy',
    at: NOW,
    attempt: 3,
    status: 400,
    code: 'INVALID_REQUEST',
    request_id: 'R-1',
    refusal: 'charge-running',
  },
  unknown: { verdict: 'unknown', at: NOW, attempt: 3, code: 'ETIMEDOUT' },
  unsent: { verdict: 'unsent', at: NOW, attempt: 3, code: 'ECONNREFUSED' },
  throttled: {
    verdict: 'throttled',
    at: NOW,
    attempt: 3,
    status: 429,
    code: 'FREQUENCY_LIMITED',
    refusal: 'too-often',
  },
  config: { verdict: 'config', at: NOW, attempt: 3, status: 401, code: 'SIGN_ERROR', refusal: 'signature' },
  invalid: {
    verdict: 'invalid',
    at: NOW,
    attempt: 3,
    status: 400,
    code: 'PARAM_ERROR',
    request_id: 'R-1',
    refusal: 'parameter',
  },
} as const
