import { defineConfig } from 'vitest/config'

/** Proofs by long runs, which `npm run test:long` and CI run; `npm test` says that it left them out. */
const LONG = 'test/**/*.long.test.ts'

export default defineConfig({
  test: {
    maxWorkers: 3,
    // A busy machine is slow, not wrong: what hangs for good ends here, and nothing else does.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { interval: 5, timeout: 300_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          // Starting the same modules anew for each file takes a third of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [LONG],
        },
      },
      { extends: true, test: { name: 'long', include: [LONG] } },
    ],
    reporters: ['default', './test/support/left-out-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['functions/**', 'lib/**'],
      // The local world is what the others are tested against.
      exclude: ['lib/local/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
})
