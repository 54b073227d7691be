import type { Fields, Metrics } from '../log.ts'
import type { Reply } from '../views/reply.ts'

/** What a handler gives: the reply to its caller, if anybody waits for one, and what its one log line says. */
export type OperationResult = {
  readonly reply?: Reply
  readonly log: Fields
  readonly metrics?: Metrics
  /** Whoever hands over by event must keep the notice: it gets the reply thrown. */
  readonly throwsByEvent?: boolean
}

/** Of what somebody asked for. */
export type Replied = OperationResult & { readonly reply: Reply }
