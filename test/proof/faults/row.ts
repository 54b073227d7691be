/** What `npm run package` makes. */
export const TEMPLATE = '.serverless/cloudformation-template-update-stack.json'

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
  'bill',
  'region',
  'database',
  'TTL',
  'queue',
  'stream',
  'evidence',
  'deploy',
  'cold start',
  'the stage stands still',
] as const

export type Row = {
  readonly step: (typeof STEPS)[number]
  readonly fault: string
  /** What must happen. */
  readonly must: string
  /**
   * What sees to it: a file and a function or constant at its top level, after which may stand a name that the guard
   * uses in it; or `serverless.yml` and the logical id of a resource, after which may stand one of its properties.
   */
  readonly guard: `${string} ${string}`
  /** The test that shows it: a file under test/, and the title as it is written there. */
  readonly test: readonly [file: string, title: string]
  /** What must be made anew before the test: bundles for a world, the template for a test of it. */
  readonly needs?: 'bundle' | 'template'
}

/** Where a row's guard stands, for which the template counts as a file. */
export const placeOf = ({ guard }: Row): { readonly file: string; readonly symbol: string; readonly word?: string } => {
  const [file = '', symbol = '', word] = guard.split(' ')
  return { file: file.endsWith('.yml') ? TEMPLATE : file, symbol, ...(word && { word }) }
}
