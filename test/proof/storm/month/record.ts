import type { Answered } from '../memory/wechatpay.ts'
import { isSpoilt, type SpoiltBills } from './bills.ts'
import { chargeOf } from './history.ts'
import type { MemoryWorld, Truth } from './tale.ts'

/** A request to WeChat Pay, with the state of the order, or of the refund, that it was told. */
export type Told = Answered & { readonly says?: string }

/** A bill that WeChat Pay gave as it is. */
export type GoodBill = { readonly signer: string; readonly day: string; readonly at: number }

/** Writes down what WeChat Pay answers, at the moment when it does. */
export const createRecord = (parts: {
  readonly spoilt: readonly SpoiltBills[]
  readonly truthOf: (out_order_no: string) => Truth | undefined
  readonly refunds: MemoryWorld['wechatpay']['accounts']['refunds']
}) => {
  const { spoilt, truthOf, refunds } = parts
  const told: Told[] = []
  const goodBills: GoodBill[] = []

  const saysOf = ({ kind, of, status, mchid }: Answered): string | undefined => {
    if (status !== 200) return undefined
    const order = truthOf(of)?.order
    if (kind === 'query') return chargeOf(order) ? 'charged' : order?.state
    if (kind !== 'refund') return undefined
    return refunds().find(({ out_refund_no, trade }) => out_refund_no === of && trade.mchid === mchid)?.status
  }

  const noteBill = ({ kind, status, mchid, target, at }: Answered): void => {
    const day = /bill_date=([\d-]+)/.exec(target)?.[1]?.replaceAll('-', '')
    if (kind !== 'bill' || day === undefined || status !== 200 || isSpoilt(spoilt, mchid, at)) return
    goodBills.push({ signer: mchid, day, at })
  }

  const note = (answered: Answered): void => {
    const says = saysOf(answered)
    told.push({ ...answered, ...(says !== undefined && { says }) })
    noteBill(answered)
  }
  return { told, goodBills, note }
}
