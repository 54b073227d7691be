import { describe, expect, it } from 'vitest'
import { createFaults, type FaultRule, seededRandom } from '../../lib/local/aws-faults.ts'

type Toy = FaultRule<string> & { readonly kind: string }

const strikes = (strike: (request: () => string) => Toy | undefined, requests: readonly string[]) =>
  requests.map((request) => strike(() => request)?.kind)

describe('a fault', () => {
  it('strikes once if nothing else is said', () => {
    const { faults, strike } = createFaults<string, Toy>()
    faults.add({ kind: 'fail' })

    const struck = strikes(strike, ['a', 'b'])

    expect(struck).toEqual(['fail', undefined])
    expect(faults.injected).toEqual({ fail: 1 })
  })

  it('strikes as often as told, at what it matches', () => {
    const { faults, strike } = createFaults<string, Toy>()
    faults.add({ kind: 'hang', times: 2, match: (request) => request === 'a' })

    const struck = strikes(strike, ['b', 'a', 'b', 'a', 'a'])

    expect(struck).toEqual([undefined, 'hang', undefined, 'hang', undefined])
  })

  it('reads a request once, however many faults look at it', () => {
    const { faults, strike } = createFaults<string, Toy>()
    for (const kind of ['fail', 'hang', 'reset']) faults.add({ kind, match: (request) => request === kind })
    let read = 0

    strike(() => {
      read += 1
      return 'none of them'
    })

    expect(read).toBe(1)
  })

  it('gives way to the next once it is used up', () => {
    const { faults, strike } = createFaults<string, Toy>()
    faults.add({ kind: 'fail' })
    faults.add({ kind: 'hang', times: 2 })

    const struck = strikes(strike, ['a', 'b', 'c', 'd'])

    expect(struck).toEqual(['fail', 'hang', 'hang', undefined])
    expect(faults.injected).toEqual({ fail: 1, hang: 2 })
  })

  it('strikes with its probability for as long as it is there', () => {
    const { faults, strike } = createFaults<string, Toy>(7)
    const remove = faults.add({ kind: 'fail', probability: 0.05 })

    const struck = strikes(strike, Array<string>(10_000).fill('a')).filter(Boolean)
    remove()
    const after = strikes(strike, Array<string>(1_000).fill('a')).filter(Boolean)

    expect(struck.length).toBeGreaterThan(400)
    expect(struck.length).toBeLessThan(600)
    expect(after).toEqual([])
  })

  it('is gone when all are cleared', () => {
    const { faults, strike } = createFaults<string, Toy>()
    faults.add({ kind: 'fail', times: 5 })

    faults.clear()

    expect(strikes(strike, ['a'])).toEqual([undefined])
  })
})

describe('seededRandom', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))

    const [first, again, other] = [draw(1), draw(1), draw(2)]

    expect(first).toEqual(again)
    expect(first).not.toEqual(other)
    expect(first.every((value) => value >= 0 && value < 1)).toBe(true)
  })
})
