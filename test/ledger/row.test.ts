import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dayKey,
  dayShards,
  dueKey,
  dueKeyOf,
  everyDueKey,
  everyWaitsKey,
  hashCall,
  readRowKey,
  rowKey,
  waitingKeyOf,
  waitsKeyOf,
} from '../../lib/ledger/row.ts'
import { ORDER } from '../support/orders.ts'

describe('keys of a row', () => {
  it('names the merchant and the order', () => {
    expect(rowKey({ mchid: '1900000109', out_order_no: 'a|b*c_d-e' })).toBe('1900000109#a|b*c_d-e')
  })

  it('are read back as they were made', () => {
    const order_no = fc.stringMatching(/^[0-9A-Za-z_\-|*]{1,32}$/)

    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,32}$/), order_no, (mchid, out_order_no) => {
        expect(readRowKey(rowKey({ mchid, out_order_no }))).toStrictEqual({ mchid, out_order_no })
      }),
    )
  })

  // First bytes of `printf %s NUMBER | sha256sum`: dc, a9, f6, df.
  it.each([
    ['1234323JKHDFE1243252', 0],
    ['E', 1],
    ['F', 2],
    ['B', 3],
  ])('puts order %s into shard %i of its merchant', (out_order_no, shard) => {
    const pk = `1900000109#${out_order_no}`

    expect(dueKeyOf({ pk, call: { mchid: '1900000109' } })).toBe(`1900000109#${shard}`)
    expect(dueKey('1900000109', shard)).toBe(`1900000109#${shard}`)
    expect(dayKey(pk, '20261124102900')).toBe(`1900000109#20261124#${shard}`)
  })

  it('puts an order of a sub-merchant into the partitions of the provider that signs, and into its own day', () => {
    const row = { pk: '1900000201#E', call: { mchid: '1900000200' } }

    expect([dueKeyOf(row), waitingKeyOf(row)]).toEqual(['1900000200#1', '1900000200#waiting#1'])
    expect(dayKey(row.pk, '20261124102900')).toBe('1900000201#20261124#1')
  })
})

describe('an order of a signer with more shards', () => {
  // First bytes as above: dc, a9, f6, df.
  it.each([
    ['1234323JKHDFE1243252', 12],
    ['E', 9],
    ['F', 6],
    ['B', 15],
  ])('puts order %s into shard %i of sixteen, where it stays', (out_order_no, shard) => {
    const row = { pk: `1900000109#${out_order_no}`, shards: 16 }

    expect([dueKeyOf(row), waitingKeyOf(row)]).toEqual([`1900000109#${shard}`, `1900000109#waiting#${shard}`])
  })

  it('has its day and its wait for a person in the usual shards', () => {
    const row = { pk: '1900000109#1234323JKHDFE1243252', shards: 16 }

    expect(waitsKeyOf(row)).toBe('1900000109#0')
    expect(dayKey(row.pk, '20261124102900')).toBe('1900000109#20261124#0')
  })
})

it('all keys that a signer can have are those of sixteen shards, and of those that only wait', () => {
  expect(everyDueKey('1900000109')).toHaveLength(32)
  expect(new Set(everyDueKey('1900000109'))).toEqual(
    new Set([...Array(16).keys()].flatMap((shard) => [`1900000109#${shard}`, `1900000109#waiting#${shard}`])),
  )
  expect(everyWaitsKey('1900000109')).toEqual(['1900000109#0', '1900000109#1', '1900000109#2', '1900000109#3'])
})

it('the days of a merchant are read shard by shard', () => {
  expect(dayShards('1900000109', '20261124')).toStrictEqual([
    '1900000109#20261124#0',
    '1900000109#20261124#1',
    '1900000109#20261124#2',
    '1900000109#20261124#3',
  ])
})

describe('hashCall', () => {
  // printf %s '[["appid","wxd678efh567hg6787"],["mchid",…],…,["service_id","500001"]]' | sha256sum
  const HASH = '35b75a819bb9c0682ab81f92fd57892211525fdb82cd4679a4d64754a215dc46'

  it('is the SHA-256 of the call as pairs in the order of their names', () => {
    expect(hashCall(ORDER.call)).toBe(HASH)
  })

  it('does not depend on the order of members', () => {
    const { call } = ORDER
    const { order_api, mchid, ...others } = call
    const reordered = { ...others, mchid, order_api }

    expect(Object.keys(reordered)).not.toStrictEqual(Object.keys(call))
    expect(hashCall(reordered)).toBe(HASH)
  })

  // The same text, with ["amount",3900] before ["appid",…].
  it('tells two amounts apart', () => {
    expect(hashCall(ORDER.call, 3900)).toBe('b1537c0b9d73408006166f4ea218b817b38386bc54e44302d9ef681b4ed0b581')
    expect(hashCall(ORDER.call, 3901)).not.toBe('b1537c0b9d73408006166f4ea218b817b38386bc54e44302d9ef681b4ed0b581')
  })

  it.each(['order_api', 'mchid', 'appid', 'service_id', 'out_order_no', 'paid_time'] as const)(
    'differs when %s differs',
    (name) => {
      const other = { ...ORDER.call, [name]: 'other' }

      expect(hashCall(other)).not.toBe(HASH)
    },
  )

  it('has the amount among the pairs when one was stated', () => {
    // printf %s '[["amount",3900],["appid","wxd678efh567hg6787"],…]' | sha256sum
    expect(hashCall(ORDER.call, 3900)).toBe('b1537c0b9d73408006166f4ea218b817b38386bc54e44302d9ef681b4ed0b581')
  })
})
