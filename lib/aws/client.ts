import { LIMITS } from '../order/limits.ts'

/** Settings of every AWS client: time limits that throw, and no more attempts than the limits allow. */
export const clientSettings = {
  maxAttempts: LIMITS.sdkAttempts,
  requestHandler: {
    connectionTimeout: LIMITS.sdkConnect,
    requestTimeout: LIMITS.sdkRequest,
    throwOnRequestTimeout: true,
  },
} as const

/** The limit of one request with all its attempts. */
export const withinSdkLimit = () => ({ abortSignal: AbortSignal.timeout(LIMITS.sdkTotal) })
