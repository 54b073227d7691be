import type { MiddlewareObj, Request } from '@middy/core'
import type { Context } from 'aws-lambda'
import { type Fields, logText, type Metrics } from '../log.ts'
import type { Internal } from './handled.ts'

type LogLine = MiddlewareObj<unknown, unknown, Error, Context, Internal>

/**
 * Writes one line for each invocation: what the handler says of itself, how long it took, and how it failed.
 * Stands outside of `respond`, which keeps what the handler said.
 */
export const logLine = (name: string, write: (text: string) => void = console.log): LogLine => {
  let isCold = true
  let startedAt = 0

  const finish = (
    request: Request<unknown, unknown, Error, Context, Internal>,
    failure: Fields = {},
    more: Metrics = {},
  ) => {
    const { handled } = request.internal
    const metrics: Metrics = {
      ...handled?.metrics,
      ...more,
      duration: { value: Date.now() - startedAt, unit: 'Milliseconds' },
      cold_start: { value: isCold ? 1 : 0, unit: 'Count' },
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
    before: () => {
      startedAt = Date.now()
    },
    after: (request) => finish(request),
    onError: (request) => finish(request, errorFields(request.error), { errors: { value: 1, unit: 'Count' } }),
  }
}

/** Node's own codes begin alike, and its messages quote values. */
const OUR_CODES = new Set(['ERR_CONFIG', 'ERR_INPUT', 'ERR_SECRET_UNAVAILABLE', 'ERR_TRY_AGAIN'])

/** Our own errors word themselves; of any other only its name and where it was thrown are safe to write. */
const errorFields = (error: unknown): Fields => {
  if (!(error instanceof Error)) return { error: 'unknown' }
  if ('code' in error && OUR_CODES.has(String(error.code))) return { error: String(error.code), message: error.message }
  // A message may have lines that look like frames.
  const frames =
    error.stack
      ?.replace(error.message, '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line)) ?? []
  return {
    error: error.name,
    at: frames
      .slice(0, 5)
      .map((line) => line.trim())
      .join(' < '),
  }
}
