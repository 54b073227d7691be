import { describe, expect, it } from 'vitest'
import { unpackAnswer } from '../../../lib/ledger/packed-answer.ts'
import { type Row, readRowKey } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import { conflict, create } from '../../../lib/ledger/transitions/notice.ts'
import { close, expedite, withDecision } from '../../../lib/ledger/transitions/operator.ts'
import { CLAIMED, MINUTE, NOW, ORDER, PK, SECOND, unleased } from '../../support/orders.ts'
import { LAST_ERRORS, QUERY_WORD, SYNC_WORD, VERDICTS, WORD } from '../../support/verdicts.ts'
import { freshKey, type Opened, ofOrder } from './opened.ts'

const MOMENT = { now: NOW, random: 0.5 }

const unpacked = (row: Row | undefined) =>
  row && { ...row, ...(row.answer && { answer: unpackAnswer(row.answer, row.pk) }) }

/** What is written, whole row by whole row. */
export const describeApply = (opened: Opened): void => {
  describe('apply', () => {
    it('creates a row that holds the whole call', async () => {
      const order = { ...ORDER, out_order_no: 'B' }

      const applied = await opened().ledger.apply(create(order, NOW))

      expect(applied?.row).toStrictEqual({
        pk: '1900000109#B',
        state: 'PENDING',
        next: 'query',
        due: '1900000109#3',
        due_at: NOW + 30 * SECOND,
        leased_until: NOW + 30 * SECOND,
        attempt: 1,
        call: {
          order_api: 'serviceorder',
          mchid: '1900000109',
          appid: 'wxd678efh567hg6787',
          service_id: '500001',
          out_order_no: '1234323JKHDFE1243252',
          paid_time: '20261124102900',
        },
        call_hash: 'the first call',
        day: '1900000109#20261124#3',
        noticed_at: NOW - 1 * SECOND,
        created_at: NOW,
        v: 1,
      })
    })

    it('adds one to what it counts, from nothing as well', async () => {
      const { pk } = await opened().put({ ...CLAIMED, pk: freshKey() })
      const other = { ...ORDER, ...readRowKey(pk), call_hash: 'another call' }

      const first = await opened().ledger.apply(conflict(other))
      const second = await opened().ledger.apply(conflict(other))

      expect(first?.row).toStrictEqual({ ...CLAIMED, pk, conflicts: 1 })
      expect(second?.row).toStrictEqual({ ...CLAIMED, pk, conflicts: 2 })
    })

    it('keeps what is there, and sets what is not', async () => {
      const { pk } = await opened().put({ ...CLAIMED, pk: freshKey(), created_at: NOW - 16 * MINUTE, late_at: NOW - 5 })
      const row = { ...CLAIMED, pk, created_at: NOW - 16 * MINUTE }

      const applied = await opened().ledger.apply(afterQuery(row, VERDICTS.absent, MOMENT))

      expect(applied?.row).toStrictEqual({
        ...unleased(row),
        due_at: NOW + 8 * MINUTE,
        last_error: LAST_ERRORS.absent,
        late_at: NOW - 5,
        absent_since: NOW,
        waits: expect.stringMatching(/^1900000109#[0-3]$/),
      })
    })

    it('removes what is named and nothing else', async () => {
      const ending = { reason: 'unproved', late_at: NOW - 5, absent_since: NOW - 9 }
      const { pk } = await opened().put({ ...CLAIMED, ...ending, pk: freshKey(), last_error: LAST_ERRORS.open })

      const applied = await opened().ledger.apply(ofOrder(pk, afterQuery(CLAIMED, VERDICTS.confirmed, MOMENT)))

      expect(unpacked(applied?.row)).toStrictEqual({
        pk,
        state: 'SYNCED',
        attempt: 3,
        call: CLAIMED.call,
        call_hash: 'the first call',
        day: '1900000109#20261124#0',
        last_error: LAST_ERRORS.open,
        noticed_at: NOW - 61 * SECOND,
        created_at: NOW - 60 * SECOND,
        proved_at: NOW - 2 * SECOND,
        answer: QUERY_WORD,
        order_id: '15646546545165651651',
        expires_at: 1_830_047_400,
        v: 1,
      })
    })

    it('adds to the list of what persons decided, from nothing as well', async () => {
      const row = await opened().put({ ...unleased(CLAIMED), pk: freshKey(), due_at: NOW + 60 * MINUTE })
      const one = { what: 'expedite', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'customer is here' }
      const two = { ...one, what: 'close', why: 'refunded in cash' }

      const first = await opened().ledger.apply(withDecision(expedite(row, NOW), row, one))
      const now = { ...row, ...first?.row }
      const second = await opened().ledger.apply(withDecision(close(now, two.why, NOW + 1 * MINUTE), now, two))
      const late = await opened().ledger.apply(withDecision(close(now, two.why, NOW + 1 * MINUTE), now, two))

      expect(first?.row.decisions).toStrictEqual([one])
      expect(second?.row.decisions).toStrictEqual([one, two])
      expect(late).toBeUndefined()
    })

    it('takes one decision more on the largest row that there can be', async () => {
      const word = { ...WORD, body: JSON.stringify({ text: '付'.repeat(21_800) }) }
      const longest = { what: 'withdraw', by: 'a'.repeat(2048), at: NOW, why: '\u{20000}'.repeat(200) }
      const row = await opened().put({
        ...CLAIMED,
        pk: freshKey(),
        due_at: NOW + 60 * MINUTE,
        receipt: word,
        proof: word,
        decisions: Array.from({ length: 600 }, () => ({ ...longest, by: 'li', why: 'again' })),
      })

      let now: Row = row
      for (let round = 0; round < 25; round += 1) {
        const applied = await opened().ledger.apply(
          withDecision(expedite(now, NOW), now, { ...longest, at: NOW + round }),
        )
        now = { ...row, ...applied?.row, due_at: NOW + 60 * MINUTE }
        await opened().put(now)
      }

      expect(now.decisions).toHaveLength(20)
      expect(now.decisions?.at(-1)?.at).toBe(NOW + 24)
      expect(now.decided).toBe(625)
    })

    it('applies what follows when the condition fails, and says which of the two it was', async () => {
      const { pk } = await opened().put({ ...CLAIMED, pk: freshKey(), state: 'SYNCED' })
      const accepted = ofOrder(pk, afterSync(CLAIMED, VERDICTS.accepted, MOMENT))

      const applied = await opened().ledger.apply(accepted)

      expect(applied?.transition).toBe(accepted.otherwise)
      expect(unpacked(applied?.row)).toStrictEqual({
        ...CLAIMED,
        pk,
        state: 'SYNCED',
        taken_at: NOW - 2 * SECOND,
        answer: SYNC_WORD,
      })
    })

    it('applies neither when both conditions fail', async () => {
      const row = await opened().put({ ...CLAIMED, pk: freshKey(), state: 'DOUBLE_CHARGED' })

      const applied = await opened().ledger.apply(close(row, 'refunded in cash', NOW))

      expect(applied).toBeUndefined()
      expect(await opened().ledger.read(row.pk)).toStrictEqual(row)
    })
  })

  it('counts from nothing, and lets the counter expire', async () => {
    const first = await opened().ledger.count('1900000109#hour#498746', 1_795_492_800)
    const second = await opened().ledger.count('1900000109#hour#498746', 1_795_492_800)
    const other = await opened().ledger.count('1900000117#hour#498746', 1_795_492_800)

    expect([first, second, other]).toStrictEqual([1, 2, 1])
    expect(await opened().ledger.read('1900000109#hour#498746')).toStrictEqual({
      pk: '1900000109#hour#498746',
      count: 2,
      expires_at: 1_795_492_800,
    })
  })

  it('counts each refused sub-merchant of a day once, and says when they are ten', async () => {
    const key = '1900000200#refused#20261124'
    const said = []
    for (const sub_mchid of ['1', '1', '2', '3', '4', '5', '6', '7', '8', '9', '9', '10', '10', '11'])
      said.push(await opened().ledger.recordRefusedSubMerchant(key, sub_mchid, 1_795_492_800))

    expect(said.flatMap((isMany, at) => (isMany ? [at] : []))).toEqual([11])
    const row: object | undefined = await opened().ledger.read(key)
    expect(row).toEqual({ pk: key, refused: new Set('12345678910'.match(/10|\d/g)), expires_at: 1_795_492_800 })
  })

  describe('a party', () => {
    const partyOf = (service_id: string) => `1900000109#party#serviceorder#1900000109#${service_id}#wx1#`
    const EXPIRES = 1_830_047_400

    it('is unknown until it is met, while its absent orders are counted, each once', async () => {
      const party = partyOf('500001')
      const standings = []
      for (const order of ['A', 'A', 'B', 'C', 'D'])
        standings.push(await opened().ledger.recordAbsentOrder(party, order, EXPIRES))

      expect(standings).toStrictEqual([1, 1, 2, 3, 3].map((absent) => ({ isKnown: false, absent })))

      await opened().ledger.recordKnownParty(party, EXPIRES)

      expect(await opened().ledger.recordAbsentOrder(party, 'A', EXPIRES)).toStrictEqual({ isKnown: true, absent: 0 })
      // Not an order: no index has it, and the stream's filter asks for a state.
      expect(await opened().ledger.read(party)).toStrictEqual({ pk: party, is_known: true, expires_at: EXPIRES })
    })

    it('of a sub-merchant is found in the index of days', async () => {
      const party = '1900000201#party#partner#1900000200#500003##'
      await opened().ledger.recordAbsentOrder(party, 'A', EXPIRES)

      await opened().ledger.recordKnownParty(party, EXPIRES, '1900000200#known#1')

      expect(await opened().ledger.read(party)).toStrictEqual({
        pk: party,
        is_known: true,
        day: '1900000200#known#1',
        expires_at: EXPIRES,
      })
    })

    it('is told from any other', async () => {
      await opened().ledger.recordKnownParty(partyOf('500002'), EXPIRES)

      expect(await opened().ledger.recordAbsentOrder(partyOf('500003'), 'A', EXPIRES)).toStrictEqual({
        isKnown: false,
        absent: 1,
      })
    })

    it('counts no order that is noted while another is met', async () => {
      const party = partyOf('500004')

      const [, standing] = await Promise.all([
        opened().ledger.recordKnownParty(party, EXPIRES),
        opened().ledger.recordAbsentOrder(party, 'A', EXPIRES),
      ])

      expect([true, false]).toContain(standing.isKnown)
      expect(await opened().ledger.recordAbsentOrder(party, 'A', EXPIRES)).toMatchObject({ isKnown: true })
    })
  })

  it('counts only what is new to it', async () => {
    const { pk } = await opened().put({ ...CLAIMED, pk: freshKey() })

    const known = await opened().ledger.count('1900000125#hour#2026112410#0', 1_795_492_800, pk)
    const fresh = await opened().ledger.count('1900000125#hour#2026112410#0', 1_795_492_800, freshKey())

    expect([known, fresh]).toStrictEqual([0, 1])
  })

  it('reads nothing where there is no row', async () => {
    expect(await opened().ledger.read(`${PK}0`)).toBeUndefined()
  })
}
