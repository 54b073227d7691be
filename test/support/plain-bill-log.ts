import type { BillLog, BillRow } from '../../lib/aws/bill-log.ts'
import { LIMITS } from '../../lib/limits.ts'

/** The row of a day's bill in memory, by the rules of the one in DynamoDB. */
export const plainBillLog = () => {
  const rows = new Map<string, BillRow>()
  const mine = (pk: string, attempt: number) => {
    const found = rows.get(pk)
    return found?.attempt === attempt ? found : undefined
  }
  const log: BillLog = {
    claim: async (key, now, again) => {
      const pk = `bill#${key.mchid}#${key.day}`
      const before = rows.get(pk) ?? { pk, attempt: 0 }
      if ((before.leased_until ?? 0) > now || (before.done && !again)) return undefined
      const row = { ...before, attempt: before.attempt + 1, leased_until: now + LIMITS.billLease }
      rows.set(pk, row)
      return { key, row }
    },
    read: async ({ mchid, day }) => rows.get(`bill#${mchid}#${day}`),
    agreed: async ({ row: { pk, attempt } }, now, hash) => {
      const found = mine(pk, attempt)
      if (!found) return undefined
      const agreed_at = found.agreed_at ?? now
      rows.set(pk, { ...found, agreed_at, sha1: hash })
      return agreed_at
    },
    record: async ({ row: { pk, attempt } }, record) => {
      const found = mine(pk, attempt)
      if (!found) return false
      const { leased_until: _, done, reason, ...rest } = found
      const kept = record.outcome === undefined ? { ...(done && { done }), ...(reason && { reason }) } : {}
      rows.set(pk, { ...rest, ...kept, ...record })
      return true
    },
  }
  return { log, rows }
}
