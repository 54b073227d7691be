import { defineConfig } from 'vitest/config'

/** The unit tests of one group: no world, no bundle, no other program. A property's many runs would only be slow here. */
export default defineConfig({
  test: {
    include: process.env.MUTATION_TESTS?.split(' ') ?? ['test/{order,wechatpay,aws}/**/*.test.ts'],
    exclude: ['test/**/*.property.test.ts', 'test/aws/moto.test.ts'],
    testTimeout: 8_000,
  },
})
