import { createRequestHandler } from '../../aws/request-handler.ts'
import { LIMITS } from '../../order/limits.ts'

/** Settings of the clients of a command: a person's machine may be a long way from the region. */
export const patientSettings = {
  maxAttempts: LIMITS.commandAttempts,
  requestHandler: createRequestHandler({
    connectionTimeout: LIMITS.commandConnect,
    requestTimeout: LIMITS.commandRequest,
  }),
}
