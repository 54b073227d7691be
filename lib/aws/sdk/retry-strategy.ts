import { LIMITS } from '../../limits.ts'

type Token = { readonly getRetryCount: () => number; readonly getRetryDelay: () => number }
type Failure = { readonly errorType: 'TRANSIENT' | 'THROTTLING' | 'SERVER_ERROR' | 'CLIENT_ERROR' }

/** The time that is left of a whole request after all its attempts, in ms. */
const MAX_PAUSE = LIMITS.sdkTotal - LIMITS.sdkAttempts * LIMITS.sdkRequest

/**
 * One more attempt after an error that a retry may resolve, early enough for both to end within LIMITS.sdkTotal. The
 * SDK's own strategies wait as long as a server asks for, so each request would need an AbortSignal.
 */
export const retryStrategy = {
  acquireInitialRetryToken: async (): Promise<Token> => token(0, 0),
  refreshRetryTokenForRetry: async (before: Token, { errorType }: Failure): Promise<Token> => {
    const count = before.getRetryCount() + 1
    if (count >= LIMITS.sdkAttempts || errorType === 'CLIENT_ERROR') throw new Error('no further attempt')
    const pause = errorType === 'THROTTLING' ? MAX_PAUSE : MAX_PAUSE / 5
    return token(count, (pause * (1 + Math.random())) / 2)
  },
  recordSuccess: (): void => {},
}

const token = (count: number, delay: number): Token => ({ getRetryCount: () => count, getRetryDelay: () => delay })
