import type { Condition } from '../../lib/ledger/condition.ts'
import type { Transition } from '../../lib/ledger/transitions/transition.ts'

/**
 * A transition with its conditions as text and its removed attributes by name, since their order does not matter.
 * `waits`, which every transition sets in the same way, is tested in waiting-index.test.ts.
 */
export const inWords = ({ when, set, remove, otherwise, ...rest }: Transition): object => {
  const { waits: _, ...others } = set ?? {}
  const left = remove?.filter((name) => name !== 'waits')
  return {
    ...rest,
    when: conditionInWords(when),
    ...(set && { set: others }),
    ...(left && left.length > 0 && { remove: left.toSorted() }),
    ...(otherwise && { otherwise: inWords(otherwise) }),
  }
}

const conditionInWords = (condition: Condition, isInner = false): string => {
  switch (condition.op) {
    case 'exists':
      return `${condition.name} exists`
    case 'missing':
      return `${condition.name} is missing`
    case 'and':
    case 'or': {
      const text = condition.all.map((part) => conditionInWords(part, true)).join(` ${condition.op} `)
      return isInner ? `(${text})` : text
    }
    default:
      return `${condition.name} ${condition.op} ${condition.value}`
  }
}
