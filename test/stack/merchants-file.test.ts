import { describe, expect, it } from 'vitest'
import { filesOf, readMerchantsFile } from '../../stack/merchants-plugin.ts'
import { merchantsVariable } from './two-tills.ts'

const merchant = { sources: ['com.example.pos'], services: { '2002': 'wxd678' } }
const till = { principals: ['role/pos'], accounts: [] }
const good = { merchants: { '1900000109': merchant }, tills: { 'com.example.pos': till } }

describe('merchants.json', () => {
  it('becomes the files beside the code of the functions, tills included', () => {
    expect(filesOf(readMerchantsFile(JSON.stringify(good, undefined, 2)))).toEqual({
      'merchants.json': JSON.stringify({
        merchants: {
          '1900000109': {
            sources: ['com.example.pos'],
            services: { '2002': ['wxd678'] },
            mode: 'sync',
            pace: 20,
            shards: 4,
            closed: false,
            order_api: 'payafter-orders',
          },
        },
        providers: {},
        tills: { 'com.example.pos': ['role/pos'] },
      }),
    })
  })

  it('names the secret of a provider for its sub-merchants, once', async () => {
    const provider = {
      sources: ['com.example.pos'],
      services: { '2002': '' },
      sub_merchants: ['1900000109', '1900000110'],
    }
    const text = JSON.stringify({ providers: { '1900000100': provider }, tills: good.tills })

    expect(await merchantsVariable('secrets', text)).toEqual([
      {
        'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:payscore/merchants/1900000100-??????`,
      },
    ])
  })

  it.each(['payscore/*', 'payscore/merchant?', `payscore/\${AWS::AccountId}`, '/payscore', 'payscore/', ''])(
    'may not be served from secrets named %j: policies would say more than was meant',
    async (prefix) => {
      await expect(merchantsVariable('secrets', JSON.stringify(good), prefix)).rejects.toThrow(
        'the parameter secretsPrefix must be words of 0-9 A-Z a-z _ + = . @ - with / between them',
      )
    },
  )

  it.each<[string, unknown, string]>([
    [
      'a merchant that the functions would refuse',
      { ...good, merchants: { '1900000109': { ...merchant, services: {} } } },
      'merchants.1900000109.services: must name at least one service_id',
    ],
    ['a member that nobody knows', { ...good, shops: {} }, 'shops: Invalid key: Expected never but received "shops"'],
    ['no merchants', { tills: {} }, 'must name at least one merchant or provider'],
    ['a source without a till', { ...good, tills: {} }, 'tills: who sends com.example.pos is not listed'],
    [
      'a till without a merchant',
      { ...good, tills: { ...good.tills, 'com.example.new': till } },
      'tills.com.example.new: no merchant has this source',
    ],
    [
      'merchants that nobody could send for',
      { merchants: { '1900000109': { services: merchant.services } }, tills: {} },
      'merchants: none has a source, so nobody could send',
    ],
    [
      'an ARN for a name',
      { ...good, tills: { 'com.example.pos': { ...till, principals: ['arn:aws:iam::111122223333:role/pos'] } } },
      'tills.com.example.pos.principals.0: must be role/NAME or user/NAME of this account',
    ],
    [
      'a principal for everybody',
      { ...good, tills: { 'com.example.pos': { ...till, principals: ['role/*'] } } },
      'tills.com.example.pos.principals.0: must be role/NAME or user/NAME of this account',
    ],
    ...['role/shops/', 'role//', `user/${'l'.repeat(65)}`, 'Role/pos', 'role', 'role/pos?'].map(
      (principal): [string, unknown, string] => [
        `a principal that nobody can be: ${principal}`,
        { ...good, tills: { 'com.example.pos': { ...till, principals: [principal] } } },
        'tills.com.example.pos.principals.0: must be role/NAME or user/NAME of this account',
      ],
    ),
    [
      'an account of 11 digits',
      { ...good, tills: { 'com.example.pos': { ...till, accounts: ['44445555666'] } } },
      'tills.com.example.pos.accounts.0: must be the 12 digits of an account',
    ],
    [
      'other accounts without an external id',
      { ...good, tills: { 'com.example.pos': { ...till, accounts: ['444455556666'] } } },
      'tills.com.example.pos.external_id: is needed with accounts, and goes with them only',
    ],
    [
      'an external id without other accounts',
      { ...good, tills: { 'com.example.pos': { ...till, external_id: 'agreed' } } },
      'tills.com.example.pos.external_id: is needed with accounts, and goes with them only',
    ],
    [
      'an external id that AWS would not take',
      { ...good, tills: { 'com.example.pos': { ...till, accounts: ['444455556666'], external_id: `\${aws:userid}` } } },
      'tills.com.example.pos.external_id: must be 2 to 1224 of 0-9 A-Z a-z _ + = , . @ : / -',
    ],
    [
      'a principal of two tills, whatever its path and its case',
      {
        merchants: { '1900000109': { ...merchant, sources: ['com.example.pos', 'other'] } },
        tills: { 'com.example.pos': till, other: { principals: ['role/tills/POS'], accounts: [] } },
      },
      'tills.other.principals: role/tills/POS is of com.example.pos as well; IAM knows it by its name without the path',
    ],
    [
      'a sub-merchant as before 2.0.0',
      { ...good, merchants: { '1900000109': { ...merchant, order_api: 'partner', provider: '1900000100' } } },
      'merchants.1900000109.provider: belongs to providers now',
    ],
  ])('is refused with %s', (_, file, problem) => {
    expect(() => readMerchantsFile(JSON.stringify(file))).toThrow(problem)
  })

  it.each([
    ['role/x', 'role/path/x', 'role/path/x is of a as well'],
    ['role/path/x', 'role/x', 'role/x is of a as well'],
    ['role/x', 'role/X', 'role/X is of a as well'],
    ['role/one/path/x', 'role/another/X', 'role/another/X is of a as well'],
    ['user/li', 'user/shop/Li', 'user/shop/Li is of a as well'],
    ['role/x', 'user/x', undefined],
    ['role/x', 'role/x/y', undefined],
    ['role/x', 'role/xx', undefined],
    ['role/path-x', 'role/path/x', undefined],
  ])('with the tills %s and %s: %s', (one, other, problem) => {
    const file = JSON.stringify({
      merchants: { '1900000109': { ...merchant, sources: ['a', 'b'] } },
      tills: { a: { ...till, principals: [one] }, b: { ...till, principals: [other] } },
    })

    if (problem === undefined) expect(() => readMerchantsFile(file)).not.toThrow()
    else expect(() => readMerchantsFile(file)).toThrow(`tills.b.principals: ${problem}`)
  })

  it('may be bytes with a byte order mark before them', () => {
    const { served } = readMerchantsFile(Buffer.from(`\ufeff${JSON.stringify(good)}`))

    expect(served.get('1900000109')).toMatchObject({ sources: ['com.example.pos'] })
  })

  it.each([
    ['in UTF-16', Buffer.from(`\ufeff${JSON.stringify(good)}`, 'utf16le'), 'it is UTF-16, it must be UTF-8'],
    [
      'with a merchant twice, of which one would not be served',
      JSON.stringify(good).replace('"merchants":{', '"merchants":{"1900000109":{},'),
      'it has 1900000109 twice',
    ],
  ])('is refused %s', (_, source, problem) => {
    expect(() => readMerchantsFile(source)).toThrow(`the merchants file cannot be used:\n- ${problem}`)
  })

  it('is refused when it is not JSON', () => {
    expect(() => readMerchantsFile('merchants:')).toThrow('the merchants file cannot be used:\n- is not JSON')
  })
})
