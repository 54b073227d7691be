import { setTimeout } from 'node:timers/promises'
import { failed, type Invocable, type Invocation, TooManyRequestsException } from './invocation.ts'

const throttledPauseMs = 20

/**
 * Invokes a Lambda function as an AWS service does that waits while it is throttled. Never rejects: if the function
 * cannot be invoked, for example because it is closed, the invocation counts as failed.
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
