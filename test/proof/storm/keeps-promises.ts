import { expect, it } from 'vitest'
import type { Verdict } from './scenario.ts'

/** One test for each promise, and one that there is no other. */
export const itKeepsPromises = (claims: readonly string[], verdict: () => Verdict): void => {
  it.each(claims)('keeps the promise: %s', (claim) => {
    const kept = verdict().promises.find(({ promise }) => promise === claim)

    expect(kept?.broken).toEqual([])
  })

  it('makes no promise that is not tested', () => {
    expect(verdict().promises.map(({ promise }) => promise)).toEqual(claims)
  })
}
