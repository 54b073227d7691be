import { readGroup } from './groups.ts'

const { name, mutate, least } = readGroup()
const place = `.local/mutation/${name.replaceAll(' ', '-')}`

/** Alters the sources of one group, one place at a time; that group's tests must notice it. */
export default {
  mutate,
  thresholds: { break: least ?? null },
  allowEmpty: false,
  incremental: true,
  incrementalFile: `${place}-incremental.json`,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { reportTests: false },
  jsonReporter: { fileName: `${place}.json` },
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/proof/mutation/vitest.config.ts', related: false },
  tsconfigFile: 'none: its preprocessor needs a compiler API that TypeScript 7 lacks',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 8000,
  ignorePatterns: ['.local'],
  tempDirName: '.local/stryker',
}
