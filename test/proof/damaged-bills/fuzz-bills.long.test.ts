import { describe, expect, it } from 'vitest'
import { fetchBill } from '../../../lib/audit/fetch-bill.ts'
import { readBill } from '../../../lib/bill/read-bill.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { seededRandom } from '../../../lib/local/aws-faults.ts'
import { KEY } from '../../audit/audit-world.ts'
import { pieces } from '../../bill/bill-writer.ts'
import { writeTooLargeBill } from './damages.ts'
import { fuzzBills, type Read } from './fuzz-bills.ts'

describe('a damaged bill', () => {
  it('is refused by name, or read as by a second reader, and never acted on', async () => {
    const fuzzed = await fuzzBills(5_000, 2)
    const { bills, refused, same, another, audited, auditedAndAgreed, actedOn, sound, soundActedOn, found } = fuzzed

    expect(found).toEqual([])
    expect(Object.values(refused).reduce((sum, count) => sum + count, 0) + same + another).toBe(bills)
    expect(Object.keys(refused).length).toBeGreaterThanOrEqual(12)
    expect(Math.min(same, another)).toBeGreaterThan(50)
    expect(audited).toBe(50)
    expect(audited - auditedAndAgreed).toBeGreaterThan(30)
    expect(actedOn).toBe(0)
    expect([sound, soundActedOn]).toEqual([3, 3])
  })

  it('that is longer than any bill may be is refused for its length', async () => {
    const { bytes, sha1 } = writeTooLargeBill(seededRandom(1))

    const reading = await readBill(pieces(bytes), { sha1, maxBytes: LIMITS.billBytes }, () => {})

    expect(reading).toEqual({ agreed: false, refusal: { reason: 'too_large' } })
  })

  it('is not told from a sound one by an audit that never acts, which this finds', async () => {
    const { found, sound, soundActedOn } = await fuzzBills(1, 2, fetchBill, async () => ({ kind: 'fenced', ...KEY }))

    expect([sound, soundActedOn]).toEqual([1, 0])
    expect(found).toEqual([expect.stringContaining('a sound bill beside it is not acted on')])
  })

  it('is found by this when a reader takes no notice of the sums, or gives a reason without a name', async () => {
    const withoutSums: Read = async (...given) => {
      const fetched = await fetchBill(...given)
      const { reading } = fetched
      if (!reading || reading.agreed || !['sum', 'count'].includes(reading.refusal.reason)) return fetched
      return { ...fetched, reading: { agreed: true, bill: NO_BILL } }
    }
    const nameless: Read = async (...given) => {
      const fetched = await fetchBill(...given)
      const refusal = { reason: 'other' } as unknown as { readonly reason: 'hash' } // as a faulty reader may say
      return fetched.reading?.agreed === false ? { ...fetched, reading: { agreed: false, refusal } } : fetched
    }

    const { found } = await fuzzBills(300, 2, withoutSums)
    const { found: unnamed } = await fuzzBills(50, 2, nameless)

    expect(found.length).toBeGreaterThan(0)
    expect(found[0]).toContain('read, though a second reader refuses it')
    expect(unnamed[0]).toContain('refused without a name: other')
  })
})

// What only the reader makes; the second reader is asked before anything of it is looked at.
const NO_BILL = { rows: 0, counts: {}, sums: {}, spool: '' } as unknown as Extract<
  Awaited<ReturnType<Read>>['reading'],
  { readonly agreed: true }
>['bill']
