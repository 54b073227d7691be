import { describe, expect, it } from 'vitest'
import type { CallType, Row } from '../../../lib/ledger/row.ts'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import type { Sent } from '../../../lib/wechatpay/send.ts'
import { fakeDeps } from '../../support/fake-deps.ts'
import { answered } from '../../support/fake-wechatpay.ts'
import { KEY, ORDER, PAYAFTER_ROW, PK, unleased } from '../../support/orders.ts'
import { type AnswerId, OLD_REFUSALS, signed, unsigned } from './answers.ts'
import { NOW } from './canonical-row.ts'
import { type InvocationId, NOBODY } from './invocation.ts'
import { createModel, type Model } from './model.ts'
import { isLeaseOver } from './moves.ts'
import { NO_ROW, type RowId } from './rows.ts'
import type { Notice } from './scenario.ts'
import { paidOrder } from './writes.ts'

const PARTIES = `"appid":"${ORDER.call.appid}","mchid":"${ORDER.mchid}","out_order_no":"${ORDER.out_order_no}"`
const says = (more: string) => answered(200, `{${PARTIES},"total_amount":100,${more}}`, NOW)
const refuses = (status: number, code: string, message = '') =>
  answered(status, `{"code":"${code}","message":"${message}"}`, NOW)
const unsignedly = (status: number, code: string): Sent => ({
  kind: 'answered',
  answer: { status, rawHeaders: [], body: Buffer.from(`{"code":"${code}"}`) },
})

/** Responses on the wire for the explorer's abstract answers. */
const TO_BOTH: readonly (readonly [AnswerId, Sent])[] = [
  [signed('confirmed'), says('"state":"USER_PAID","pay_type":"MchChannelPayType"')],
  [signed('collected'), says('"state":"USER_PAID","finish_transaction_id":"4200000000"')],
  [signed('unpaid'), says('"state":"FINISHED"')],
  [
    signed('part_paid'),
    says(
      '"state":"FINISHED","collection":{"details":[{"amount":30,"paid_type":"NEWTON","transaction_id":"4200000001"}]}',
    ),
  ],
  [signed('open'), says('"state":"USER_ACCEPTED"')],
  [signed('busy'), refuses(400, 'INVALID_REQUEST', '单据正在扣款中')],
  [signed('state'), refuses(400, 'ORDER_DONE')],
  [unsigned('state'), unsignedly(400, 'ORDER_DONE')],
  [signed('invalid'), refuses(400, 'PARAM_ERROR')],
  [unsigned('invalid'), unsignedly(400, 'PARAM_ERROR')],
  [unsigned('config'), unsignedly(401, 'SIGN_ERROR')],
  [OLD_REFUSALS[1] ?? 0, refuses(429, 'FREQUENCY_LIMITED')],
  [unsigned('throttled'), unsignedly(429, 'FREQUENCY_LIMITED')],
  [unsigned('unknown'), { kind: 'lost', reason: 'ETIMEDOUT' }],
  [unsigned('unsent'), { kind: 'unsent', reason: 'ECONNREFUSED' }],
]
const ANSWERS: Readonly<Record<CallType, typeof TO_BOTH>> = {
  sync: [[signed('accepted'), answered(200, `{${PARTIES},"order_id":"1"}`, NOW)], ...TO_BOTH],
  query: [
    [signed('closed'), says('"state":"REVOKED"')],
    [signed('absent'), refuses(404, 'ORDER_NOT_EXIST')],
    [signed('undecided'), answered(200, `{${PARTIES},"state":"USER_PAID"}`, NOW)],
    ...TO_BOTH,
  ],
}

const {
  due: _due,
  due_at: _dueAt,
  next: _next,
  ...ENDED
} = unleased({ ...PAYAFTER_ROW, call_hash: 'a', noticed_at: 1 })
const DUE = { ...ENDED, due: '1900000109#0', created_at: NOW }
const AT_ONCE = { next: 'query', due_at: NOW } as const
const OPEN = { verdict: 'open', at: NOW - 60_000, attempt: 3 } as const

const ROWS: Readonly<Record<string, Row | undefined>> = {
  'no row': undefined,
  'a sync is due': { ...DUE, next: 'sync', due_at: NOW },
  'a query is due': { ...DUE, ...AT_ONCE },
  'a call is out': { ...DUE, next: 'query', due_at: NOW, leased_until: NOW + 30_000 },
  'the merchant has not completed the order': { ...DUE, next: 'query', due_at: NOW + 60_000, last_error: OPEN },
  'another call is pending': { ...DUE, ...AT_ONCE, call_hash: 'b' },
  'an older call was rejected': { ...ENDED, call_hash: 'b', noticed_at: 0, state: 'REJECTED', expires_at: 1 },
  'the same call was rejected': { ...ENDED, state: 'REJECTED', expires_at: 1 },
  'an older call is held': { ...DUE, ...AT_ONCE, call_hash: 'b', noticed_at: 0, state: 'HELD', reason: 'over_cap' },
  'it was accepted': { ...DUE, ...AT_ONCE, state: 'SYNCED' },
  'another call was accepted': { ...DUE, ...AT_ONCE, call_hash: 'b', state: 'SYNCED' },
  'another call is proved': { ...ENDED, call_hash: 'b', state: 'SYNCED', expires_at: 1 },
  'it was charged twice': { ...ENDED, call_hash: 'b', state: 'DOUBLE_CHARGED' },
  'it is asked about first': { ...DUE, ...AT_ONCE, mode: 'check', expected_amount: 100 },
  'it is only observed': { ...DUE, ...AT_ONCE, mode: 'observe', attempt: 0 },
}

const NOTICES: Readonly<Record<string, Notice>> = {
  'a notice': { call: 'a', noticed_at: 1 },
  'a notice to be checked': { call: 'a', noticed_at: 1, mode: 'check', amount: 100 },
  'a notice over the cap': { call: 'a', noticed_at: 1, isOverCap: true },
}

type Ran = {
  readonly applied: readonly string[]
  readonly calls: number
  readonly failed: boolean
  readonly row: unknown
}

/** Runs the invocation in the explorer, with no other running. */
const explored = (model: Model, rowId: RowId, id: InvocationId, answer: AnswerId): Ran => {
  const applied: string[] = []
  let [row, at, calls, failed] = [rowId, id, 0, false]
  while (at !== NOBODY) {
    const { place } = model.invocations.at(at)
    if (place === 'check' && isLeaseOver(model, at)) break
    if (place === 'check') at = model.invocations.call(at)
    else if (place === 'out') {
      calls += 1
      at = model.invocations.hear(at, answer)
    } else {
      const written = model.write(row, at)
      if (written.isHeld) applied.push(written.name)
      ;[row, at, failed] = [written.row, written.next, written.isFailed]
    }
  }
  return { applied, calls, failed, row: comparable(model, row) }
}

/** Runs the real functions. */
const real = async (model: Model, row: Row | undefined, step: CallType | Notice, sent: Sent): Promise<Ran> => {
  const fakes = fakeDeps({ rows: row ? [row] : [], says: sent })
  fakes.clock.now = NOW
  const run = () =>
    typeof step === 'string'
      ? processDue({ ...KEY, next: step }, fakes.deps)
      : syncOrder(paidOrder(step), 'event', fakes.deps)
  const failed = await run().then(
    ({ throwsByEvent }) => throwsByEvent === true,
    () => true,
  )
  const after = fakes.rows.get(PK)
  const rowId = after ? model.rows.stored(after) : NO_ROW
  return { applied: fakes.applied, calls: fakes.sent.length, failed, row: comparable(model, rowId) }
}

/**
 * The row without what the explorer does not model: the time of signed responses, the refusals that say who must act,
 * and the shard of the index key, which lib/operations sets.
 */
const comparable = ({ rows }: Model, id: RowId) => {
  const { taken_at, proved_at, refused, due, call: _, waits: __, ...row } = rows.at(id) ?? {}
  const isThere = { taken: taken_at !== undefined, proved: proved_at !== undefined, refused: refused !== undefined }
  return { ...row, ...isThere, isDue: due !== undefined }
}

const modelOf = (notice: Notice): Model =>
  createModel({ name: 'one notice', notices: [notice], orders: ['open'], invocations: 1, faults: 0 })

describe("the explorer's invocation does what the functions do", () => {
  describe.each(Object.entries(ROWS))('where %s', (_, row) => {
    it.each(Object.entries(NOTICES))('for %s, whatever WeChat Pay answers', async (__, notice) => {
      const model = modelOf(notice)
      const rowId = row ? model.rows.stored(row) : NO_ROW
      for (const [answer, sent] of ANSWERS.sync) {
        const inModel = explored(model, rowId, model.invocations.takeNotice(0, 0), answer)

        expect(inModel).toStrictEqual(await real(model, model.rows.at(rowId), notice, sent))
      }
    })

    it.each(['sync', 'query'] as const)('for a due %s, whatever WeChat Pay answers', async (step) => {
      const model = modelOf({ call: 'a', noticed_at: 1 })
      const rowId = row ? model.rows.stored(row) : NO_ROW
      for (const [answer, sent] of ANSWERS[step]) {
        const inModel = explored(model, rowId, model.invocations.takeStep(step === 'sync' ? 0 : 1, 0), answer)

        expect(inModel).toStrictEqual(await real(model, model.rows.at(rowId), step, sent))
      }
    })
  })
})
