import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { logLine } from '../../lib/lambda/log-line.ts'
import type { MiddyContext } from '../../lib/lambda/middy-context.ts'
import { respond } from '../../lib/lambda/respond.ts'
import type { OperationResult } from '../../lib/operations/result.ts'

export const context: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'payscore-sync-dev-sync',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws-cn:lambda:cn-north-1:123456789012:function:payscore-sync-dev-sync',
  memoryLimitInMB: '512',
  awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  logGroupName: '/aws/lambda/payscore-sync-dev-sync',
  logStreamName: '2026/11/24/[$LATEST]8476a536',
  getRemainingTimeInMillis: () => 20_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
}

/** A handler in the middlewares that every function uses, and the log lines that it wrote. */
export const chain = (handle: (event: unknown) => Promise<OperationResult>) => {
  const lines: string[] = []
  const handler = middy<unknown, unknown, Error, Context, MiddyContext>()
    .use(logLine('sync', (text) => lines.push(text)))
    .use(respond())
    .handler(handle)
  return { lines, invoke: async (event: unknown): Promise<unknown> => handler(event, context) }
}

/** What came of a call that is expected to fail. */
export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'did not fail',
    (error: unknown) => error,
  )
