import { describe, expect, it } from 'vitest'
import { itemBytes, readUnitsOf, unitsOf, writeUnitsOf } from './units.ts'

const ROW = {
  pk: { S: '1900000109#A' },
  state: { S: 'PENDING' },
  next: { S: 'query' },
  due: { S: '1900000109#0' },
  due_at: { N: '1795487400000' },
  created_at: { N: '1795487400000' },
  day: { S: '1900000109#20261124#0' },
}

describe('the size of an item', () => {
  it.each<[string, object, number]>([
    ['a text, by its bytes', { S: '付a' }, 4],
    ['a number, by two digits a byte and one more', { N: '12345' }, 4],
    ['a number without the zeros at its end', { N: '1795487400000' }, 5],
    ['a negative number', { N: '-12' }, 3],
    ['yes and no', { BOOL: true }, 1],
    ['a set of texts', { SS: ['ab', 'c'] }, 3],
    ['a list', { L: [{ S: 'ab' }, { BOOL: true }] }, 8],
    ['a map with its names', { M: { a: { S: 'bc' } } }, 7],
  ])('counts %s', (_, value, bytes) => {
    expect(itemBytes({ name: value })).toBe(4 + bytes)
  })

  it('is nothing where there is none', () => {
    expect(itemBytes(undefined)).toBe(0)
  })
})

describe('the units of a size', () => {
  it.each([
    [1, 1],
    [1024, 1],
    [1025, 2],
  ])('written: %i bytes are %i', (bytes, units) => {
    expect(writeUnitsOf(bytes)).toBe(units)
  })

  it.each([
    [1, true, 1],
    [4096, true, 1],
    [4097, true, 2],
    [4096, false, 0.5],
  ])('read: %i bytes, consistently %s, are %d', (bytes, isConsistent, units) => {
    expect(readUnitsOf(bytes, isConsistent)).toBe(units)
  })
})

describe('the units of a write', () => {
  it('of a new row are one for the table and one for each index that has it', () => {
    expect(unitsOf(undefined, ROW)).toEqual({ table: 1, indexes: 2 })
  })

  it('of a lease are none in any index', () => {
    expect(unitsOf(ROW, { ...ROW, attempt: { N: '2' }, leased_until: { N: '1795487430000' } })).toEqual({
      table: 1,
      indexes: 0,
    })
  })

  it('of a later due_at are two in its index: the old entry goes, the new one comes', () => {
    expect(unitsOf(ROW, { ...ROW, due_at: { N: '1795488000000' } })).toEqual({ table: 1, indexes: 2 })
  })

  it('of what an index only shows are one there', () => {
    expect(unitsOf(ROW, { ...ROW, next: { S: 'sync' } })).toEqual({ table: 1, indexes: 1 })
  })

  it('of the end of an order are one in the index that it leaves', () => {
    const { due: _, due_at: __, next: ___, ...ended } = ROW

    expect(unitsOf(ROW, ended)).toEqual({ table: 1, indexes: 1 })
  })

  it('of a row that shrinks are those of what it was', () => {
    expect(unitsOf({ ...ROW, body: { S: 'x'.repeat(2000) } }, ROW)).toEqual({ table: 3, indexes: 0 })
  })
})
