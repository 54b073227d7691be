import type { MiddlewareObj } from '@middy/core'
import type { Context } from 'aws-lambda'
import { ConfigError, InputError, TryAgainError, UnavailableError } from '../errors.ts'
import { isHttp } from '../intake/event-source.ts'
import type { OperationResult } from '../operations/result.ts'
import { problem, type Reply } from '../views/reply.ts'
import type { MiddyContext } from './middy-context.ts'

/**
 * Returns the reply as an HTTP response to API Gateway, and as a bare object to any other caller. Errors become
 * problem+json over HTTP. For an event or a direct invocation they are thrown, so that Lambda tries again and then
 * sends the event to the dead-letter queue.
 */
export const respond = (): MiddlewareObj<unknown, unknown, Error, Context, MiddyContext> => ({
  after: (request) => {
    const handled = request.response as OperationResult
    const { reply = EMPTY_REPLY } = handled
    request.internal.handled = handled
    if (isHttp(request.event)) request.response = httpAnswer(reply)
    else if (handled.throwsByEvent) throw new TryAgainError(String(reply.body.detail))
    else request.response = reply.body
  },
  onError: (request) => {
    if (isHttp(request.event)) request.response = httpAnswer(errorReply(request.error))
  },
})

const EMPTY_REPLY: Reply = { status: 200, body: {} }

const httpAnswer = ({ status, headers, body }: Reply) => ({
  statusCode: status,
  headers: {
    ...headers,
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
  },
  body: JSON.stringify(body),
})

const errorReply = (error: unknown): Reply => {
  if (error instanceof InputError) return problem(400, 'Bad input', error.message, { field: error.field })
  if (error instanceof ConfigError)
    return problem(503, 'Deployment must be mended', `${error.message}; nothing was sent`)
  if (error instanceof UnavailableError || error instanceof TryAgainError)
    return problem(503, 'Try again', `${error.message}; nothing was sent`)
  return problem(500, 'Internal error', 'see the log of this request')
}
