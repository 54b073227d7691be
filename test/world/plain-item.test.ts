import { expect, it } from 'vitest'
import { plainItem } from './plain-item.ts'

it('makes a plain object of every kind of attribute', () => {
  const item = {
    text: { S: 'a' },
    number: { N: '1795487405250' },
    yes: { BOOL: true },
    nothing: { NULL: true },
    list: { L: [{ S: 'a' }, { N: '1' }, { M: { deep: { S: 'b' } } }] },
    map: { M: { inner: { N: '-0.5' } } },
    texts: { SS: ['a', 'b'] },
    numbers: { NS: ['1', '2'] },
    bytes: { B: 'AAEC' },
  }

  const plain = plainItem(item)

  expect(plain).toEqual({
    text: 'a',
    number: 1_795_487_405_250,
    yes: true,
    nothing: null,
    list: ['a', 1, { deep: 'b' }],
    map: { inner: -0.5 },
    texts: ['a', 'b'],
    numbers: [1, 2],
    bytes: 'AAEC',
  })
})
