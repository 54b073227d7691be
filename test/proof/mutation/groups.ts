/**
 * Sources that are altered together, and the tests that must notice it. Stryker misses what is noticed where a test
 * runs the altered code while it is loaded, as others that need a signature do, so each group has its own tests alone.
 */
export type Group = {
  readonly name: string
  readonly mutate: readonly string[]
  readonly tests: readonly string[]
  /** Percent of the mutants that must be noticed, those aside that are marked as equivalent. Undefined: only counted. */
  readonly least?: number
}

export const GROUPS: readonly Group[] = [
  {
    name: 'signing',
    mutate: ['lib/wechatpay/{answer,signature,signed-message,signed-call}.ts'],
    tests: ['test/wechatpay/{answer,answer-tampered,signature,signed-message,signed-call}.test.ts'],
    least: 100,
  },
  {
    name: 'ledger store',
    mutate: ['lib/aws/ledger.ts'],
    tests: ['test/aws/ledger*.test.ts'],
    least: 100,
  },
  {
    name: 'intake',
    mutate: ['lib/intake/{payment-notice,event-source}.ts', 'lib/{paid-time,china-time,json}.ts'],
    tests: [
      'test/intake/{payment-notice*,event-source*,query-call}.test.ts',
      'test/{paid-time,china-time,json}.test.ts',
    ],
    least: 100,
  },
  {
    name: 'verdict',
    mutate: ['lib/wechatpay/{classify-answer,verdict-kinds}.ts'],
    tests: ['test/wechatpay/{classify-answer*,verdict-kinds,refusals}.test.ts', 'test/views/precheck.test.ts'],
    least: 100,
  },
  {
    name: 'transitions',
    mutate: ['lib/ledger/transitions/*.ts'],
    tests: ['test/ledger/transitions/*.test.ts', 'test/intake/operator-decision.test.ts'],
    least: 100,
  },
  {
    name: 'rest of ledger, intake and views',
    mutate: ['lib/ledger/*.ts', 'lib/intake/!(payment-notice|event-source).ts', 'lib/views/*.ts', 'lib/limits.ts'],
    tests: [
      'test/{ledger,intake,views,config}/**/*.test.ts',
      'test/limits.test.ts',
      'test/operations/publish-order-events.test.ts',
    ],
  },
  {
    name: 'rest of wechatpay',
    mutate: ['lib/wechatpay/!(answer|signature|signed-message|signed-call|classify-answer|verdict-kinds).ts'],
    tests: ['test/wechatpay/**/*.test.ts'],
  },
  {
    name: 'rest of aws',
    mutate: ['lib/aws/!(ledger).ts', 'lib/aws/sdk/*.ts'],
    tests: ['test/aws/{event*,ledger-reader,merchant-secrets,bucket}.test.ts', 'test/aws/sdk/*.test.ts'],
  },
  {
    name: 'text and connections',
    mutate: ['lib/{text,content-coding,connections}.ts'],
    tests: ['test/{text,connections.long}.test.ts', 'test/wechatpay/send*.test.ts'],
  },
  { name: 'operations', mutate: ['lib/operations/*.ts'], tests: ['test/operations/**/*.test.ts'] },
  {
    name: 'lambda',
    mutate: ['lib/{lambda/*,config/*,errors,log}.ts'],
    tests: [
      'test/lambda/{log-line,dry-run,respond,warm-up}.test.ts',
      'test/config/*.test.ts',
      'test/{log,errors}.test.ts',
    ],
  },
  {
    name: 'statements',
    mutate: ['lib/statements/*.ts', 'lib/statements/parse/*.ts'],
    tests: ['test/statements/!(*.long).test.ts', 'test/statements/parse/*.test.ts'],
  },
  { name: 'bill', mutate: ['lib/bill/*.ts'], tests: ['test/bill/!(*.long).test.ts'] },
  { name: 'audit', mutate: ['lib/audit/**/*.ts'], tests: ['test/audit/**/*.test.ts'] },
  {
    name: 'report',
    mutate: ['lib/statements/report/!(page-style).ts'],
    tests: ['test/statements/report/**/*.test.ts'],
  },
]

/** The group that Stryker and its tests are started for. */
export const readGroup = (): Group => {
  const { MUTATION_GROUP = 'signing' } = process.env
  const group = GROUPS.find(({ name }) => name === MUTATION_GROUP)
  if (!group) throw new Error(`there is no group ${MUTATION_GROUP} in test/proof/mutation/groups.ts`)
  return group
}
