import { describe, expect, it } from 'vitest'
import { changed } from '../../support/plain-ledger.ts'
import { ANSWER_CASES } from './answer-conditions.ts'
import { CASE_CASES } from './case-conditions.ts'
import type { ConditionCase } from './condition-case.ts'
import { NOTICE_CASES } from './notice-conditions.ts'
import { freshKey, type Opened, ofOrder } from './opened.ts'
import { PERSON_CASES } from './person-conditions.ts'

/** Every condition, on both sides of each of its clauses. */
export const describeConditions = (opened: Opened): void => {
  describe.concurrent.each([
    ['a notice', NOTICE_CASES],
    ['an answer', ANSWER_CASES],
    ['a person', PERSON_CASES],
    ['a bill or a refund', CASE_CASES],
  ])('what %s does', (_, cases) => {
    const each = (rows: 'changes' | 'leaves') =>
      cases.flatMap((one: ConditionCase) =>
        Object.entries(one[rows]).map(([why, row]) => [one.transition.name, why, one.transition, row] as const),
      )

    it.each(each('changes'))('%s is applied: %s', async (_, __, transition, row) => {
      const pk = freshKey()
      const given = row && (await opened().put({ ...row, pk }))

      const applied = await opened().ledger.apply(ofOrder(pk, transition))

      const expected = changed(ofOrder(pk, transition), given)
      expect(applied?.row).toStrictEqual(expected)
      expect(await opened().ledger.read(pk)).toStrictEqual(expected)
    })

    it.each(each('leaves'))('%s is not applied: %s', async (_, __, transition, row) => {
      const pk = freshKey()
      const given = row && (await opened().put({ ...row, pk }))

      const applied = await opened().ledger.apply(ofOrder(pk, transition))

      expect(applied).toBeUndefined()
      expect(await opened().ledger.read(pk)).toStrictEqual(given)
    })
  })
}
