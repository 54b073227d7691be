import { NOBODY } from './invocation.ts'
import type { Emit, Model } from './model.ts'
import { MOVES } from './moves.ts'
import { rowInWords } from './rows.ts'
import type { StateId, States } from './states.ts'
import { pack, WORDS, type World } from './world.ts'

type Last = { readonly next: World; readonly what: string; readonly who: number }

/** The path to a state and one more move, as text: one line for each move. */
export const traceTo = (model: Model, states: States, id: StateId, last?: Last): readonly string[] => {
  const way: StateId[] = []
  for (let at = id; at >= 0; at = states.parentOf(at)) way.unshift(at)
  const worlds = way.map(states.at)
  const lines = worlds.map((world, index) => {
    const before = worlds[index - 1]
    if (!before) return `the order is ${world.order}`
    return line(model, before, moveBetween(model, before, world))
  })
  const end = worlds.at(-1)
  return last && end ? [...lines, line(model, end, last)] : lines
}

const moveBetween = (model: Model, from: World, to: World): Last => {
  const wanted = packed(to)
  const found: Last[] = []
  const take: Emit = (next, _, what, who) => {
    if (packed(next) === wanted) found.push({ next, what, who })
  }
  for (const move of MOVES) move(from, model, take)
  return found[0] ?? { next: to, what: 'nobody knows what happens', who: -1 }
}

const packed = (world: World): string => {
  const words = new Int32Array(WORDS)
  pack(world, words, 0)
  return words.join()
}

const line = (model: Model, from: World, { next, what, who }: Last): string => {
  const row = rowInWords(model.rows.at(next.row))
  return `${subject(model, from, who)}${what} | ${next.order} | ${row}`
}

const subject = ({ invocations, decisions }: Model, { crew }: World, who: number): string => {
  if (who < 0) return ''
  const { notice, step, isFast, decision } = invocations.at(crew[who] ?? NOBODY)
  const clock = isFast ? ', with a fast clock,' : ''
  if (decision >= 0) return `${decisions[decision]?.isOfBill ? 'the bill' : 'the person'}${clock} `
  return notice < 0 ? `the due ${step}${clock} ` : `the invocation of notice ${notice + 1}${clock} `
}
