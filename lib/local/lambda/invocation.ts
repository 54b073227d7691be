/** The error of a failed invocation: the handler's own, or one that Lambda makes. */
export type FunctionError = {
  readonly errorType: string
  readonly errorMessage: string
  readonly stackTrace?: readonly string[]
}

/** How an invocation ended. A failure has `error`. */
export type Outcome =
  | { readonly result: unknown; readonly error?: never; readonly timedOut: false }
  | { readonly result?: never; readonly error: FunctionError; readonly timedOut: boolean }

export type Invocation = Outcome & {
  readonly requestId: string
  /** A new execution environment was started for it. */
  readonly cold: boolean
  /** Lines on stdout and stderr; for a cold start also those of the init phase. */
  readonly logs: readonly string[]
  /** By the machine's clock, including a cold start. */
  readonly durationMs: number
}

/** Anything that can be invoked like a Lambda function. The event is passed as JSON. */
export type Invocable = { invoke(event: unknown): Promise<Invocation> }

/** The concurrency limit is reached. It is no outcome, since the handler was not called. */
export class TooManyRequestsException extends Error {
  override readonly name = 'TooManyRequestsException'
}

export const failed = (error: FunctionError): Outcome => ({ error, timedOut: false })

/** Lambda's own wording, which alarms and dead letters show. */
export const timedOut = (requestId: string, afterMs: number): Outcome => ({
  error: {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(afterMs / 1000).toFixed(2)} seconds`,
  },
  timedOut: true,
})

export const exited = (requestId: string, code: number | null, signal: string | null): Outcome => {
  const reason = signal === 'SIGKILL' ? 'signal: killed' : signal === null ? `exit status ${code}` : `signal: ${signal}`
  const text = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`
  return failed({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${text}` })
}
