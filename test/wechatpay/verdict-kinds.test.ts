import { expect, it } from 'vitest'
import { VERDICT_KINDS, type VerdictKind } from '../../lib/wechatpay/verdict-kinds.ts'

const BLIND: readonly VerdictKind[] = ['unknown', 'unsent', 'throttled', 'config', 'invalid']
const DONE: readonly VerdictKind[] = ['confirmed', 'collected', 'undecided']

it.each<[name: keyof (typeof VERDICT_KINDS)[VerdictKind], claim: string, kinds: readonly VerdictKind[]]>([
  ['isKnown', 'WeChat Pay knows the order', ['accepted', ...DONE, 'unpaid', 'part_paid', 'open', 'closed', 'busy']],
  ['isDone', 'the order is done', DONE],
  ['isFixed', 'its sum can be compared', [...DONE, 'unpaid', 'closed']],
  ['isEnd', 'nothing more is to come', ['confirmed', 'collected', 'closed']],
  ['tellsNoState', 'nothing is said of how the order stands', ['state', 'busy', ...BLIND]],
  ['tellsNothing', 'nothing is known of the order', BLIND],
])('%s: %s, by these kinds and by no other', (name, _claim, kinds) => {
  const found = Object.entries(VERDICT_KINDS).flatMap(([kind, says]) => (says[name] ? [kind] : []))

  expect(found.sort()).toEqual([...kinds].sort())
})
