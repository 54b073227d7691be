import dns from 'node:dns'
import { onTestFinished, vi } from 'vitest'

/** Every host name resolves to these addresses until the test ends. */
export const everyHostIs = (...addresses: readonly string[]): void => {
  const spy = vi.spyOn(dns, 'lookup').mockImplementation((...given: unknown[]) => {
    const answer = given.at(-1) as (error: null, addresses: readonly object[]) => void // the callback is the last argument of `lookup`
    setImmediate(() =>
      answer(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    )
  })
  onTestFinished(() => spy.mockRestore())
}
