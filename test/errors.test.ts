import { describe, expect, it } from 'vitest'
import { InputError, UnavailableError, unavailableOf } from '../lib/errors.ts'

describe('the field of an error of the input', () => {
  it.each(['amount', 'out_order_no', 'detail.paid_time', 'detail-type', 'line12', 'x'.repeat(24)])(
    'is told as it is: %s',
    (field) => {
      expect(new InputError(field, 'is missing')).toMatchObject({
        name: 'InputError',
        code: 'ERR_INPUT',
        field,
        message: `${field}: is missing`,
      })
    },
  )

  it.each([
    ['more than two digits', 'card622', '?'],
    ['a number in front', '42abc', '?'],
    ['a longer name than any member has', 'x'.repeat(25), '?'],
    ['no name at all', '', '?'],
    ['words in another script', '手机号', '?'],
    ['a number inside of a member', 'detail.13800138000', 'detail.?'],
  ])('is not told where it may be a number of the customer or a key: %s', (_, field, told) => {
    expect(new InputError(field, 'is no member')).toMatchObject({ field: told, message: `${told}: is no member` })
  })
})

describe('a request to an AWS service that failed', () => {
  const say = unavailableOf('the ledger')

  it('is told by the name of its error alone', () => {
    const error = Object.assign(new Error('the whole row'), { name: 'TimeoutError' })

    expect(() => say(error)).toThrow(new UnavailableError('the ledger says TimeoutError'))
  })

  it('is told by no word of what was thrown and is no error', () => {
    expect(() => say('the whole row')).toThrow(new UnavailableError('the ledger says unknown error'))
  })

  it('is known by its name and its code', () => {
    expect(new UnavailableError('x')).toMatchObject({ name: 'UnavailableError', code: 'ERR_UNAVAILABLE' })
  })
})
