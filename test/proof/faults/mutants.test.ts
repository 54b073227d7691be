import { expect, it } from 'vitest'
import { mutantsOf, mutated } from './mutants.ts'

const changed = async (source: string, symbol: string, word?: string) =>
  (await mutantsOf('x.ts', source, symbol, word)).map((mutant) => mutated(source, mutant))

it.each([
  ['a condition', 'const f = (a: number) => { if (a > 1) return }', 'const f = (a: number) => { if (false) return }'],
  ['a clause of several', 'const f = () => and(a, b, c)', 'const f = () => and(a, c)'],
  ['the last clause', 'const f = () => or(a, b)', 'const f = () => or(a)'],
  ['an operand', 'const f = () => a() && b()', 'const f = () => (b())'],
  ['an element', 'export const f: X[] = [a, ...b]', 'export const f: X[] = [a]'],
  ['a property', 'const f = () => ({ a, b: 1 } as X)', 'const f = () => ({ b: 1 } as X)'],
  ['a call', 'function f() { a(); b() }', 'function f() { ; b() }'],
  ['an assignment', 'function f() { a = b; c() }', 'function f() {  c() }'],
  ['an option', 'const f = () => g(a, b)', 'const f = () => g(a)'],
  ['what a call does to its argument', 'const f = () => g(a)', 'const f = () => (a)'],
  ['a link of a chain', 'const f = () => g().catch(h)', 'const f = () => (g())'],
  ['a catch', 'const f = () => { try { g() } catch { h() } }', 'const f = () => { try { g() } finally {} }'],
  ['a number', 'const F = 2048', 'const F = 0'],
  ['a list of what may go on', 'const f = ({ a }: X) => ({ a })', 'const f = ({ a, ...all }: X) => ({ ...all, a })'],
])('one change takes away %s', async (_, source, without) => {
  expect(await changed(source, /F\b/.test(source) ? 'F' : 'f')).toContain(without)
})

it('what else the source declares is left as it is, and so is the body as a whole', async () => {
  expect(await changed('const f = () => { g(1) }; const other = 2', 'f')).toEqual([
    'const f = () => { ; }; const other = 2',
    'const f = () => { g(0) }; const other = 2',
    'const f = () => { (1) }; const other = 2',
  ])
})

it('a name that the guard uses leaves the changes of what names it', async () => {
  expect(await changed('const f = () => and(one, two, three)', 'f', 'two')).toEqual(['const f = () => and(one, three)'])
})
