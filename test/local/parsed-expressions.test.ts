import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import conditionParser from 'dynalite/db/conditionParser.js'
import database from 'dynalite/db/index.js'
import updateParser from 'dynalite/db/updateParser.js'
import { describe, expect, it } from 'vitest'
import { keepParsed, type Parser } from '../../lib/local/parsed-expressions.ts'

type Values = Readonly<Record<string, AttributeValue>>

/** A parser of dynalite that keeps what it has parsed, and counts how often it parsed. */
const keeping = ({ parse }: Parser) => {
  const parsed: string[] = []
  const parser: Parser = {
    parse: (text, options) => {
      parsed.push(text)
      return parse(text, options)
    },
  }
  keepParsed(parser)
  const ask = (text: string, attrNames: Readonly<Record<string, string>>, attrVals: Values) => {
    const unusedAttrNames = Object.fromEntries(Object.keys(attrNames).map((name) => [name, true as const]))
    const unusedAttrVals = Object.fromEntries(Object.keys(attrVals).map((name) => [name, true as const]))
    const members = { isReserved: () => false, compare: database.compare }
    const context = { attrNames, attrVals, unusedAttrNames, unusedAttrVals, ...members }
    const tree = parser.parse(text, { context })
    return { tree, unused: [...Object.keys(unusedAttrNames), ...Object.keys(unusedAttrVals)] }
  }
  return { ask, parsed }
}

const NAMES = { '#state': 'state', '#due_at': 'due_at' }
const CONDITION = '#state = :state AND (attribute_not_exists(#due_at) OR #due_at <= :now)'

describe('an expression that was parsed before', () => {
  it('is not parsed again, and has the values of each request', () => {
    const { ask, parsed } = keeping(conditionParser)

    const first = ask(CONDITION, NAMES, { ':state': { S: 'PENDING' }, ':now': { N: '1' } })
    const second = ask(CONDITION, NAMES, { ':state': { S: 'HELD' }, ':now': { N: '2' } })

    const treeOf = (state: string, now: string) => ({
      type: 'and',
      args: [
        { type: '=', args: [['state'], { S: state }] },
        {
          type: 'or',
          args: [
            { type: 'function', name: 'attribute_not_exists', args: [['due_at']], attrType: null },
            { type: '<=', args: [['due_at'], { N: now }] },
          ],
        },
      ],
    })
    expect([first.tree, second.tree]).toMatchObject([
      { expression: treeOf('PENDING', '1') },
      { expression: treeOf('HELD', '2') },
    ])
    expect([first.unused, second.unused]).toEqual([[], []])
    expect(parsed).toEqual([CONDITION])
  })

  it('is another copy each time, since dynalite changes it', () => {
    const { ask } = keeping(updateParser)
    const update = () => ask('SET #state = :state', NAMES, { ':state': { S: 'HELD' } }).tree as { sections: object[] }

    Object.assign(update().sections[0] ?? {}, { val: 'changed' })

    expect(update().sections).toMatchObject([{ type: 'set', path: ['state'], val: { S: 'HELD' } }])
  })

  it('leaves the names and values that it does not use', () => {
    const { ask } = keeping(conditionParser)
    const values = { ':state': { S: 'HELD' }, ':more': { S: 'x' } }

    const unused = [1, 2].map(() => ask('#state = :state', NAMES, values).unused)

    expect(unused).toEqual([
      ['#due_at', ':more'],
      ['#due_at', ':more'],
    ])
  })

  it('is parsed anew with other names or with values of other types', () => {
    const { ask, parsed } = keeping(conditionParser)

    ask('contains(#state, :state)', NAMES, { ':state': { S: 'HELD' } })
    const other = ask('contains(#state, :state)', { '#state': 'other' }, { ':state': { S: 'HELD' } })
    ask('contains(#state, :state)', NAMES, { ':state': { N: '1' } })

    expect(other.tree).toMatchObject({ pathHeads: { other: true } })
    expect(parsed).toHaveLength(3)
  })
})

describe('an expression that is wrong', () => {
  it('is wrong in the same words each time', () => {
    const { ask } = keeping(conditionParser)

    const wrong = [1, 2].map(() => ask('#state = :missing', NAMES, {}).tree)

    const words = 'An expression attribute value used in expression is not defined; attribute value: :missing'
    expect(wrong).toEqual([words, words])
  })

  it('is found wrong by its values, although it was right with others', () => {
    const { ask } = keeping(conditionParser)
    const between = (low: string, high: string) =>
      ask('#due_at BETWEEN :low AND :high', NAMES, { ':low': { N: low }, ':high': { N: high } }).tree

    expect(between('1', '2')).toMatchObject({ expression: { type: 'between' } })
    expect(between('2', '1')).toMatch(/^The BETWEEN operator requires upper bound/)
  })
})
