import { setTimeout } from 'node:timers/promises'
import { failed, type Invocable, type Invocation, TooManyRequestsException } from './invocation.ts'

const throttledPauseMs = 20

/**
 * Calls a Lambda on behalf of a service that waits while it is throttled. Never rejects: a Lambda that cannot be called
 * at all, for instance because it is closed, counts as a failed call.
 */
export const invokeUntilItRuns = async (lambda: Invocable, event: unknown): Promise<Invocation> => {
  for (;;)
    try {
      return await lambda.invoke(event)
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) return unreachable(error)
      await setTimeout(throttledPauseMs)
    }
}

const unreachable = (error: unknown): Invocation => ({
  ...failed({ errorType: 'ServiceException', errorMessage: String(error) }),
  requestId: '',
  cold: false,
  logs: [],
  durationMs: 0,
})
