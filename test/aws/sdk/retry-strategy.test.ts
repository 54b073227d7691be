import { afterEach, describe, expect, it, vi } from 'vitest'
import { retryStrategy } from '../../../lib/aws/sdk/retry-strategy.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const first = () => retryStrategy.acquireInitialRetryToken()

describe('a second attempt', () => {
  it.each([
    ['TRANSIENT', 0, 50],
    ['TRANSIENT', 0.999999, 100],
    ['SERVER_ERROR', 0, 50],
    ['SERVER_ERROR', 0.999999, 100],
    ['THROTTLING', 0, 250],
    ['THROTTLING', 0.999999, 500],
  ] as const)('follows on %s, with chance at %d, after %d ms', async (errorType, chance, delay) => {
    vi.spyOn(Math, 'random').mockReturnValue(chance)

    const token = await retryStrategy.refreshRetryTokenForRetry(await first(), { errorType })

    expect(token.getRetryCount()).toBe(1)
    expect(Math.round(token.getRetryDelay())).toBe(delay)
  })

  it('does not follow on what the request itself is to blame for', async () => {
    await expect(retryStrategy.refreshRetryTokenForRetry(await first(), { errorType: 'CLIENT_ERROR' })).rejects.toThrow(
      'no further attempt',
    )
  })
})

it('gives no third attempt', async () => {
  const second = await retryStrategy.refreshRetryTokenForRetry(await first(), { errorType: 'TRANSIENT' })

  await expect(retryStrategy.refreshRetryTokenForRetry(second, { errorType: 'TRANSIENT' })).rejects.toThrow(
    'no further attempt',
  )
})
