import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Row } from '../../../lib/ledger/row.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { anyRow, someTransitions } from '../../support/arbitrary-rows.ts'
import { changed, holds } from '../../support/plain-ledger.ts'
import { freshKey, type Opened, ofOrder } from './opened.ts'

/** Which transition is applied, it or its `otherwise`, and what the row is then. */
const expected = (
  transition: Transition,
  row: Partial<Row> | undefined,
): { readonly transition: Transition; readonly row: Partial<Row> } | undefined => {
  if (holds(transition.when, row)) return { transition, row: changed(transition, row) }
  return transition.otherwise && expected(transition.otherwise, row)
}

/** Whatever a row holds, DynamoDB judges each transition as plain code does. */
export const itJudgesAsPlainCode = (opened: Opened, numRuns: number): void => {
  const judgeOne = async (row: Partial<Row> | undefined, transitionOfOne: Transition) => {
    const pk = freshKey()
    const given = row && (await opened().put({ ...row, pk }))
    const transition = ofOrder(pk, transitionOfOne)

    const applied = await opened().ledger.apply(transition)

    expect(applied).toStrictEqual(expected(transition, given))
    if (!applied) expect(await opened().ledger.read(pk)).toStrictEqual(given)
  }

  it(`judges and writes as plain code does, over ${numRuns} rows and six transitions of each`, async () => {
    const property = fc.asyncProperty(anyRow, someTransitions, async (row, transitions) => {
      await Promise.all(transitions.map((transition) => judgeOne(row, transition)))
    })

    await fc.assert(property, { numRuns })
  }, 60_000)
}
