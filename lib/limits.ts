const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Every limit of time, size and pace in one table. Times are ms, sizes bytes. */
export const LIMITS = {
  sdkConnect: 1 * SECOND,
  sdkRequest: 2 * SECOND,
  sdkAttempts: 2,
  /** Of one answer of AWS: a page of the ledger's rows is the largest. */
  sdkAnswerBytes: 16 * 1024 * 1024,
  /** One request to AWS with its attempts and the pause between them. */
  sdkTotal: 4.5 * SECOND,
  /** Counting a payment against an hourly cap; a slower count is over the cap. */
  count: 1.5 * SECOND,
  /** Asking, or noting, whether WeChat Pay ever knew an order of a party; without an answer nothing is ended. */
  party: 1.5 * SECOND,
  /** One signed call, connection included. */
  call: 8 * SECOND,
  /** Of a host with several addresses the next is tried this long after the one before, which is not given up for it. */
  nextAddress: 0.3 * SECOND,
  /** WeChat Pay closes an idle connection after 8 s. */
  socketIdle: 5 * SECOND,
  init: 3 * SECOND,
  functionTimeout: 20 * SECOND,
  apiTimeout: 30 * SECOND,
  secretStale: 15 * MINUTE,

  /** Nobody else may claim a row before its lease ends. */
  lease: 30 * SECOND,
  /** Between any two clocks of ours, and ours and WeChat Pay's. */
  clockDifference: 5 * SECOND,
  /** A row that is due no later than this may be under a lease; a later one only waits. */
  callMayBeOut: 40 * SECOND,
  /** How old, or how far ahead, an answer's timestamp may be. @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420 */
  signatureWindow: 5 * MINUTE,
  /** From an accepted sync to the query that proves it. */
  confirmDelay: 10 * MINUTE,

  askAgain: 60 * SECOND,
  askAgainBusy: 180 * SECOND,
  retryFirst: 60 * SECOND,
  retryMost: 30 * MINUTE,
  retrySlowAfter: 3 * DAY,
  retrySlow: 6 * HOUR,
  giveUp: 30 * DAY,
  /** A held order is asked about this often until a person has decided. */
  heldAskAgain: 1 * DAY,
  absentGiveUp: 24 * HOUR,
  /** So many orders that WeChat Pay does not know, and none that it does: the configuration is wrong. */
  absentOrders: 3,
  late: 15 * MINUTE,
  lateWaiting: 24 * HOUR,
  keepEnded: 400 * DAY,

  reconcileTimeout: 58 * SECOND,
  reconcileDispatch: 50 * SECOND,
  reconcileEvery: 60 * SECOND,
  /** Of one merchant. */
  dispatchesPerSecond: 20,

  /** A till's clock may be this fast: paid_time is then set to now. */
  paidTimeAhead: 24 * HOUR,
  /** A payment made longer ago does not count by its hour. */
  capLooksBack: 3 * DAY,
  keepCounter: 8 * DAY,
  /** DynamoDB's. */
  rowBytes: 400 * 1024,
  /** Of an order, the newest. */
  decisionsKept: 20,
  /** Of one decision: who, what, when and why. */
  decisionBytes: 3 * 1024,
  noticeBytes: 8 * 1024,
  /** Of an answer of WeChat Pay, as it comes and unpacked. */
  answerBytes: 64 * 1024,
  /** Of any answer's headers, all together. */
  answerHeaderBytes: 16 * 1024,
  /** Of a statement, and its bytes as they are stored and unpacked. */
  statementLines: 200_000,
  statementBytes: 64 * 1024 * 1024,
  statementBytesUnpacked: 256 * 1024 * 1024,
  statementTimeout: 15 * MINUTE,
  /** A till's list and its notice may name the moment of payment this differently. */
  paidTimeDiffers: 5 * MINUTE,
  /** Objects are larger than what other services answer. */
  objectRequest: 30 * SECOND,
  objectAttempts: 3,
  renewEvery: 15 * MINUTE,
  /** The run that renews reports begins none after this. */
  renewReports: 8 * MINUTE,
  /** A report is renewed until nothing in it is open, but no longer. */
  reportOpen: 40 * DAY,
  /** A merchant that has sent statements is expected to send one every day. */
  statementEvery: 24 * HOUR,
  /** Of a command: a person's machine may be a long way from the region. */
  commandConnect: 5 * SECOND,
  commandRequest: 20 * SECOND,
  commandAttempts: 3,
  /** A command's request to the HTTP API. */
  commandApi: 35 * SECOND,
  /** What Lambda gives all environment variables together. */
  environmentBytes: 4 * 1024,
} as const

export type Limits = { readonly [name in keyof typeof LIMITS]: number }

/** How the limits lean on each other. A table that breaks one of these loses or doubles orders. */
const RULES: readonly (readonly [rule: string, holds: (l: Limits) => boolean])[] = [
  ['sdkTotal covers every attempt', (l) => l.sdkTotal >= l.sdkAttempts * l.sdkRequest],
  ['sdkRequest covers the connection', (l) => l.sdkRequest > l.sdkConnect],
  ['three addresses are tried before a connection is given up', (l) => 3 * l.nextAddress <= l.sdkConnect],
  ['an object is brought before the function ends', (l) => l.objectAttempts * l.objectRequest < l.statementTimeout],
  ['commandRequest covers the connection', (l) => l.commandRequest > l.commandConnect],
  ['a command waits until the API has given up', (l) => l.commandApi > l.apiTimeout],
  [
    'claim, count, call and record fit into the function',
    // A party is asked about after a query, which counts nothing.
    (l) => l.sdkTotal + Math.max(l.count, l.party) + l.call + l.sdkTotal < l.functionTimeout,
  ],
  ['the function answers before the API gives up', (l) => l.functionTimeout < l.apiTimeout],
  ['init fits into a secret and a connection', (l) => l.init < l.sdkTotal],
  ['a lease outlives its function on any two clocks', (l) => l.lease >= l.functionTimeout + 2 * l.clockDifference],
  ['a lease is told from a wait on any two clocks', (l) => l.callMayBeOut >= l.lease + 2 * l.clockDifference],
  ['a query waits until the lease of its sync ended', (l) => l.confirmDelay >= l.lease],
  [
    'a query waits until no older answer can be replayed',
    (l) => l.confirmDelay > l.signatureWindow + l.clockDifference,
  ],
  ['a counter outlives the hour that it counts', (l) => l.keepCounter > l.capLooksBack + l.paidTimeAhead],
  ['an order is asked about again only after its lease', (l) => l.askAgain > l.lease],
  ['a running charge is given longer', (l) => l.askAgainBusy >= l.askAgain],
  ['retries grow', (l) => l.retryFirst <= l.retryMost && l.retryMost <= l.retrySlow],
  ['retries end', (l) => l.retrySlowAfter < l.giveUp && l.absentGiveUp < l.giveUp],
  ['reconcile stops before its own time-out', (l) => l.reconcileDispatch + l.sdkTotal < l.reconcileTimeout],
  ['a report is renewed until the last order is given up', (l) => l.reportOpen > l.giveUp],
  ['a renewed report has time to end', (l) => l.renewReports < l.statementTimeout / 1.5],
  [
    'a row holds two signed answers and its decisions',
    (l) => 2 * l.answerBytes + l.decisionsKept * l.decisionBytes + 2 * l.answerBytes < l.rowBytes,
  ],
  ['reconcile ends before the next begins', (l) => l.reconcileTimeout < l.reconcileEvery],
]

/** Throws a plain Error that names every broken rule. */
export const checkLimits = (limits: Limits): void => {
  const broken = RULES.filter(([, holds]) => !holds(limits)).map(([rule]) => rule)
  if (broken.length > 0) throw new Error(`limits contradict each other: ${broken.join('; ')}`)
}
