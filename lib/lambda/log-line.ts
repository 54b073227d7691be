import type { MiddlewareObj, Request } from '@middy/core'
import type { Context } from 'aws-lambda'
import { errorFields, type Fields, logText, type Metrics } from '../log.ts'
import type { MiddyContext } from './middy-context.ts'

type LogLine = MiddlewareObj<unknown, unknown, Error, Context, MiddyContext>

/**
 * Not console.log: Lambda would put time and level in front of the line, and CloudWatch would not find the metrics in
 * it.
 */
const writeLine = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/**
 * Writes one log line for each invocation: the fields of the handler, the duration, and the error if it failed. This
 * middleware must be outside of `respond`, which stores the result of the handler.
 */
export const logLine = (name: string, write: (text: string) => void = writeLine): LogLine => {
  let isCold = true

  const finish = (
    request: Request<unknown, unknown, Error, Context, MiddyContext>,
    failure: Fields = {},
    more: Metrics = {},
  ) => {
    const { handled, startedAt = Date.now() } = request.internal
    const metrics: Metrics = {
      ...handled?.metrics,
      ...more,
      duration: { value: Date.now() - startedAt, unit: 'Milliseconds' },
      ...(isCold && { cold_start: { value: 1, unit: 'Count' } }),
    }
    write(
      logText(
        { function: name, aws_request_id: request.context.awsRequestId, ...handled?.log, ...failure },
        metrics,
        Date.now(),
        ['function'],
      ),
    )
    isCold = false
  }

  return {
    before: (request) => {
      request.internal.startedAt = Date.now()
    },
    after: (request) => finish(request),
    onError: (request) => finish(request, errorFields(request.error), { errors: { value: 1, unit: 'Count' } }),
  }
}
