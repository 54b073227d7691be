import { defineConfig } from 'vitest/config'
import { readGroup } from './groups.ts'

/** The unit tests of one group: no world, no bundle, no other program. A property's many runs would only be slow here. */
export default defineConfig({
  test: {
    include: [...readGroup().tests],
    exclude: ['test/**/*.property{,.long}.test.ts'],
    testTimeout: 8_000,
  },
})
