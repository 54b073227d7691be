import { functionArn } from '../lambda/environment.ts'
import type { Invocation } from '../lambda/invocation.ts'

/** The record that Lambda sends to a failure destination after the last retry. */
export type DeadLetter = {
  readonly version: '1.0'
  readonly timestamp: string
  readonly requestContext: {
    readonly requestId: string
    readonly functionArn: string
    readonly condition: 'RetriesExhausted'
    readonly approximateInvokeCount: number
  }
  readonly requestPayload: unknown
  readonly responseContext: {
    readonly statusCode: 200
    readonly executedVersion: '$LATEST'
    readonly functionError: 'Unhandled'
  }
  /** The function's error: `{ errorType, errorMessage, stackTrace? }`. */
  readonly responsePayload: unknown
}

export type DeadLetterQueue = { readonly letters: readonly DeadLetter[]; push(letter: DeadLetter): void }

export const createDeadLetterQueue = (): DeadLetterQueue => {
  const letters: DeadLetter[] = []
  return { letters, push: (letter) => void letters.push(letter) }
}

export const deadLetter = (parts: {
  readonly name: string
  readonly event: unknown
  readonly invocation: Invocation
  readonly invokeCount: number
  readonly timeMs: number
}): DeadLetter => ({
  version: '1.0',
  timestamp: new Date(parts.timeMs).toISOString(),
  requestContext: {
    requestId: parts.invocation.requestId,
    functionArn: `${functionArn(parts.name)}:$LATEST`,
    condition: 'RetriesExhausted',
    approximateInvokeCount: parts.invokeCount,
  },
  requestPayload: parts.event,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: parts.invocation.error,
})
