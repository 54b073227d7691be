import dns from 'node:dns'
import { onTestFinished, vi } from 'vitest'

/** Until the test ends, whatever name is asked for has these addresses. */
export const everyHostIs = (...addresses: readonly string[]): void => {
  const spy = vi.spyOn(dns, 'lookup').mockImplementation((...given: unknown[]) => {
    const answer = given.at(-1) as (error: null, addresses: readonly object[]) => void // the callback of `lookup` comes last
    setImmediate(() =>
      answer(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    )
  })
  onTestFinished(() => spy.mockRestore())
}
