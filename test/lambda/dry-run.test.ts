import { expect, it } from 'vitest'
import { dryRunQuery, dryRunSync } from '../../lib/lambda/dry-run.ts'
import type { OrderDeps } from '../../lib/operations/call-wechatpay.ts'
import { SIGNER } from '../support/fake-wechatpay.ts'
import { servedBy } from '../support/served-by.ts'

/** Deps that throw when they are used, but for the secrets, the clock and chance. */
const realDeps = () => {
  const asked: string[] = []
  const notHere = (): never => {
    throw new Error('a rehearsal has left its world')
  }
  const deps: OrderDeps = {
    merchants: {
      signer: async (mchid) => {
        asked.push(`secret ${mchid}`)
        return { ...SIGNER, mchid }
      },
      forget: notHere,
    },
    ledger: {
      read: notHere,
      apply: notHere,
      count: notHere,
      recordKnownParty: notHere,
      recordAbsentOrder: notHere,
      recordRefusedSubMerchant: notHere,
      due: notHere,
    },
    send: notHere,
    publishDue: notHere,
    now: () => Date.now(),
    random: () => 0.5,
    nonce: () => {
      asked.push('nonce')
      return '0'.repeat(32)
    },
  }
  return { asked, deps }
}

const served = servedBy({
  '1900000109': { sources: [], services: { '500001': 'wx1' } },
  '1900000110': { sources: [], services: { '500001': 'wx1', '500002': 'wx2' }, mode: 'check', hourly_cap: 1 },
  '1900000111': { sources: [], services: { '500001': 'wx1' }, mode: 'observe' },
  '1900000112': { sources: [], services: { '500001': '' }, order_api: 'partner', provider: '1800000001' },
})

it.each([...served.signers])(
  'rehearses a sync of merchant $mchid to the check of a signature, and leaves the world alone',
  async (merchant) => {
    const { asked, deps } = realDeps()

    const handled = await dryRunSync(merchant, deps)

    expect(handled).toMatchObject({ log: { step: 'sync', code: 'UNTRUSTED_SIGNATURE', transition: '6 ask' } })
    expect(new Set(asked)).toEqual(new Set([`secret ${merchant.provider ?? merchant.mchid}`, 'nonce']))
  },
)

it.each([...served.signers])(
  'rehearses a query of merchant $mchid to the check of a signature, and leaves the world alone',
  async (merchant) => {
    const { asked, deps } = realDeps()

    const handled = await dryRunQuery(merchant, deps)

    expect(handled).toMatchObject({ log: { via: 'check', code: 'UNTRUSTED_SIGNATURE' } })
    expect(new Set(asked)).toEqual(new Set([`secret ${merchant.provider ?? merchant.mchid}`, 'nonce']))
  },
)
