import { expect, it } from 'vitest'
import { isObject, membersOf, parseMembers } from '../lib/json.ts'

it.each([{}, { a: 1 }])('takes %j for an object', (value) => {
  expect(isObject(value)).toBe(true)
  expect(membersOf(value)).toBe(value)
})

it.each([undefined, null, 1, 'text', true, [], [{}]])('takes %j for none, and gives no members of it', (value) => {
  expect(isObject(value)).toBe(false)
  expect(membersOf(value)).toStrictEqual({})
})

it('gives no members of a function', () => {
  expect(membersOf(() => undefined)).toStrictEqual({})
})

it('reads the members of an object from text and from bytes', () => {
  expect(parseMembers('{"a":1}')).toStrictEqual({ a: 1 })
  expect(parseMembers(Buffer.from('{"a":1}'))).toStrictEqual({ a: 1 })
})

it.each(['', 'no JSON', '[1]', 'null', '"text"', '{"a":1,"a":2}'])('reads none from %j', (text) => {
  expect(parseMembers(text)).toStrictEqual({})
})
