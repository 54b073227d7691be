import { extraCalls } from './calls.ts'
import { MERCHANTS } from './merchants.ts'
import type { Storm } from './run-storm.ts'
import type { Truth } from './story.ts'
import { PAID_TIME } from './till.ts'

/** A promise, and everything that broke it. */
export type Promised = { readonly promise: string; readonly broken: readonly string[] }

export type Verdict = {
  readonly promises: readonly Promised[]
  readonly figures: Readonly<Record<string, number>>
}

type Row = Readonly<Record<string, unknown>> | undefined

/** Holds what WeChat Pay's stand-in saw and did against the ledger and the outcome events. */
export const judgeStorm = (storm: Storm): Verdict => {
  const cases = [...storm.truths.values()].map((truth) => ({
    truth,
    row: storm.rows.get(`${truth.plan.merchant.mchid}#${truth.plan.out_order_no}`),
  }))
  const healthy = cases.filter(({ truth }) => !truth.plan.merchant.isBroken)
  const broken = cases.filter(({ truth }) => truth.plan.merchant.isBroken)
  const charged = healthy.filter(({ truth }) => truth.charge)
  const faultsOf = countFaults(storm)
  const faults = [...Object.values(faultTotals(storm))].reduce((sum, count) => sum + count, 0)
  const extras = healthy.map(({ truth }) => ({ truth, extra: extraCalls(truth, storm.history) }))
  const sum = (name: 'syncs' | 'queries') => extras.reduce((total, { extra }) => total + extra[name], 0)
  const overlaps = storm.history.overlaps()

  const findings = (list: readonly (string | undefined)[]): readonly string[] =>
    list.filter((finding) => finding !== undefined)
  const promises: readonly Promised[] = [
    {
      promise: 'no notice is lost: each has a row',
      broken: findings(cases.map(({ truth, row }) => (row ? undefined : `${name(truth)} has no row`))),
    },
    {
      promise: 'every row of a healthy merchant ended as it should',
      broken: findings(healthy.map(({ truth, row }) => wrongEnd(truth, row))),
    },
    {
      promise: 'every row of the broken merchant waits in the index',
      broken: findings(broken.map(({ truth, row }) => notWaiting(truth, row))),
    },
    {
      promise: 'no two calls for one order were out at once',
      broken: overlaps.map(([a, b]) => `${a.out_order_no}: ${a.kind} at ${a.start} and ${b.kind} at ${b.start}`),
    },
    {
      promise: 'no more extra syncs than faults',
      broken: [
        ...(sum('syncs') > faults ? [`${sum('syncs')} extra syncs, ${faults} faults`] : []),
        ...findings(extras.map(({ truth, extra }) => tooMany(truth, 'syncs', extra.syncs, faultsOf(truth)))),
      ],
    },
    {
      promise: 'no more extra queries than faults',
      broken: [
        ...(sum('queries') > faults ? [`${sum('queries')} extra queries, ${faults} faults`] : []),
        ...findings(extras.map(({ truth, extra }) => tooMany(truth, 'queries', extra.queries, faultsOf(truth)))),
      ],
    },
    {
      promise: 'every double charge is found and named, and no other is reported',
      broken: findings(healthy.map(({ truth, row }) => wrongCharge(truth, row, storm))),
    },
    {
      promise: 'every end is told by an outcome event',
      broken: findings(healthy.map(({ truth, row }) => untold(truth, row, storm))),
    },
    {
      promise: 'only what met an unreachable ledger or a dying sandbox is a dead letter',
      broken: findings(storm.deadLetters.map(needlessLetter)),
    },
  ]

  return {
    promises,
    figures: {
      merchants: MERCHANTS.length + 1,
      'orders of healthy merchants': healthy.length,
      'orders of the broken merchant': broken.length,
      'notices handed over': storm.till.figures.http + storm.till.figures.event,
      'of them over HTTP': storm.till.figures.http,
      'of them by event': storm.till.figures.event,
      'handed over again after a 5xx': storm.till.figures.again,
      'calls that WeChat Pay saw': storm.history.calls.length,
      'double charges injected': charged.length,
      'double charges found': healthy.filter(({ row }) => row?.state === 'DOUBLE_CHARGED').length,
      'faults injected': faults,
      'extra syncs': sum('syncs'),
      'extra queries': sum('queries'),
      'calls that overlapped': overlaps.length,
      'dead letters, all redriven': storm.redriven,
      'sandboxes started': storm.coldStarts,
    },
  }
}

/** Faults by where they struck. */
export const faultTotals = (storm: Storm): Readonly<Record<string, number>> => ({
  'WeChat Pay': storm.history.calls.filter(({ fault }) => fault).length,
  ...Object.fromEntries(
    storm.faults
      .table()
      .map(({ what, faults }) => [what, Object.values(faults).reduce((sum, count) => sum + count, 0)]),
  ),
  'Secrets Manager': storm.secretCalls.filter(({ error, status }) => error !== '' || status === 0).length,
})

const countFaults = ({ history, faults }: Storm) => {
  return ({ plan: { out_order_no } }: Truth): number =>
    faults.ofOrder(out_order_no) +
    [...history.posts(out_order_no), ...history.queries(out_order_no)].filter(({ fault }) => fault).length
}

const name = ({ plan }: Truth): string => `${plan.merchant.mchid} ${plan.out_order_no} (${plan.story})`

const shown = (row: Row): string =>
  row
    ? `${row.state} ${row.reason ?? ''} next ${row.next} attempt ${row.attempt} ${JSON.stringify(row.last_error)}`
    : 'no row'

const tooMany = (truth: Truth, what: string, extra: number, faults: number): string | undefined =>
  extra > faults ? `${name(truth)}: ${extra} extra ${what}, ${faults} faults of its own` : undefined

/** What the order came to at WeChat Pay is what the row must say. */
const wrongEnd = (truth: Truth, row: Row): string | undefined => {
  const { order, plan } = truth
  const isOut = row?.due === undefined && row?.next === undefined
  const isRight = () => {
    if (plan.story === 'unknown to WeChat Pay') return row?.state === 'REJECTED' && row.reason === 'not_found'
    if (plan.story === 'refused') return row?.state === 'REJECTED' && row.reason === 'invalid'
    if (order?.state === 'revoked') return row?.state === 'REJECTED' && row.reason === 'revoked'
    if (truth.charge) return row?.state === 'DOUBLE_CHARGED'
    const payments = order?.payments ?? []
    const isPaidOnce = payments.length === 1 && payments[0]?.paid_type === 'MCH' && payments[0].paid_time === PAID_TIME
    return row?.state === 'SYNCED' && row.proof !== undefined && isPaidOnce
  }
  return isOut && isRight() ? undefined : `${name(truth)}: WeChat Pay has ${order?.state}, the row is ${shown(row)}`
}

const notWaiting = (truth: Truth, row: Row): string | undefined => {
  const isIndexed = String(row?.due).startsWith(`${truth.plan.merchant.mchid}#`) && typeof row?.due_at === 'number'
  const isUntouched = truth.order?.state === 'finished' && truth.order.payments.length === 0
  return row?.state === 'PENDING' && isIndexed && isUntouched ? undefined : `${name(truth)}: ${shown(row)}`
}

const wrongCharge = (truth: Truth, row: Row, { outcomes }: Storm): string | undefined => {
  const { charge, plan } = truth
  const events = outcomes.of(plan.out_order_no, 'Payscore Order Double Charged')
  if (!charge)
    return row?.state === 'DOUBLE_CHARGED' || events.length > 0 ? `${name(truth)}: reported, but not made` : undefined
  const isNamed = row?.amount === charge.amount && row?.transaction_id === charge.transaction_id
  const isTold =
    events.length > 0 &&
    events.every((event) => event.amount === charge.amount && event.transaction_id === charge.transaction_id)
  if (isNamed && isTold) return undefined
  return `${name(truth)}: ${charge.transaction_id} of ${charge.amount} fen, row ${row?.transaction_id} ${row?.amount}, ${events.length} events`
}

const untold = (truth: Truth, row: Row, { outcomes }: Storm): string | undefined => {
  const { out_order_no } = truth.plan
  const isTold = () => {
    switch (row?.state) {
      case 'SYNCED':
        return outcomes.of(out_order_no, 'Payscore Order Synced').some(({ confirmed }) => confirmed)
      case 'REJECTED':
        return outcomes.of(out_order_no, 'Payscore Order Rejected').some(({ reason }) => reason === row.reason)
      case 'DOUBLE_CHARGED':
        return outcomes.of(out_order_no, 'Payscore Order Double Charged').length > 0
      default:
        return false
    }
  }
  return isTold() ? undefined : `${name(truth)}: ${row?.state} was not told`
}

const EXCUSED = new Set(['UnavailableError', 'Runtime.ExitError', 'Sandbox.Timedout'])

const needlessLetter = ({ responsePayload }: Storm['deadLetters'][number]): string | undefined => {
  const { errorType } = responsePayload as { readonly errorType: string }
  return EXCUSED.has(errorType) ? undefined : JSON.stringify(responsePayload).slice(0, 300)
}
