import { expect, it, vi } from 'vitest'
import type { Merchant } from '../../lib/config/served.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { DryRun } from '../../lib/lambda/dry-run.ts'
import { type WarmUpDeps, warmUp } from '../../lib/lambda/warm-up.ts'
import { SIGNER } from '../support/fake-wechatpay.ts'
import { USUAL_PACE } from '../support/paced-signers.ts'

const merchant = (mchid: string, provider?: string): Merchant => ({
  mchid,
  sources: [],
  order_api: provider ? 'partner' : 'payafter-orders',
  services: new Map([['500001', provider ? [] : ['wx1']]]),
  ...(provider && { provider }),
  mode: 'sync',
  ...USUAL_PACE,
  closed: false,
})
const config = (...merchants: readonly Merchant[]) => ({
  served: { get: () => undefined, signers: merchants, tills: {}, named: () => undefined },
})

const recordedDeps = (
  changed: Partial<Record<'secret' | 'ledger' | 'socket' | 'rehearsal', () => Promise<never>>> = {},
) => {
  const done: string[] = []
  // Not async: what throws at once must do so here.
  const part =
    <T>(name: keyof typeof changed, result: T) =>
    (about = ''): Promise<T> => {
      const change = changed[name]
      if (change) return change()
      done.push(`${name} ${about}`.trim())
      return Promise.resolve(result)
    }
  const socket = part('socket', undefined)
  const EMPTY = {
    apply: notHere,
    count: notHere,
    recordKnownParty: notHere,
    recordAbsentOrder: notHere,
    recordRefusedSubMerchant: notHere,
    due: notHere,
  }
  const deps: WarmUpDeps = {
    merchants: { signer: (mchid) => part('secret', { ...SIGNER, mchid })(mchid), forget: notHere },
    ledger: { ...EMPTY, read: part('ledger', undefined) },
    send: Object.assign(notHere, { connect: () => socket() }),
    now: Date.now,
    random: Math.random,
    nonce: () => '0'.repeat(32),
  }
  const rehearse: DryRun = ({ mchid }) => part('rehearsal', undefined)(mchid)
  return { done, deps, rehearse }
}
const notHere = (): never => {
  throw new Error('init has no business here')
}

const never = () => new Promise<never>(() => {})
const fails = async () => {
  throw new UnavailableError('out of reach')
}
const throws = () => {
  throw new TypeError('at once')
}

it('opens a socket to WeChat Pay, asks the ledger for a row that cannot exist, loads the secret and rehearses once', async () => {
  const { done, deps, rehearse } = recordedDeps()

  await warmUp(config(merchant('1900000109')), deps, rehearse)

  expect(done.sort()).toEqual(['ledger #', 'rehearsal 1900000109', 'secret 1900000109', 'socket'])
})

it('loads the secret of whoever signs, a direct merchant or a provider', async () => {
  const { done, deps, rehearse } = recordedDeps()

  await warmUp(config(merchant('1900000109'), merchant('1800000001', '1800000001')), deps, rehearse)

  expect(done.filter((what) => what.startsWith('secret'))).toEqual(['secret 1900000109', 'secret 1800000001'])
})

it('loads no more than four secrets', async () => {
  const { done, deps, rehearse } = recordedDeps()
  const five = ['1900000001', '1900000002', '1900000003', '1900000004', '1900000005']

  await warmUp(config(...five.map((mchid) => merchant(mchid))), deps, rehearse)

  expect(done.filter((what) => what.startsWith('secret'))).toEqual([
    'secret 1900000001',
    'secret 1900000002',
    'secret 1900000003',
    'secret 1900000004',
  ])
})

it('rehearses with a merchant that takes orders, and not without one', async () => {
  const { done, deps, rehearse } = recordedDeps()
  const closed = { ...merchant('1900000109'), closed: true }

  await warmUp(config(closed, merchant('1900000110'), merchant('1900000111')), deps, rehearse)
  await warmUp(config(closed), deps, rehearse)

  expect(done.filter((what) => what.startsWith('rehearsal'))).toEqual(['rehearsal 1900000110'])
})

const parts = ['secret', 'ledger', 'socket', 'rehearsal'] as const
it.each(parts)('does what it can when the %s fails', async (part) => {
  const { done, deps, rehearse } = recordedDeps({ [part]: fails })

  await warmUp(config(merchant('1900000109')), deps, rehearse)

  expect(done).toHaveLength(3)
})

it.each(parts)('does what it can when the %s throws before it begins', async (part) => {
  const { done, deps, rehearse } = recordedDeps({ [part]: throws })

  await warmUp(config(merchant('1900000109')), deps, rehearse)

  expect(done).toHaveLength(3)
})

it.each(parts)('ends at the deadline when the %s hangs, and not before', async (part) => {
  vi.useFakeTimers()
  const { done, deps, rehearse } = recordedDeps({ [part]: never })
  let isOver = false

  const warm = warmUp(config(merchant('1900000109')), deps, rehearse).then(() => {
    isOver = true
  })
  await vi.advanceTimersByTimeAsync(2_999)
  const early = isOver
  await vi.advanceTimersByTimeAsync(1)
  await warm

  expect(early).toBe(false)
  expect(done).toHaveLength(3)
  vi.useRealTimers()
})

it('leaves no timer behind', async () => {
  vi.useFakeTimers()
  const { deps, rehearse } = recordedDeps()

  await warmUp(config(merchant('1900000109')), deps, rehearse)

  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})
