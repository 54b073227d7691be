import { LIMITS } from '../../limits.ts'

type Token = { readonly getRetryCount: () => number; readonly getRetryDelay: () => number }
type Failure = { readonly errorType: 'TRANSIENT' | 'THROTTLING' | 'SERVER_ERROR' | 'CLIENT_ERROR' }

/** What the attempts themselves leave of the time for a whole request. */
const PAUSE_MOST = LIMITS.sdkTotal - LIMITS.sdkAttempts * LIMITS.sdkRequest

/**
 * One more attempt after a failure that another may mend, soon enough for both to end within LIMITS.sdkTotal. The SDK's
 * own strategies wait for as long as a server tells them to, so each request would need a signal that ends it.
 */
export const retryStrategy = {
  acquireInitialRetryToken: async (): Promise<Token> => token(0, 0),
  refreshRetryTokenForRetry: async (before: Token, { errorType }: Failure): Promise<Token> => {
    const count = before.getRetryCount() + 1
    if (count >= LIMITS.sdkAttempts || errorType === 'CLIENT_ERROR') throw new Error('no further attempt')
    const pause = errorType === 'THROTTLING' ? PAUSE_MOST : PAUSE_MOST / 5
    return token(count, (pause * (1 + Math.random())) / 2)
  },
  recordSuccess: (): void => {},
}

const token = (count: number, delay: number): Token => ({ getRetryCount: () => count, getRetryDelay: () => delay })
