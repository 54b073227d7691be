import { describe, expect, it } from 'vitest'
import { principalName, requireTenancy, sourceOfCaller, tenancyRefusal } from '../../lib/intake/tenancy.ts'

const MERCHANT = { mchid: '1900000109', sources: ['pos', 'other'] }
const STRANGER = 'is not listed for merchant 1900000109'
const OPERATOR = 'is a till: this is for operators'

describe('who may act for a merchant', () => {
  it.each([
    ['pos', 'sync', undefined],
    ['pos', 'withdraw', undefined],
    ['pos', 'status', undefined],
    ['pos', 'operator', OPERATOR],
    ['other', 'sync', undefined],
    ['third', 'sync', STRANGER],
    ['third', 'withdraw', STRANGER],
    ['third', 'status', STRANGER],
    ['third', 'operator', STRANGER],
    [undefined, 'sync', undefined],
    [undefined, 'withdraw', undefined],
    [undefined, 'status', undefined],
    [undefined, 'operator', undefined],
  ] as const)('source %s at the door %s: %s', (source, door, refusal) => {
    expect(tenancyRefusal(source, MERCHANT, door)).toBe(refusal)
    const asked = () => requireTenancy(source, MERCHANT, door)
    if (refusal === undefined) expect(asked).not.toThrow()
    else expect(asked).toThrow(`source: ${refusal}`)
  })
})

describe('whose principal calls', () => {
  const TILLS = { pos: ['role/pos', 'user/shop/Li'], other: ['role/path/of/Other'] }
  const ROLES = { vendor: ['role/payscore-TillVendorRole-1A2B'] }

  it.each([
    ['arn:aws:sts::111122223333:assumed-role/pos/session', 'pos'],
    ['arn:aws-cn:sts::111122223333:assumed-role/POS/session', 'pos'],
    ['arn:aws:sts::111122223333:assumed-role/Other/pos', 'other'],
    ['arn:aws:iam::111122223333:user/shop/Li', 'pos'],
    ['arn:aws:iam::111122223333:user/Li', 'pos'],
    ['arn:aws:sts::111122223333:assumed-role/payscore-TillVendorRole-1A2B/x', 'vendor'],
    ['arn:aws:sts::111122223333:assumed-role/Li/x', undefined],
    ['arn:aws:iam::111122223333:user/pos', undefined],
    ['arn:aws:iam::111122223333:root', undefined],
    ['arn:aws:sts::111122223333:assumed-role/operator/pos', undefined],
    [undefined, undefined],
  ])('%s is the till %s', (arn, source) => {
    expect(sourceOfCaller(arn, TILLS, ROLES)).toBe(source)
  })

  it('cannot be told of a federated user, who may be a till’s user', () => {
    const arn = 'arn:aws:sts::111122223333:federated-user/anybody'

    expect(() => sourceOfCaller(arn, TILLS, ROLES)).toThrow('caller: is a federated user')
    expect(sourceOfCaller(arn, {}, ROLES)).toBeUndefined()
  })

  it('is compared by the name that IAM holds only once', () => {
    expect(['role/a/b/POS', 'user/Li'].map(principalName)).toEqual(['role/pos', 'user/li'])
  })
})
