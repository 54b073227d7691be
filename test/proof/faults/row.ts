/** Where on the way of an order a fault can hit. */
export const STEPS = [
  'arrival by API',
  'arrival by event',
  'arrival by list',
  'secret',
  'claim',
  'sign',
  'send',
  'receive',
  'verify',
  'outcome',
  'content',
  'confirm',
  'reconcile',
  'WeChat Pay',
  'region',
  'database',
  'TTL',
  'queue',
  'stream',
  'deploy',
  'cold start',
] as const

export type Row = {
  readonly step: (typeof STEPS)[number]
  readonly fault: string
  /** What must happen. */
  readonly must: string
  /** What sees to it. A file, or the beginning of several of which one holds the code. */
  readonly file: string
  /** Stands there once. */
  readonly code: string
  /** The same with the guard taken away. */
  readonly without: string
  /** The test that shows it: a file under test/, and the title as it is written there. */
  readonly test: readonly [file: string, title: string]
  /** What must be made anew before the test: bundles for a world, the template for a test of it. */
  readonly needs?: 'bundle' | 'template'
}
