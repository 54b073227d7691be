import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import type { Handled } from '../steps/handled.ts'
import type { Internal } from './internal.ts'
import { logLine } from './log-line.ts'
import { respond } from './respond.ts'

/** The Lambda around a handler: its one log line outside, the answer in its caller's form inside. */
export const entry = (name: string, handle: (event: unknown, context: Context) => Promise<Handled>) =>
  middy<unknown, unknown, Error, Context, Internal>().use(logLine(name)).use(respond()).handler(handle)
