import { expect, it, vi } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import { type WarmUpDeps, warmUp } from '../../lib/lambda/warm-up.ts'
import type { Merchant } from '../../lib/order/merchant.ts'
import type { Signer } from '../../lib/wechatpay/signed-call.ts'
import { rsaPair } from '../support/keys.ts'

const merchant = (mchid: string, provider?: string): Merchant => ({
  mchid,
  sources: [],
  order_api: provider ? 'partner' : 'payafter-orders',
  services: new Map([['500001', provider ? '' : 'wx1']]),
  ...(provider && { provider }),
  mode: 'sync',
  closed: false,
})
const config = (...merchants: readonly Merchant[]) => ({
  merchants: new Map(merchants.map((one) => [one.mchid, one])),
})
const signer = (mchid: string): Signer => ({
  mchid,
  serial_no: '0'.repeat(40),
  privateKey: rsaPair('merchant').privateKey,
  wechatpayKeys: new Map([['PUB_KEY_ID_1', rsaPair('wechatpay').publicKey]]),
})

const world = (changed: Partial<WarmUpDeps> = {}) => {
  const done: string[] = []
  const deps: WarmUpDeps = {
    merchants: {
      signer: async (mchid) => {
        done.push(`secret ${mchid}`)
        return signer(mchid)
      },
    },
    ledger: {
      read: async (pk) => {
        done.push(`read ${pk}`)
        return undefined
      },
    },
    send: {
      connect: async () => {
        done.push('connect')
      },
    },
    ...changed,
  }
  return { done, deps }
}

const never = () => new Promise<never>(() => {})
const fails = async () => {
  throw new UnavailableError('out of reach')
}
const throws = () => {
  throw new TypeError('at once')
}

it('opens a socket to WeChat Pay, asks the ledger for a row that cannot exist, and loads the secret', async () => {
  const { done, deps } = world()

  await warmUp(config(merchant('1900000109')), deps)

  expect(done.sort()).toEqual(['connect', 'read #', 'secret 1900000109'])
})

it('loads the secret of whoever signs, once', async () => {
  const { done, deps } = world()

  await warmUp(config(merchant('1900000125', '1800000001'), merchant('1900000126', '1800000001')), deps)

  expect(done.filter((what) => what.startsWith('secret'))).toEqual(['secret 1800000001'])
})

it('loads no more than four secrets', async () => {
  const { done, deps } = world()
  const five = ['1900000001', '1900000002', '1900000003', '1900000004', '1900000005']

  await warmUp(config(...five.map((mchid) => merchant(mchid))), deps)

  expect(done.filter((what) => what.startsWith('secret'))).toEqual([
    'secret 1900000001',
    'secret 1900000002',
    'secret 1900000003',
    'secret 1900000004',
  ])
})

const parts: readonly [string, (how: () => Promise<never>) => Partial<WarmUpDeps>][] = [
  ['the secret', (how) => ({ merchants: { signer: how } })],
  ['the ledger', (how) => ({ ledger: { read: how } })],
  ['the socket to WeChat Pay', (how) => ({ send: { connect: how } })],
]
it.each(parts)('does what it can when %s fails', async (_part, changed) => {
  const { done, deps } = world(changed(fails))

  await warmUp(config(merchant('1900000109')), deps)

  expect(done).toHaveLength(2)
})

it.each(parts)('does what it can when %s throws before it begins', async (_part, changed) => {
  const { done, deps } = world(changed(throws))

  await warmUp(config(merchant('1900000109')), deps)

  expect(done).toHaveLength(2)
})

it.each(parts)('ends at the deadline when %s hangs, and not before', async (_part, changed) => {
  vi.useFakeTimers()
  const { done, deps } = world(changed(never))
  let isOver = false

  const warm = warmUp(config(merchant('1900000109')), deps).then(() => {
    isOver = true
  })
  await vi.advanceTimersByTimeAsync(2_999)
  const early = isOver
  await vi.advanceTimersByTimeAsync(1)
  await warm

  expect(early).toBe(false)
  expect(done).toHaveLength(2)
  vi.useRealTimers()
})

it('leaves no timer behind', async () => {
  vi.useFakeTimers()
  const { deps } = world()

  await warmUp(config(merchant('1900000109')), deps)

  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})
