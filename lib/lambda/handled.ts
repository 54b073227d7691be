import type { Fields, Metrics } from '../log.ts'
import type { Reply } from '../order/reply.ts'

/** What a handler gives: the reply to its caller, and what its one log line says. */
export type Handled = { readonly reply: Reply; readonly log: Fields; readonly metrics?: Metrics }

/** The caller must try again, or let the dead-letter queue keep it: how an event is told what HTTP calls 503. */
export class TryAgainError extends Error {
  override readonly name = 'TryAgainError'
  readonly code = 'ERR_TRY_AGAIN'
}

/** What the middlewares hand to each other. */
export type Internal = { handled?: Handled }
