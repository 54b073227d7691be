import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import type { OperationResult } from '../operations/result.ts'
import { logLine } from './log-line.ts'
import type { MiddyContext } from './middy-context.ts'
import { respond } from './respond.ts'

/** The Lambda around a handler: its one log line outside, the answer in its caller's form inside. */
export const createHandler = (name: string, handle: (event: unknown, context: Context) => Promise<OperationResult>) =>
  middy<unknown, unknown, Error, Context, MiddyContext>().use(logLine(name)).use(respond()).handler(handle)
