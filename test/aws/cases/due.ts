import { describe, expect, it } from 'vitest'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import { CLAIMED, MINUTE, NOW, SECOND } from '../../support/orders.ts'
import { VERDICTS, WORD } from '../../support/verdicts.ts'
import { freshKey, type Opened, ofOrder } from './opened.ts'

const MOMENT = { now: NOW, random: 0.5 }

/** The index that reconcile reads. */
export const describeDue = (opened: Opened): void => {
  describe('due', () => {
    const put = (due: string, orderNo: string, due_at: number) =>
      opened().put({ ...CLAIMED, pk: `1900000109#${orderNo}`, due, due_at })

    it('gives the rows of one key, oldest first, page by page, up to now', async () => {
      await put('pages#0', 'third', NOW - 1)
      await put('pages#0', 'first', NOW - 3 * MINUTE)
      await put('pages#0', 'not-yet', NOW + 1)
      await put('pages#0', 'last', NOW)
      await put('pages#0', 'second', NOW - 2)
      await put('pages#1', 'other-shard', NOW - 1)

      const one = await opened().ledger.due('pages#0', NOW, 3)
      const two = await opened().ledger.due('pages#0', NOW, 3, one.from)

      expect(one.rows.map(({ pk }) => pk)).toEqual(['1900000109#first', '1900000109#second', '1900000109#third'])
      expect(one.from).toBeDefined()
      expect(two.rows.map(({ pk }) => pk)).toEqual(['1900000109#last'])
      expect(two).not.toHaveProperty('from')
    })

    it('gives of a row what a dispatch needs, and none of what is personal', async () => {
      const { pk } = await opened().put({ ...CLAIMED, pk: freshKey(), due: 'whole#0', due_at: NOW, receipt: WORD })

      const { rows } = await opened().ledger.due('whole#0', NOW, 10)

      expect(rows).toStrictEqual([
        {
          pk,
          state: 'PENDING',
          next: 'query',
          created_at: NOW - 60 * SECOND,
          due: 'whole#0',
          due_at: NOW,
        },
      ])
    })

    it('tells under which keys rows are due by now, in any partition, and of no row that is due later', async () => {
      await put('told#0', 'told-first', NOW - 1)
      await put('told#waiting#15', 'told-second', NOW)
      await put('told#2', 'told-later', NOW + 1)

      const keys: string[] = []
      for await (const page of opened().dueKeys(NOW)) keys.push(...page)

      expect(keys.filter((key) => key.startsWith('told#')).toSorted()).toEqual(['told#0', 'told#waiting#15'])
    })

    it('has no row with nothing left to do, and has it again once it is reopened', async () => {
      const { pk } = await put('1900000109#0', 'ended-and-reopened', NOW)
      const due = async () =>
        (await opened().ledger.due('1900000109#0', NOW + 1 * MINUTE, 1000)).rows.map((row) => row.pk)

      const before = await due()
      await opened().ledger.apply(ofOrder(pk, afterQuery(CLAIMED, VERDICTS.closed, MOMENT)))
      const ended = await due()
      await opened().ledger.apply(
        ofOrder(pk, afterSync(CLAIMED, VERDICTS.accepted, { ...MOMENT, now: NOW - 10 * MINUTE })),
      )
      const reopened = await due()

      expect(before).toContain(pk)
      expect(ended).not.toContain(pk)
      expect(reopened).toContain(pk)
    })
  })
}
