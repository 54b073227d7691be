import { expect, it } from 'vitest'
import { historyOf } from '../../lib/views/order-history.ts'
import { CLAIMED, NOW } from '../support/orders.ts'

const decision = { what: 'close', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'x' }

it('says how many decisions there were before those that are kept', () => {
  const told = historyOf({ ...CLAIMED, decisions: [decision, decision], decided: 9 }).map(({ what }) => what.en)

  expect(told.slice(-3)).toEqual([
    '7 decisions before this one, whose text is kept no longer',
    'arn:aws:iam::123456789012:user/li decided: close (x)',
    'arn:aws:iam::123456789012:user/li decided: close (x)',
  ])
})

it('says nothing of decisions that were not counted yet', () => {
  const told = historyOf({ ...CLAIMED, decisions: [decision] }).filter(({ by }) => by === 'person')

  expect(told).toHaveLength(1)
})
