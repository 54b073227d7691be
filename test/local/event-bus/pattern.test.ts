import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../../lib/local/event-bus/pattern.ts'

describe('a pattern', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['an exact text', { source: ['a'] }, { source: 'a' }, { source: 'A' }],
    ['one of several values', { source: ['a', 'b'] }, { source: 'b' }, { source: 'c' }],
    ['an exact number', { n: [300] }, { n: 3e2 }, { n: '300' }],
    ['true', { ok: [true] }, { ok: true }, { ok: 'true' }],
    ['null', { n: [null] }, { n: null }, {}],
    ['an empty text', { n: [''] }, { n: '' }, {}],
    ['every field', { source: ['a'], 'detail-type': ['T'] }, { source: 'a', 'detail-type': 'T' }, { source: 'a' }],
    ['a nested field', { detail: { next: ['sync'] } }, { detail: { next: 'sync' } }, { next: 'sync' }],
    ['an element of an array', { tags: ['b'] }, { tags: ['a', 'b'] }, { tags: ['a'] }],
    ['an object in an array', { rows: { id: ['b'] } }, { rows: [{ id: 'a' }, { id: 'b' }] }, { rows: [{ id: 'a' }] }],
    ['a prefix', { source: [{ prefix: 'com.example.' }] }, { source: 'com.example.pos' }, { source: 'com.example' }],
    ['a prefix of texts only', { n: [{ prefix: '1' }] }, { n: '12' }, { n: 12 }],
    ['anything but a value', { state: [{ 'anything-but': 'A' }] }, { state: 'B' }, { state: 'A' }],
    ['anything but values', { state: [{ 'anything-but': ['A', 1] }] }, { state: 'B' }, { state: 1 }],
    ['anything but a prefix', { s: [{ 'anything-but': { prefix: 'x' } }] }, { s: 'ax' }, { s: 'xa' }],
    ['anything but, of a field that is there', { s: [{ 'anything-but': 'A' }] }, { s: 0 }, {}],
    ['a field that exists', { detail: { id: [{ exists: true }] } }, { detail: { id: null } }, { detail: {} }],
    ['a field that does not exist', { detail: { id: [{ exists: false }] } }, { detail: {} }, { detail: { id: '' } }],
    ['a leaf that exists', { detail: [{ exists: true }] }, { detail: 'x' }, { detail: { id: 1 } }],
    ['one of several operators', { s: ['a', { prefix: 'b' }] }, { s: 'bc' }, { s: 'ac' }],
    ['own fields only', { source: ['a'] }, { source: 'a' }, Object.create({ source: 'a' })],
  ])('matches %s', (_, pattern, matching, other) => {
    const matches = compilePattern(pattern)

    expect([matches(matching), matches(other)]).toEqual([true, false])
  })

  it.each<[string, unknown, string]>([
    ['numeric', { n: [{ numeric: ['>', 0] }] }, 'n has the unknown operator {"numeric":[">",0]}'],
    ['suffix', { n: [{ suffix: 'x' }] }, 'n has the unknown operator {"suffix":"x"}'],
    ['exists with a text', { n: [{ exists: 'yes' }] }, 'n has the unknown operator {"exists":"yes"}'],
    ['no operator', { n: [{}] }, 'n has the unknown operator {}'],
    ['$or', { $or: [{ a: [1] }] }, 'unknown operator $or'],
    ['two operators at once', { n: [{ prefix: 'a', exists: true }] }, 'n has more than one operator in one object'],
    ['a prefix that is no text', { n: [{ prefix: 1 }] }, 'prefix is a text'],
    ['anything-but with another operator', { n: [{ 'anything-but': { suffix: 'x' } }] }, 'anything-but knows values'],
    ['anything-but of nothing', { n: [{ 'anything-but': [] }] }, 'anything-but has texts or numbers'],
    ['a bare value', { source: 'a' }, 'a pattern is an object'],
    ['a list in a list', { source: [['a']] }, 'source has a value that is neither text, number nor operator'],
    ['an empty list', { source: [] }, 'source has an empty list of values'],
    ['an empty object', { detail: {} }, 'an empty object matches nothing'],
    ['no object', null, 'a pattern is an object'],
  ])('is refused with %s', (_, pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(`event pattern is not valid: ${reason}`)
  })

  it('matches no event that is not an object', () => {
    const matches = compilePattern({ source: [{ exists: false }] })

    expect([matches(null), matches('a'), matches(['a'])]).toEqual([false, false, false])
  })
})
