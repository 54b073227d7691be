import { expect, it } from 'vitest'
import { merchantsVariable } from './two-tills.ts'

const TILL = 'com.example.saas'

/** A provider that names that many sub-merchants, beside one of any. */
const providersOf = (shops: number): string => {
  const entry = { sources: [TILL], services: { '2002000000000558128851361561536': '' } }
  const sub_merchants = Array.from({ length: shops }, (_, index) => String(1_900_000_000 + index))
  return JSON.stringify({
    providers: { '1800000001': { ...entry, sub_merchants }, '1800000002': { ...entry, sub_merchants: 'any' } },
    tills: { [TILL]: { principals: ['role/saas'], accounts: ['444455556666'], external_id: 'payscore-of-example' } },
  })
}

const FEW = providersOf(100)
const MANY = providersOf(100_000)

it.each(['sources', 'tillRoles', 'secrets', 'callerPolicies'])(
  'puts into the template for 100,000 shops what it puts for a hundred: %s',
  async (address) => {
    expect(await merchantsVariable(address, MANY)).toEqual(await merchantsVariable(address, FEW))
  },
)
