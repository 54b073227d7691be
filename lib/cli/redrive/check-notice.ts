import type { Merchant } from '../../config/merchants.ts'
import { InputError } from '../../errors.ts'
import { readEventSource } from '../../intake/event-source.ts'
import { readPaymentNotice } from '../../intake/payment-notice.ts'
import type { KeptEvent } from './letter.ts'

/** Why a letter's notice must not be sent again; undefined when it may be. `functionArn`: whose the letter says it was. */
export type CheckNotice = (event: KeptEvent, functionArn: string | undefined) => string | undefined

/**
 * Whoever may write to a queue can write a letter, so it is worth no more than a stranger's notice: its merchant must be
 * served, its source listed, and of a stack it must be a letter of the function that takes notices there.
 */
export const checkNotice =
  (merchants: ReadonlyMap<string, Merchant>, now: () => number, syncArn?: string): CheckNotice =>
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
