import { createRequestHandler } from '../../aws/sdk/request-handler.ts'
import { LIMITS } from '../../limits.ts'

/** Settings of the SDK clients of a command. The time limits are long, since the person may be far from the region. */
export const cliClientSettings = {
  maxAttempts: LIMITS.commandAttempts,
  requestHandler: createRequestHandler({
    connectionTimeout: LIMITS.commandConnect,
    requestTimeout: LIMITS.commandRequest,
  }),
}
