/** Sources that are altered together, and the tests that must notice it. */
export type Group = {
  readonly name: string
  readonly mutate: readonly string[]
  readonly tests: readonly string[]
  /** Percent of the mutants that must be noticed, those aside that are listed as equivalent. Undefined: only printed. */
  readonly least?: number
}

export const GROUPS: readonly Group[] = [
  {
    name: 'signing',
    mutate: ['lib/wechatpay/{answer,signature,message,signed-call}.ts'],
    tests: ['test/wechatpay/{answer,answer-tampered,signature,message,signed-call}.test.ts'],
    least: 100,
  },
  {
    name: 'ledger',
    mutate: ['lib/aws/ledger.ts'],
    tests: ['test/aws/ledger*.test.ts'],
    least: 100,
  },
  {
    name: 'notice',
    mutate: ['lib/order/{paid-order,paid-time,trigger}.ts', 'lib/{china-time,json}.ts'],
    tests: ['test/order/{paid-*,trigger*,query-call}.test.ts', 'test/{china-time,json}.test.ts'],
    least: 100,
  },
  {
    name: 'verdict',
    mutate: ['lib/wechatpay/verdict.ts'],
    tests: ['test/order/{verdict*,refusals,cashier}.test.ts'],
    least: 100,
  },
  {
    name: 'transition',
    mutate: ['lib/order/transition*.ts', 'lib/order/transition/**/*.ts'],
    tests: ['test/order/{transition*,decision}.test.ts'],
    least: 100,
  },
  {
    name: 'rest of order',
    mutate: ['lib/order/!(transition*|verdict|paid-order|paid-time|trigger).ts', 'lib/limits.ts'],
    tests: ['test/order/*.test.ts', 'test/operations/publish-order-events.test.ts'],
  },
  {
    name: 'rest of wechatpay',
    mutate: ['lib/wechatpay/!(answer|signature|message|signed-call).ts'],
    tests: ['test/wechatpay/**/*.test.ts'],
  },
  {
    name: 'rest of aws',
    // left-out.ts runs in the bundles alone.
    mutate: ['lib/aws/!(ledger|left-out).ts'],
    tests: ['test/aws/{client,environment*,event*,ledger-reader,merchants,objects,re*}.test.ts'],
  },
  {
    name: 'text and connections',
    mutate: ['lib/{text,content-coding,connections}.ts'],
    tests: ['test/{text,connections}.test.ts', 'test/wechatpay/send*.test.ts'],
  },
  { name: 'steps', mutate: ['lib/steps/**/*.ts'], tests: ['test/operations/**/*.test.ts'] },
  {
    name: 'lambda',
    mutate: ['lib/{lambda/*,config,errors,log}.ts'],
    tests: ['test/lambda/{entry,log-line,rehearsal,respond,warm-up}.test.ts', 'test/{config,log}.test.ts'],
  },
  {
    name: 'statement',
    mutate: ['lib/statement/**/*.ts'],
    tests: ['test/statements/!(killed|statement-e2e|kinds-e2e).test.ts'],
  },
  {
    name: 'report',
    mutate: ['lib/statements/report/!(page-style).ts'],
    tests: ['test/statements/report/**/*.test.ts'],
  },
]
