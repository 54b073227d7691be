import * as v from 'valibot'
import type { Served } from '../config/served.ts'
import { InputError } from '../errors.ts'
import { refusedDay } from './bill-day.ts'

/** `day`: one bill, asked for by an operator. `digest`: the mail of open cases. Without either, the bills that are due. */
export type AuditTask = {
  /** yyyyMMdd */
  readonly day?: string
  /** Only of this merchant's signer. */
  readonly mchid?: string
  readonly digest?: true
  /** Also a day that is done. */
  readonly again?: true
}

const Task = v.strictObject({
  day: v.optional(v.string()),
  mchid: v.optional(v.string()),
  digest: v.optional(v.literal(true)),
  again: v.optional(v.literal(true)),
})

/**
 * `{}` and `{"digest": true}` of the schedules, or `{"day": "20261124", "mchid": …, "again": true}` of an operator. No route
 * and no rule leads here, so an event of any other form is refused. Throws InputError.
 */
export const readAuditTask = (event: unknown, merchants: Served, now: number): AuditTask => {
  const parsed = v.safeParse(Task, event)
  if (!parsed.success) throw new InputError('event', 'must be {}, or have day, mchid and again, or digest')
  const { day, mchid, digest, again } = parsed.output
  if (digest) {
    if (day !== undefined || mchid !== undefined) throw new InputError('digest', 'is of today and of every merchant')
    return { digest, ...(again && { again }) }
  }
  if (day === undefined && (mchid !== undefined || again)) throw new InputError('day', 'is missing')
  const flaw = day === undefined ? undefined : refusedDay(day, now)
  if (flaw !== undefined) throw new InputError('day', flaw)
  if (mchid !== undefined && !merchants.get(mchid) && !merchants.signers.some((one) => one.mchid === mchid))
    throw new InputError('mchid', 'is not served')
  return { ...(day !== undefined && { day }), ...(mchid !== undefined && { mchid }), ...(again && { again }) }
}
