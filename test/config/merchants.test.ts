import { describe, expect, it } from 'vitest'
import { payeesOf, readMerchantsConfig } from '../../lib/config/merchants.ts'
import { pacedSignersOf } from '../../lib/config/served.ts'

const direct = (entry: object) => ({ merchants: { '1900000109': { services: { '500001': 'wx1' }, ...entry } } })
const provider = (entry: object) => ({
  providers: { '1800000001': { services: { '500003': '' }, sub_merchants: ['1900000125'], ...entry } },
})

describe('the configuration of who is served', () => {
  it('reads a direct merchant, with defaults for what is left out', () => {
    const { served, problems } = readMerchantsConfig(
      '{"merchants":{"1900000109":{"services":{"500001":"wxd678efh567hg6787"}}}}',
    )

    expect(problems).toEqual([])
    expect(served.get('1900000109')).toStrictEqual({
      mchid: '1900000109',
      sources: [],
      order_api: 'payafter-orders',
      services: new Map([['500001', ['wxd678efh567hg6787']]]),
      mode: 'sync',
      pace: 20,
      shards: 4,
      closed: false,
    })
  })

  it('serves each sub-merchant that a provider names by the provider’s one entry, and nobody else', () => {
    const { served } = readMerchantsConfig(provider({ sources: ['pos'], mode: 'check', hourly_cap: 9 }))

    expect(served.get('1900000125')).toStrictEqual({
      mchid: '1900000125',
      sources: ['pos'],
      order_api: 'partner',
      services: new Map([['500003', []]]),
      provider: '1800000001',
      mode: 'check',
      hourly_cap: 9,
      pace: 20,
      shards: 4,
      closed: false,
    })
    expect(['1900000126', '1800000001'].map(served.get)).toEqual([undefined, undefined])
  })

  it('serves anybody by the provider with "any", but who has an entry, is listed elsewhere, or is no number', () => {
    const { served, config } = readMerchantsConfig({
      ...direct({}),
      providers: {
        ...provider({}).providers,
        '1800000002': {
          services: { '500004': '' },
          sub_merchants: 'any',
          order_api: 'acquiringbank',
          channel_id: '20',
        },
      },
    })

    expect(served.get('1999999999')).toMatchObject({ provider: '1800000002', channel_id: '20' })
    expect(served.get('1900000125')).toMatchObject({ provider: '1800000001' })
    expect(served.get('1900000109')).not.toHaveProperty('provider')
    expect(['1800000001', '1800000002', '', '19000001O9', '1'.repeat(33)].map(served.get)).toEqual(
      Array(5).fill(undefined),
    )
    expect(payeesOf(config)).toBeUndefined()
  })

  it('makes exceptions for one sub-merchant', () => {
    const { served } = readMerchantsConfig(
      provider({ sub_merchants: 'any', exceptions: { '1900000126': { mode: 'observe', closed: true } } }),
    )

    expect(served.get('1900000126')).toMatchObject({ mode: 'observe', closed: true, provider: '1800000001' })
    expect(served.get('1900000125')).toMatchObject({ mode: 'sync', closed: false })
  })

  it('reads the list that a provider names, in any order and with line ends of Windows', () => {
    const { served, config } = readMerchantsConfig(provider({ sub_merchants: 'shops.txt' }), (name) =>
      name === 'shops.txt' ? '1900000127\r\n1900000126\r\n' : undefined,
    )

    expect(served.get('1900000126')).toMatchObject({ provider: '1800000001' })
    expect(payeesOf(config)).toEqual(['1900000126', '1900000127'])
  })

  it('names each signer once with its entry', () => {
    const { served } = readMerchantsConfig({ ...direct({}), ...provider({}) })

    expect(served.signers.map(({ mchid, order_api }) => [mchid, order_api])).toEqual([
      ['1900000109', 'payafter-orders'],
      ['1800000001', 'partner'],
    ])
  })

  it.each(['sync', 'check', 'observe'])('reads the mode %s', (mode) => {
    expect(readMerchantsConfig(direct({ mode })).served.get('1900000109')).toMatchObject({ mode })
  })

  it.each([direct, provider])('reads the pace and the shards of who signs: %#', (entry) => {
    for (const paced of [
      { pace: 1, shards: 4 },
      { pace: 200, shards: 16 },
    ])
      expect(readMerchantsConfig(entry(paced)).served.signers).toMatchObject([paced])
  })

  it('paces each signer as its entry says', () => {
    const { served } = readMerchantsConfig({
      merchants: { '1900000109': { services: { '500001': 'wx1' }, pace: 50 } },
      providers: { '1800000001': { services: { '500003': '' }, sub_merchants: 'any', pace: 40, shards: 8 } },
    })

    expect(pacedSignersOf(served)).toEqual([
      { mchid: '1900000109', pace: 50, shards: 4 },
      { mchid: '1800000001', pace: 40, shards: 8 },
    ])
  })

  it.each([1, 100, 1_000_000])('reads a cap of %i notices an hour', (hourly_cap) => {
    expect(readMerchantsConfig(direct({ hourly_cap })).served.get('1900000109')).toMatchObject({ hourly_cap })
  })

  it.each([
    ['no JSON', '{"merchants":', 'must be a JSON object'],
    ['nothing', '', 'must be a JSON object'],
    ['null', 'null', 'must be a JSON object'],
    ['nobody', '{}', 'must name at least one merchant or provider'],
    ['a member that nobody reads', '{"shops":{}}', 'shops: "shops" is no member of the configuration'],
  ])('refuses %s', (_, json, problem) => {
    const { served, problems } = readMerchantsConfig(json)

    expect([served.signers, problems]).toEqual([[], [problem]])
  })

  it.each([
    ['a list of merchants', { merchants: [{ services: { '500001': 'wx1' } }] }, 'merchants'],
    ['a name in place of an mchid', { merchants: { shop: { services: { '500001': 'wx1' } } } }, 'merchants.shop'],
    ['an mchid of 33 digits', { merchants: { ['1'.repeat(33)]: {} } }, `merchants.${'1'.repeat(33)}`],
    ['a merchant that is null', { merchants: { '1900000109': null } }, 'merchants.1900000109'],
    ...(
      [
        ['an unknown member', { service: {} }, 'service'],
        ['a member named `__proto__`', JSON.parse('{"__proto__":{"closed":true}}'), '__proto__'],
        ['sources that are text', { sources: 'com.example.pos' }, 'sources'],
        ['a source with a space', { sources: ['com.example pos'] }, 'sources.0'],
        ['an empty source', { sources: [''] }, 'sources.0'],
        ['a source of ours', { sources: ['com.example.pos', 'payscore.ledger'] }, 'sources.1'],
        ["a source of AWS's own", { sources: ['aws.s3'] }, 'sources.0'],
        ['an unknown order_api', { order_api: 'payscore' }, 'order_api'],
        ['an order_api of sub-merchants', { order_api: 'partner' }, 'order_api'],
        ['a provider, as before 2.0.0', { provider: '1800000001', order_api: 'partner' }, 'provider'],
        ['a channel, as before 2.0.0', { channel_id: '2088000001' }, 'channel_id'],
        ['closed as text', { closed: 'true' }, 'closed'],
        ['an unknown mode', { mode: 'dry-run' }, 'mode'],
        ['a mode in other letters', { mode: 'Check' }, 'mode'],
        ['a null mode', { mode: null }, 'mode'],
        ['a cap of none', { hourly_cap: 0 }, 'hourly_cap'],
        ['a broken cap', { hourly_cap: 1.5 }, 'hourly_cap'],
        ['a cap as text', { hourly_cap: '100' }, 'hourly_cap'],
        ['no pace', { pace: 0 }, 'pace'],
        ['a pace that no run keeps', { pace: 201 }, 'pace'],
        ['a broken pace', { pace: 20.5 }, 'pace'],
        ['a pace as text', { pace: '20' }, 'pace'],
        ['fewer shards than there always were', { shards: 3 }, 'shards'],
        ['more shards than are ever asked', { shards: 17 }, 'shards'],
        ['half a shard', { shards: 4.5 }, 'shards'],
        ['null services', { services: null }, 'services'],
        ['services without one', { services: {} }, 'services'],
        ['services that are a list', { services: ['wx1111111111111111'] }, 'services'],
        ['a service that is no id', { services: { '500 001': 'wx1' } }, 'services.500 001'],
        ['an appid with a space', { services: { '500001': 'wx 1' } }, 'services.500001'],
        ['a list of no appids', { services: { '500001': [] } }, 'services'],
        ['a list with an empty appid', { services: { '500001': ['wx1', ''] } }, 'services.500001.1'],
        ['an appid twice', { services: { '500001': ['wx1', 'wx1'] } }, 'services.500001'],
        ['no appid', { services: { '500001': '' } }, 'services'],
        ['one appid of two', { order_api: 'serviceorder', services: { '500001': 'wx1', '500002': '' } }, 'services'],
      ] as const
    ).map(
      ([name, entry, where]) => [`a merchant with ${name}`, direct(entry), `merchants.1900000109.${where}`] as const,
    ),
    ...(
      [
        ['an order_api of direct merchants', { order_api: 'serviceorder' }, 'order_api'],
        ['no channel for an acquirer', { order_api: 'acquiringbank' }, 'channel_id'],
        ['a channel of a partner', { channel_id: '2088000001' }, 'channel_id'],
        ['no sub-merchants', { sub_merchants: undefined }, 'sub_merchants'],
        ['an empty list', { sub_merchants: [] }, 'sub_merchants'],
        ['a list that cannot be read', { sub_merchants: 'shops.txt' }, 'sub_merchants'],
        ['a sub-merchant twice', { sub_merchants: ['1900000125', '1900000125'] }, 'sub_merchants'],
        ['an exception of a stranger', { exceptions: { '1900000199': { closed: true } } }, 'exceptions.1900000199'],
        [
          'a source of one sub-merchant',
          { exceptions: { '1900000125': { sources: [] } } },
          'exceptions.1900000125.sources',
        ],
        ['a channel of one', { exceptions: { '1900000125': { channel_id: '20' } } }, 'exceptions'],
      ] as const
    ).map(
      ([name, entry, where]) => [`a provider with ${name}`, provider(entry), `providers.1800000001.${where}`] as const,
    ),
  ] as const)('refuses %s and says where', (_, json, where) => {
    const { served, problems } = readMerchantsConfig(JSON.stringify(json))

    expect(served.signers).toEqual([])
    expect(problems[0]?.startsWith(`${where}: `) || problems[0]).toBe(true)
  })

  it('says of an entry as it was before 2.0.0 how to move it', () => {
    const { problems } = readMerchantsConfig(direct({ provider: '1800000001', order_api: 'partner' }))

    expect(problems).toEqual([
      'merchants.1900000109.provider: belongs to providers now: give the provider an entry there, with this mchid in sub_merchants',
    ])
  })

  it('refuses a sub-merchant that two could claim: listed twice, or by two providers with "any"', () => {
    const two = (first: unknown, second: unknown) => ({
      ...direct({}),
      providers: {
        '1800000001': { services: { '500003': '' }, sub_merchants: first },
        '1800000002': { services: { '500003': '' }, sub_merchants: second },
      },
    })

    expect(readMerchantsConfig(two(['1'], ['1', '1900000109'])).problems).toEqual([
      'providers.1800000002.sub_merchants: 1 is in providers.1800000001 as well',
      'providers.1800000002.sub_merchants: 1900000109 is in merchants as well',
    ])
    expect(readMerchantsConfig(two('any', 'any')).problems).toEqual([
      'providers.1800000002.sub_merchants: only one provider may have "any"; list them here',
    ])
    expect(readMerchantsConfig(two(['1'], 'any')).problems).toEqual([])
  })

  it('refuses an mchid that is a provider and is paid as well', () => {
    const file = (merchants: object, lists: readonly unknown[], exceptions = {}) => ({
      merchants,
      providers: Object.fromEntries(
        lists.map((sub_merchants, i) => [
          `180000000${i + 1}`,
          { services: { '500003': '' }, sub_merchants, ...(sub_merchants === 'any' && { exceptions }) },
        ]),
      ),
    })
    const problemsOf = (...parts: Parameters<typeof file>) => readMerchantsConfig(file(...parts)).problems

    expect(problemsOf({ '1800000001': { services: { '500001': 'wx1' } } }, ['any'])).toEqual([
      'merchants.1800000001: is in providers as well; a provider has the lists of its shops in its folder',
    ])
    expect(problemsOf({}, [['1', '1800000001', '1800000002'], ['2']])).toEqual([
      'providers.1800000001.sub_merchants: 1800000001 is in providers as well',
      'providers.1800000001.sub_merchants: 1800000002 is in providers as well',
    ])
  })

  it('refuses an exception of any sub-merchant for one that another entry serves', () => {
    const exceptions = { '1': { closed: true }, '1800000002': {}, '1900000109': {}, '7': {} }
    const services = { '500003': '' }
    const { problems } = readMerchantsConfig({
      merchants: { '1900000109': { services: { '500001': 'wx1' } } },
      providers: {
        '1800000001': { services, sub_merchants: 'any', exceptions },
        '1800000002': { services, sub_merchants: ['1'] },
      },
    })

    expect(problems).toEqual(
      ['1', '1800000002', '1900000109'].map(
        (mchid) => `providers.1800000001.exceptions.${mchid}: is served by another entry`,
      ),
    )
  })

  it('names the line of a list that is no number', () => {
    expect(readMerchantsConfig(provider({ sub_merchants: 'shops.txt' }), () => '1900000125\n\n').problems).toEqual([
      'providers.1800000001.sub_merchants: line 2: must be 1 to 32 digits',
    ])
  })
})
