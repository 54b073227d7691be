import type { Lookup } from '../../config/served.ts'
import { InputError } from '../../errors.ts'
import { readEventSource } from '../../intake/event-source.ts'
import { readPaymentNotice } from '../../intake/payment-notice.ts'
import type { KeptEvent } from './letter.ts'

/**
 * Why the payment notice of a dead letter must not be sent again; undefined if it may. `functionArn`: the function that
 * the dead letter names.
 */
export type CheckNotice = (event: KeptEvent, functionArn: string | undefined) => string | undefined

/**
 * Everybody who may write to the queue can write a dead letter, so it is checked like a new payment notice: the
 * merchant must be served and the source listed; with a stack, the dead letter must be of the stack's own sync
 * function.
 */
export const checkNotice =
  (merchants: Lookup, now: () => number, syncArn?: string): CheckNotice =>
  (event, functionArn) => {
    if (syncArn !== undefined && functionArn !== syncArn)
      return `names ${functionArn ?? 'no function'}, not the stack's ${syncArn}`
    try {
      readPaymentNotice(readEventSource(event, now()), merchants, now())
      return undefined
    } catch (error) {
      if (error instanceof InputError) return error.message
      throw error
    }
  }
