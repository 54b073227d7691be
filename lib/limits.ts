const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Every limit of time, size and rate in one table. Times are in ms, sizes in bytes. */
export const LIMITS = {
  sdkConnect: 1 * SECOND,
  sdkRequest: 2 * SECOND,
  sdkAttempts: 2,
  /** Size of one answer of AWS; the largest is a page of rows of the ledger. */
  sdkAnswerBytes: 16 * 1024 * 1024,
  /** One request to AWS with all its attempts and the pause between them. */
  sdkTotal: 4.5 * SECOND,
  /** Counting a payment for the hourly cap; if it takes longer, the payment is over the cap. */
  count: 1.5 * SECOND,
  /** Reading or recording whether WeChat Pay ever knew an order of a party; if it takes longer, no order ends. */
  party: 1.5 * SECOND,
  /** One signed call, including the connection. */
  call: 8 * SECOND,
  /** If a host has several addresses, the next one is tried this long after the one before, whose attempt continues. */
  nextAddress: 0.3 * SECOND,
  /** WeChat Pay closes an idle connection after 8 s. */
  socketIdle: 5 * SECOND,
  init: 3 * SECOND,
  functionTimeout: 20 * SECOND,
  apiTimeout: 30 * SECOND,
  secretStale: 15 * MINUTE,

  /** No other invocation may claim a row before the lease ends. */
  lease: 30 * SECOND,
  /** Between any two of our clocks, and between ours and WeChat Pay's. */
  clockDifference: 5 * SECOND,
  /**
   * How far an answer's timestamp may be from our clock, in both directions. @see
   * https://pay.weixin.qq.com/doc/v3/merchant/4013053420
   */
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
  /** A held order is queried at this interval until an operator has decided. */
  heldAskAgain: 1 * DAY,
  absentGiveUp: 24 * HOUR,
  /** When WeChat Pay does not know this many orders of a party, and knows no other, the configuration is wrong. */
  absentOrders: 3,
  /** When WeChat Pay refuses this many sub-merchants of a signer on one day, the signer is likely at fault. */
  refusedSubMerchants: 10,
  /** A notice that comes later than this is asked about first: another stage may have taken over meanwhile. */
  noticeLate: 30 * MINUTE,
  /** A sync that nobody sent for so long since it was due is asked about first, for the same reason. */
  longDue: 3 * HOUR,
  late: 15 * MINUTE,
  lateWaiting: 24 * HOUR,
  keepEnded: 400 * DAY,
  /** How long an order is asked about because a trade bill has a charge for it. */
  billAsk: 3 * DAY,
  /** A refund may be so new that WeChat Pay does not know it yet. */
  refundAbsent: 1 * HOUR,
  /** Refunds of one order whose numbers and answers are kept. */
  refundsKept: 10,
  /** Size of a kept answer about a refund. */
  refundAnswerBytes: 6 * 1024,

  reconcileTimeout: 58 * SECOND,
  reconcileDispatch: 50 * SECOND,
  reconcileEvery: 60 * SECOND,
  /** For one signer, unless its entry has another `pace`; and the most that an entry may have. */
  dispatchesPerSecond: 20,
  dispatchesPerSecondMost: 200,
  /** Partitions of the index of due rows for one signer, unless its entry has more; and the most that it may have. */
  shards: 4,
  shardsMost: 16,

  /** The clock of a POS may be ahead by this much: paid_time is then set to now. */
  paidTimeAhead: 24 * HOUR,
  /** A payment that is older than this is not counted in its own hour. */
  capLooksBack: 3 * DAY,
  keepCounter: 8 * DAY,
  /** The limit of DynamoDB for one item. */
  rowBytes: 400 * 1024,
  /** For one order; the newest are kept. */
  decisionsKept: 20,
  /** Size of one decision: who, what, when and why. */
  decisionBytes: 3 * 1024,
  noticeBytes: 8 * 1024,
  /** Size of an answer of WeChat Pay, both compressed and unpacked. */
  answerBytes: 64 * 1024,
  /** Size of all headers of one answer together. */
  answerHeaderBytes: 16 * 1024,
  /** Lines of one statement; its size as stored, and unpacked. */
  statementLines: 200_000,
  statementBytes: 64 * 1024 * 1024,
  statementBytesUnpacked: 256 * 1024 * 1024,
  statementTimeout: 15 * MINUTE,
  /** The list of a POS and its notice may state times of payment that differ by this much. */
  paidTimeDiffers: 5 * MINUTE,
  /** One request for an S3 object, which is larger than other answers. */
  objectRequest: 30 * SECOND,
  objectAttempts: 3,
  renewEvery: 15 * MINUTE,
  /** The run that renews reports begins no further report after this time. */
  renewReports: 8 * MINUTE,
  /** A report is renewed while an order in it is open, but no longer than this. */
  reportOpen: 40 * DAY,
  /** A merchant that has sent a statement before is expected to send one every day. */
  statementEvery: 24 * HOUR,
  /** A sub-merchant without a payment of so many days is told of. */
  silentDays: 3,
  /** The run that looks for silent sub-merchants looks at no further one after this time. */
  findSilent: 10 * MINUTE,
  auditTimeout: 15 * MINUTE,
  /** No other run may claim a day's bill before the lease ends. */
  billLease: 16 * MINUTE,
  /** A run begins no further bill after this time. */
  billBegin: 4 * MINUTE,
  /** One bill, from the first byte to the last; the bill's URL lives 5 minutes before that. */
  billDownload: 6 * MINUTE,
  /** Size of a bill, unpacked. It is not kept, only what may concern an order. */
  billBytes: 8 * 1024 * 1024 * 1024,
  /** The disk of the function: what is spooled of a bill, and the report. */
  auditDiskBytes: 10 * 1024 * 1024 * 1024,
  /** A day whose bill was not had, or of which an order has not answered yet, is asked for again for so many days. */
  billDays: 3,
  /** For commands: the operator's machine may be far from the region. */
  commandConnect: 5 * SECOND,
  commandRequest: 20 * SECOND,
  commandAttempts: 3,
  /** One request of a command to the HTTP API. */
  commandApi: 35 * SECOND,
  /** The limit of Lambda for all environment variables together. */
} as const

export type Limits = { readonly [name in keyof typeof LIMITS]: number }

/** How the limits depend on each other. If one of these rules is broken, orders are lost or synced twice. */
const RULES: readonly (readonly [rule: string, holds: (l: Limits) => boolean])[] = [
  ['sdkTotal covers every attempt', (l) => l.sdkTotal >= l.sdkAttempts * l.sdkRequest],
  ['sdkRequest covers the connection', (l) => l.sdkRequest > l.sdkConnect],
  ['three addresses are tried before a connection is given up', (l) => 3 * l.nextAddress <= l.sdkConnect],
  ['an object is brought before the function ends', (l) => l.objectAttempts * l.objectRequest < l.statementTimeout],
  ['commandRequest covers the connection', (l) => l.commandRequest > l.commandConnect],
  ['a command waits until the API has given up', (l) => l.commandApi > l.apiTimeout],
  [
    'claim, count, call and record fit into the function',
    // A party is read after a query, and a query counts no payment.
    (l) => l.sdkTotal + Math.max(l.count, l.party) + l.call + l.sdkTotal < l.functionTimeout,
  ],
  ['the function answers before the API gives up', (l) => l.functionTimeout < l.apiTimeout],
  ['init fits into a secret and a connection', (l) => l.init < l.sdkTotal],
  ['a lease outlives its function on any two clocks', (l) => l.lease >= l.functionTimeout + 2 * l.clockDifference],
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
  [
    'a list of any size is synced at the usual pace before its last order is long due',
    (l) => (l.statementLines / l.dispatchesPerSecond) * SECOND < l.longDue,
  ],
  ['a report is renewed until the last order is given up', (l) => l.reportOpen > l.giveUp],
  ['a page of who sends nothing has time to be written', (l) => l.findSilent < l.statementTimeout / 1.2],
  ['a renewed report has time to end', (l) => l.renewReports < l.statementTimeout / 1.5],
  [
    'a row holds two signed answers, its refunds and its decisions',
    (l) =>
      2 * l.answerBytes + l.refundsKept * l.refundAnswerBytes + l.decisionsKept * l.decisionBytes + 2 * l.answerBytes <
      l.rowBytes,
  ],
  [
    'a lease outlives its run of an audit on any two clocks',
    (l) => l.billLease >= l.auditTimeout + 2 * l.clockDifference,
  ],
  ['a bill that is downloaded has time to be compared', (l) => l.billBegin + l.billDownload <= l.auditTimeout / 1.5],
  ['a bill is looked at as long as its orders are asked about', (l) => l.billDays * DAY >= l.billAsk],
  ['a bill fits on the disk', (l) => l.billBytes < l.auditDiskBytes],
  ['an entry may have the usual pace', (l) => l.dispatchesPerSecond <= l.dispatchesPerSecondMost],
  ['an entry may have the usual shards', (l) => l.shards <= l.shardsMost],
  ['reconcile ends before the next begins', (l) => l.reconcileTimeout < l.reconcileEvery],
]

/** Throws a plain Error that names every broken rule. */
export const checkLimits = (limits: Limits): void => {
  const broken = RULES.filter(([, holds]) => !holds(limits)).map(([rule]) => rule)
  if (broken.length > 0) throw new Error(`limits contradict each other: ${broken.join('; ')}`)
}
