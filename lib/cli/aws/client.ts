import { createRequestHandler } from '../../aws/sdk/request-handler.ts'
import { LIMITS } from '../../limits.ts'

/** Settings of the clients of a command: a person's machine may be a long way from the region. */
export const cliClientSettings = {
  maxAttempts: LIMITS.commandAttempts,
  requestHandler: createRequestHandler({
    connectionTimeout: LIMITS.commandConnect,
    requestTimeout: LIMITS.commandRequest,
  }),
}
