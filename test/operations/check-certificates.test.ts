import { expect, it } from 'vitest'
import { ConfigError, UnavailableError } from '../../lib/errors.ts'
import { checkCertificates } from '../../lib/operations/check-certificates.ts'
import type { Signer } from '../../lib/wechatpay/signed-call.ts'
import { SIGNER } from '../support/fake-wechatpay.ts'

const NOW = Date.UTC(2026, 10, 24, 1)
const signer = (mchid: string, notAfter?: number): Signer => ({
  ...SIGNER,
  mchid,
  ...(notAfter !== undefined && { notAfter }),
})

const keepNone = async () => {}

it('tells the days that each certificate has left, and the fewest as metric', async () => {
  const ends = new Map([
    ['1900000109', Date.UTC(2027, 0, 23, 0)],
    ['1900000110', Date.UTC(2026, 10, 23, 1)],
    ['1900000111', undefined],
  ])

  const { reply, log, metrics } = await checkCertificates(
    [...ends.keys()],
    { signer: async (mchid) => signer(mchid, ends.get(mchid)) },
    NOW,
    keepNone,
  )

  expect(log.merchants).toEqual([
    { mchid: '1900000109', certificate_days_left: 59 },
    { mchid: '1900000110', certificate_days_left: -1 },
    { mchid: '1900000111', certificate_days_left: undefined },
  ])
  expect(reply).toEqual({ status: 200, body: log })
  expect(metrics).toEqual({ certificate_days_left: { value: -1, unit: 'None' } })
})

it('counts a secret that is unsound, and goes on with the others', async () => {
  const failures = new Map<string, Error>([
    ['1900000109', new ConfigError('secret of merchant 1900000109: is not a JSON object')],
    ['1900000110', new UnavailableError('Secrets Manager says ThrottlingException')],
  ])

  const { log, metrics } = await checkCertificates(
    ['1900000109', '1900000110', '1900000111'],
    {
      signer: async (mchid) => {
        const failure = failures.get(mchid)
        if (failure) throw failure
        return signer(mchid, NOW + 86_400_000)
      },
    },
    NOW,
    keepNone,
  )

  expect(log.merchants).toMatchObject([
    { mchid: '1900000109', error: 'ERR_CONFIG' },
    { mchid: '1900000110', error: 'ERR_UNAVAILABLE' },
    { mchid: '1900000111', certificate_days_left: 1 },
  ])
  expect(metrics).toEqual({
    certificate_days_left: { value: 1, unit: 'None' },
    config: { value: 1, unit: 'Count' },
  })
})

it('counts no secret as unsound that only cannot be had now', async () => {
  const signer = () => Promise.reject(new UnavailableError('Secrets Manager says ThrottlingException'))

  const { metrics } = await checkCertificates(['1900000109', '1900000110'], { signer }, NOW, keepNone)

  expect(metrics).toEqual({})
})

it('has no metric of days where no secret says when its certificate ends, nor of faults where there are none', async () => {
  const { metrics } = await checkCertificates(['1900000109'], { signer: async (mchid) => signer(mchid) }, NOW, keepNone)

  expect(metrics).toEqual({})
})
