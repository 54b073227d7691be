/** What the platform reports of a failed call: the handler's own error, or one that the platform makes. */
export type FunctionError = {
  readonly errorType: string
  readonly errorMessage: string
  readonly stackTrace?: readonly string[]
}

/** How one call ended. `error` tells the two apart. */
export type Outcome =
  | { readonly result: unknown; readonly error?: never; readonly timedOut: false }
  | { readonly result?: never; readonly error: FunctionError; readonly timedOut: boolean }

export type Invocation = Outcome & {
  readonly requestId: string
  /** A new sandbox was started for it. */
  readonly cold: boolean
  /** Lines on stdout and stderr; a cold call has those of the start as well. */
  readonly logs: readonly string[]
  /** By the machine's own clock, the start of a new sandbox included. */
  readonly durationMs: number
}

/** Anything that stands for a Lambda: an event goes in as JSON, as the platform hands it over. */
export type Invocable = { invoke(event: unknown): Promise<Invocation> }

/** The function runs as often as it may at the same time. Not an outcome: the handler was never called. */
export class TooManyRequestsException extends Error {
  override readonly name = 'TooManyRequestsException'
}

export const failed = (error: FunctionError): Outcome => ({ error, timedOut: false })

/** In the platform's words, which alarms and dead letters show. */
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
