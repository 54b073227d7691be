import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { clausesNamed, ledgerPage, reasonOf, SAMPLES } from './ledger/page.ts'
import { movesOf } from './ledger/states.ts'
import { GROUPS, NOT_APPLIED, ONLY, OWN_EFFECTS, UNEXPLORED } from './ledger/words.ts'
import { ROOT } from './markdown.ts'

const linesBelow = (folder: string): readonly string[] =>
  readdirSync(`${ROOT}${folder}`).flatMap((file) => readFileSync(`${ROOT}${folder}/${file}`, 'utf8').split('\n'))

const namesInCode = linesBelow('lib/ledger/transitions').flatMap((line) => /\bname: '([^']+)',/.exec(line)?.[1] ?? [])
const described = Object.values(GROUPS).flatMap((transitions) => Object.keys(transitions))
const clauses = described.flatMap(clausesNamed)

describe('docs/ledger.md', () => {
  it('is as the code has it: npm run documents', () => {
    expect(readFileSync(`${ROOT}docs/ledger.md`, 'utf8')).toBe(ledgerPage())
  })

  it('has a section for every transition of the code, and no other', () => {
    expect(described.toSorted()).toEqual([...new Set(namesInCode)].sort())
    expect([...new Set(SAMPLES.map(({ made }) => made.name))].sort()).toEqual(described.toSorted())
  })

  it('gives a reason for every clause', () => {
    expect(clauses.length).toBeGreaterThan(80)
    expect(clauses.filter(({ guard }) => reasonOf(guard) === '')).toEqual([])
  })

  it('says of every clause that is not always asked for when it is, and of no other', () => {
    const sometimes = clauses.filter(({ isAlways }) => !isAlways).map(({ guard }) => guard)

    expect(Object.keys(ONLY).toSorted()).toEqual(sometimes.toSorted())
  })

  it('has no word for what is not there', () => {
    const guards = clauses.map(({ guard }) => guard)

    expect(Object.keys(UNEXPLORED).filter((guard) => !guards.includes(guard))).toEqual([])
    expect(Object.keys(OWN_EFFECTS).filter((name) => !described.includes(name))).toEqual([])
  })

  it('explains every word that a log line says where no transition was applied', () => {
    const words = linesBelow('lib/operations')
      .filter((line) => /\btransition\b/.test(line) && !/^import |^ \*/.test(line))
      .flatMap((line) => [...line.matchAll(/(?:transition: |\?\? |\? |: )'([^']+)'/g)].map(([, word = '']) => word))
      .filter((word) => !described.includes(word))

    expect(Object.keys(NOT_APPLIED).toSorted()).toEqual([...new Set(words)].sort())
  })

  it('draws how an order that was charged twice stays so', () => {
    const moves = movesOf(SAMPLES)

    expect(moves.find(({ from, to }) => from === undefined && to === 'PENDING')?.names).toEqual(['0 book', '1 create'])
    expect(moves.filter(({ from }) => from === 'DOUBLE_CHARGED')).toEqual([])
  })
})
