import type { Merchant } from '../../lib/config/served.ts'
import { InputError } from '../../lib/errors.ts'
import { readEventSource } from '../../lib/intake/event-source.ts'
import { readPaymentNotice } from '../../lib/intake/payment-notice.ts'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import { MERCHANTS, NOW } from '../wechatpay/samples.ts'

/** What is made of an event, by whichever way it came. */
export const readNotice = (event: unknown, merchants = MERCHANTS): PaymentNotice =>
  readPaymentNotice(readEventSource(event, NOW), merchants, NOW)

/** Why an event is refused; throws when it is not, or for another reason than its input. */
export const refusalOf = (event: unknown): InputError => {
  try {
    readNotice(event)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was not refused')
}

/** Who is served, with the direct merchant changed. */
export const servedWith = (change: Partial<Merchant>): ReadonlyMap<string, Merchant> => {
  const direct = MERCHANTS.get('1900000109')
  if (!direct) throw new Error('the direct merchant is not among the samples')
  return new Map(MERCHANTS).set('1900000109', { ...direct, ...change })
}
