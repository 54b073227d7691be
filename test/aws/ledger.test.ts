import { beforeAll, describe, expect, it } from 'vitest'
import { claim, create } from '../../lib/ledger/transitions/notice.ts'
import { startDynalite } from '../support/dynalite.ts'
import { startLedger } from '../support/ledger-table.ts'
import { CLAIMED, NOW, ORDER, unleased } from '../support/orders.ts'
import { holds } from '../support/plain-ledger.ts'
import { ANSWER_CASES } from './cases/answer-conditions.ts'
import { CASE_CASES } from './cases/case-conditions.ts'
import { NOTICE_CASES } from './cases/notice-conditions.ts'
import { PERSON_CASES } from './cases/person-conditions.ts'
import { describeLedger } from './ledger-cases.ts'

describeLedger('dynalite', startDynalite, 80)

describe('the cases of each condition', () => {
  it.each([...NOTICE_CASES, ...ANSWER_CASES, ...PERSON_CASES, ...CASE_CASES])(
    '$transition.name: each clause has a row that fails it and no other',
    ({ transition: { when }, leaves }) => {
      const clauses = when.op === 'and' ? when.all : [when]

      const failedAlone = clauses.filter((clause) =>
        Object.values(leaves).some((row) => clauses.every((other) => holds(other, row) === (other !== clause))),
      )

      expect(failedAlone).toStrictEqual(clauses)
    },
  )
})

describe('fifty at once', () => {
  let opened: Awaited<ReturnType<typeof startLedger>>

  beforeAll(async () => {
    opened = await startLedger()
    return opened.close
  })

  const rounds = Array.from({ length: 20 }, (_, round) => `race-${round}`)
  const fifty = Array.from({ length: 50 })

  it('one creates the row, in each of twenty rounds', async () => {
    for (const out_order_no of rounds) {
      const applied = await Promise.all(fifty.map(() => opened.ledger.apply(create({ ...ORDER, out_order_no }, NOW))))

      expect(applied.filter(Boolean)).toHaveLength(1)
    }
  }, 30_000)

  it('one claims the row, in each of twenty rounds', async () => {
    for (const round of rounds) {
      const pk = `1900000109#claimed-${round}`
      await opened.put({ ...unleased(CLAIMED), pk, next: 'query', due_at: NOW })

      const applied = await Promise.all(fifty.map(() => opened.ledger.apply(claim(pk, 'query', NOW))))

      expect(applied.filter(Boolean)).toHaveLength(1)
      expect(await opened.ledger.read(pk)).toMatchObject({ attempt: 4 })
    }
  }, 30_000)
})
