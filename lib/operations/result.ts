import type { Fields, Metrics } from '../log.ts'
import type { Reply } from '../views/reply.ts'

/** What a handler returns: the reply to its caller, if a caller waits for one, and the content of its log line. */
export type OperationResult = {
  readonly reply?: Reply
  readonly log: Fields
  readonly metrics?: Metrics
  /**
   * When invoked by an event, throw the reply as an error: Lambda then tries again, and the dead-letter queue keeps the
   * notice.
   */
  readonly throwsByEvent?: boolean
}

/** The result of a request by a caller, who waits for the reply. */
export type Replied = OperationResult & { readonly reply: Reply }
