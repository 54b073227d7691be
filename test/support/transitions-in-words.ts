import type { Condition } from '../../lib/order/condition.ts'
import type { Transition } from '../../lib/order/transition/transition.ts'

/** A transition with its conditions as text, and what it removes by name: the order of those means nothing. */
export const inWords = ({ when, remove, otherwise, ...rest }: Transition): object => ({
  ...rest,
  when: conditionInWords(when),
  ...(remove && { remove: remove.toSorted() }),
  ...(otherwise && { otherwise: inWords(otherwise) }),
})

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
