/** What proves by a long run. */
export type Proof = {
  /** Its program and that program's arguments. */
  readonly command: readonly string[]
  /** Options of Node itself. */
  readonly node?: readonly string[]
  /** It runs the bundles, which are packaged first. */
  readonly built?: true
  readonly proves: string
  /** On two cores. */
  readonly takes: string
  readonly when: string
}

/** By the names of `npm run prove`. */
export const PROOFS: Readonly<Record<string, Proof>> = {
  storm: {
    command: ['test/proof/storm/main.ts', 'storm'],
    // The world of 100,000 orders is in the memory of one process: 5 GB, which live long.
    node: ['--max-old-space-size=8192', '--max-semi-space-size=64'],
    built: true,
    proves:
      '100,000 orders through the bundles, with faults everywhere: nothing lost, nothing told twice without a fault',
    takes: '2 minutes for --orders 3000; about 36 minutes for all, with 8 GB of memory',
    when: 'each change of the ledger, of a call or of a function',
  },
  outage: {
    command: ['test/proof/storm/main.ts', 'outage'],
    proves: 'a day without WeChat Pay, on a moved clock: all is synced soon after it, no other merchant waits',
    takes: '10 seconds for --hours 2; 3 minutes for all',
    when: 'each change of pace, backoff or dispatch',
  },
  shops: {
    command: ['test/proof/storm/main.ts', 'shops'],
    proves:
      '20,000 orders of two direct merchants and of 2,000 shops of a provider, of which one floods and one is refused for good, on a moved clock: nothing is lost, and nobody else waits longer than without the flood',
    takes: '10 seconds for --orders 4000; 1 minute for all',
    when: 'each change of pace or dispatch',
  },
  reconcile: {
    command: ['test/proof/storm/main.ts', 'reconcile'],
    proves:
      'a million due orders in flat memory, in turns of the shops and at each signer’s pace: of one merchant, of 100,000 shops of one provider, of 1,000 signers; what an idle minute costs',
    takes: '20 seconds',
    when: 'each change of dispatch or of the index',
  },
  served: {
    command: ['test/proof/served/main.ts'],
    built: true,
    proves:
      'a provider that names 100,000 sub-merchants: packaged in 10 seconds of CPU, twice the same bytes, with the template of a hundred; init of sync, as a ratio of that of one merchant',
    takes: '1 minute',
    when: 'each change of the configuration, of packaging or of init',
  },
  month: {
    command: ['test/proof/storm/main.ts', 'month'],
    built: true,
    proves:
      'a month of 20,000 orders on a moved clock, 400 of them charged twice: each is found, by a query or the bill, and closed only when the money went back; none is invented; each day the mail, the event and the pages tell of all that are open',
    takes: '1 minute; 10 seconds for --orders 600',
    when: 'each change of bills, refunds, cases or the digest',
  },
  takeover: {
    command: ['test/proof/storm/main.ts', 'takeover'],
    built: true,
    proves:
      'a region is lost in the middle of a storm of 2,000 orders, a second stage takes over from the tills’ lists, and the first comes back: nothing lost, no sync without need, every double charge found',
    takes: '3 minutes; 1 minute for --orders 300',
    when: 'each change of what is asked about first, or of observe mode',
  },
  'wrong-notices': {
    command: ['test/proof/storm/main.ts', 'wrong-notices'],
    proves: 'notices with another order’s number or sum, in each mode: how many orders are closed wrongly',
    takes: '10 seconds',
    when: 'each change of check or observe mode',
  },
  scale: {
    command: ['test/proof/scale/main.ts'],
    proves:
      'a day of 100 million orders by arithmetic and minute by minute: what it needs, what is too small for it, what it costs; the shards are even; what docs/scale.md says comes from it',
    takes: '5 seconds',
    when: 'each change of pace, shards or retries',
  },
  explore: {
    command: ['test/proof/explore/main.ts'],
    proves:
      'every order of events with two faults over the real transitions: no invariant is broken, no clause is needless',
    takes: '1 minute for `small`; three quarters of an hour for all, with 4 GB of memory',
    when: 'each change of a transition or its condition',
  },
  faults: {
    command: ['test/proof/faults/main.ts'],
    built: true,
    proves: 'each fault of docs/faults.md has a test that passes, and fails without the guard',
    takes: '15 minutes',
    when: 'each new guard, and before a release',
  },
  mutation: {
    command: ['test/proof/mutation/main.ts'],
    proves: 'the tests notice each change of the ledger’s decisions, of verdicts and of verification',
    takes: '40 minutes',
    when: 'before a release',
  },
  fuzz: {
    command: ['test/proof/fuzz/main.ts'],
    proves: 'no bad notice is accepted and no tampered answer believed, by an oracle of its own',
    takes: '30 seconds for --runs 100000; 5 minutes for all',
    when: 'each change of what is read',
  },
  bill: {
    command: ['test/proof/storm/main.ts', 'bill'],
    built: true,
    proves:
      'a trade bill of ten million rows in flat memory; runs killed at 20 points end as one that nobody killed, and nothing is acted on before hash and sums agreed',
    takes: '1 minute for --rows 200000 --kills 3; 6 minutes for all',
    when: 'each change of the reader of bills, of the audit or of its function',
  },
  'damaged-bills': {
    command: ['test/proof/damaged-bills/main.ts'],
    proves:
      '100,000 damaged trade bills, against a second reader: each refused by name or read alike, none acted on, while each undamaged one beside them is',
    takes: '8 minutes',
    when: 'each change of the reader of bills',
  },
  leaks: {
    command: ['test/proof/leaks/main.ts'],
    built: true,
    proves:
      'no key, signature or personal data in a log, row of an ended order, event, mail, page, report or file but the evidence; none of a customer anywhere after an erasure',
    takes: '3 minutes',
    when: 'each new log field, event or file',
  },
  lists: {
    command: ['test/proof/lists/main.ts'],
    proves: '100,000 generated lists against a second reader: every line is accounted for, none is booked wrongly',
    takes: '10 minutes',
    when: 'each change of the reader of lists',
  },
  flood: {
    command: ['test/proof/flood/flood.ts'],
    proves: 'a list of 200,000 lines in flat memory',
    takes: '1 minute',
    when: 'each change of the reader or of the report',
  },
  cost: {
    command: ['test/proof/cost/main.ts'],
    built: true,
    proves:
      'what AWS bills for one order: units by write, and dollars for a million; --api NAME for another kind of order',
    takes: '10 seconds',
    when: 'each change of a row, of its indexes or of a write; --write keeps it for Evidence',
  },
  bench: {
    command: ['test/proof/bench/run.ts'],
    proves:
      'cold start and warm sync beside what one would write instead, and the call beside other clients, as ratios of one run',
    takes: '30 minutes',
    when: 'each change of the bundle or of the call',
  },
  figures: {
    command: ['test/proof/main.ts'],
    proves: 'gathers the figures of the above in proof.json; --only NAME,NAME; --show',
    takes: 'as long as those',
    when: 'before a release',
  },
}
