import { rowKey } from '../../../../lib/ledger/row.ts'
import type { Call } from '../../../../lib/local/wechatpay/history.ts'
import type { Truth } from '../orders/story.ts'
import { type Promised, promised } from '../scenario.ts'
import type { Rehearsal } from './stages.ts'

type Row = Readonly<Record<string, unknown>>

/** Compares both ledgers, and whom WeChat Pay heard, with what is true of each order. */
export const promisesOf = (rehearsal: Rehearsal): readonly Promised[] => {
  const { truths, calls, rows, history } = rehearsal
  const ofEach = (promise: string, find: (truth: Truth) => string | undefined) => promised(promise, truths.map(find))
  return [
    ofEach('every payment that a till took has a row in the second stage', (truth) =>
      rows.second.has(keyOf(truth)) ? undefined : nameOf(truth),
    ),
    ofEach('every order ends there as it should', (truth) => wrongEnd(truth, rows.second.get(keyOf(truth)))),
    ofEach('every double charge is found there and told, and no other', (truth) => wrongCharge(truth, rehearsal)),
    promised('while the second stage observes, it sends no sync', calls.observing.filter(isSync).map(nameOfCall)),
    promised(
      'the second stage sends no sync of an order that WeChat Pay was told of',
      calls.second
        .filter(isSync)
        .filter((call) => wasTold(call, history.posts(call.out_order_no)))
        .map(nameOfCall),
    ),
    promised('the first stage sends no sync when it comes back', calls.back.filter(isSync).map(nameOfCall)),
    ofEach('every order that the first stage had ends there as well', (truth) => {
      const row = rows.first.get(keyOf(truth))
      return row && wrongEnd(truth, row)
    }),
    promised(
      'each stage has as evidence the signed answers by which its orders ended',
      (['first', 'second'] as const).flatMap((stage) =>
        truths.flatMap((truth) => unkept(truth, rows[stage].get(keyOf(truth)), rehearsal.kept[stage])),
      ),
    ),
    promised(
      'no two calls for one order were out at once',
      history.overlaps().map(([a, b]) => `${a.out_order_no}: ${a.kind} at ${a.start} and ${b.kind} at ${b.start}`),
    ),
  ]
}

export const figuresOf = ({ truths, calls, rows, held, faults }: Rehearsal) => ({
  orders: truths.length,
  'syncs of the first stage': calls.first.filter(isSync).length,
  'orders in its ledger when it was lost, or after its return': rows.first.size,
  'faults until then': faults
    .table()
    .reduce((sum, { faults: kinds }) => sum + Object.values(kinds).reduce((a, b) => a + b, 0), 0),
  'orders that the second stage asked about': new Set(calls.observing.map(({ out_order_no }) => out_order_no)).size,
  'of them not told before': held,
  'syncs of the second stage': calls.second.filter(isSync).length,
  'double charges made': truths.filter(({ charge }) => charge).length,
  'double charges found': [...rows.second.values()].filter(({ state }) => state === 'DOUBLE_CHARGED').length,
  'syncs of the first stage after its return': calls.back.filter(isSync).length,
  'its queries then': calls.back.filter(({ kind }) => kind === 'query').length,
})

const isSync = ({ kind }: Call): boolean => kind === 'sync'

const wasTold = (call: Call, posts: readonly Call[]): boolean =>
  posts.some(({ applied, start }) => applied && start < call.start)

const nameOfCall = ({ out_order_no, at }: Call): string => `${out_order_no} at ${at}`

const keyOf = ({ plan: { merchant, out_order_no } }: Truth): string => rowKey({ mchid: merchant.mchid, out_order_no })

const nameOf = ({ plan: { merchant, out_order_no, story } }: Truth): string =>
  `${merchant.mchid} ${out_order_no} (${story})`

const wrongEnd = (truth: Truth, row: Row | undefined): string | undefined => {
  const { order, plan, charge } = truth
  const isRight = () => {
    if (plan.story === 'unknown to WeChat Pay') return row?.state === 'REJECTED' && row.reason === 'not_found'
    // The list states a sum, and a cancelled order has none to compare it with.
    if (order?.state === 'revoked' && row?.state === 'HELD') return row.reason === 'amount_unknown'
    if (order?.state === 'revoked') return row?.state === 'REJECTED' && row.reason === 'revoked'
    // WeChat Pay refuses it for as long as the storm lasts.
    if (plan.story === 'refused' && row?.state === 'REJECTED') return row.reason === 'invalid'
    if (charge) return row?.state === 'DOUBLE_CHARGED'
    const payments = order?.payments ?? []
    return row?.state === 'SYNCED' && payments.length === 1 && payments[0]?.paid_type === 'MCH'
  }
  const isOut = row?.due === undefined || row.state === 'HELD'
  return isOut && isRight()
    ? undefined
    : `${nameOf(truth)}: WeChat Pay has ${order?.state}, the row is ${row?.state} ${row?.reason ?? ''} next ${row?.next} ${JSON.stringify(row?.last_error)}`
}

/** An answer that a row tells of by its time, and that is not kept. */
const unkept = (truth: Truth, row: Row | undefined, kept: ReadonlySet<string>): readonly string[] =>
  [row?.taken_at, row?.proved_at]
    .filter((at) => at !== undefined && !kept.has(`${keyOf(truth)} ${at}`))
    .map((at) => `${nameOf(truth)}: the answer of ${at}`)

const wrongCharge = (truth: Truth, { rows, outcomes }: Rehearsal): string | undefined => {
  const { charge, plan } = truth
  const row = rows.second.get(keyOf(truth))
  if (!charge) return row?.state === 'DOUBLE_CHARGED' ? `${nameOf(truth)}: reported, but not made` : undefined
  const isNamed = row?.amount === charge.amount && row?.transaction_id === charge.transaction_id
  const isTold = outcomes.some((told) => told.of(plan.out_order_no, 'Payscore Order Double Charged').length > 0)
  return isNamed && isTold ? undefined : `${nameOf(truth)}: ${row?.state}, told ${isTold}`
}
