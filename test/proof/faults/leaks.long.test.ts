import { expect, it } from 'vitest'
import { PLACES } from '../leaks/places.ts'
import { plantedFound } from '../leaks/planted.ts'
import { runLeaks } from '../leaks/run-leaks.ts'

it('nothing secret or personal is in anything that is written', async () => {
  const { scan, secrets, isKept, erasure, missingInBills, scanned, places } = await runLeaks({
    orders: 24,
    seed: 1,
    say: () => {},
  })
  const { planted, found } = plantedFound(secrets)

  expect(scan.leaks).toEqual([])
  expect(scan.lines()).toBeGreaterThan(300)
  expect(new Set(secrets.map(({ what }) => what))).toEqual(
    new Set([
      'AWS_SESSION_TOKEN',
      'AWS_SECRET_ACCESS_KEY',
      'private key',
      'signature',
      'nonce',
      'openid',
      'customer',
      'account',
      'bank',
      'device',
      'goods',
      'fee note',
      'merchant data',
      'sum',
    ]),
  )
  expect(isKept).toBe(true)
  expect(erasure.orders).toBeGreaterThan(1)
  expect(erasure.before).toBeGreaterThan(0)
  expect(erasure).toMatchObject({ leaks: [], wrong: [] })
  expect(missingInBills).toEqual([])
  expect(PLACES.filter((place) => !scanned.get(place))).toEqual([])
  expect(places.missed).toEqual([])
  expect(found).toBe(planted)
})
