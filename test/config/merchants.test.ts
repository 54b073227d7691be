import { describe, expect, it } from 'vitest'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'

describe('readMerchants', () => {
  it('reads a direct merchant, with defaults for what is left out', () => {
    const { merchants, problems } = readMerchantsConfig('{"1900000109":{"services":{"500001":"wxd678efh567hg6787"}}}')

    expect(problems).toEqual([])
    expect([...merchants]).toStrictEqual([
      [
        '1900000109',
        {
          mchid: '1900000109',
          sources: [],
          order_api: 'payafter-orders',
          services: new Map([['500001', ['wxd678efh567hg6787']]]),
          mode: 'sync',
          closed: false,
        },
      ],
    ])
  })

  it('reads every member of every kind of merchant', () => {
    const { merchants, problems } = readMerchantsConfig(
      `{"1900000117":{"sources":["com.aws.pos","com.example/till_2"],"order_api":"serviceorder",
          "services":{"500001":"wx1111111111111111","500002":["wx2222222222222222","wx3333333333333333"]},"closed":true},
        "1900000125":{"sources":["pos"],"order_api":"partner","services":{"500003":""},"provider":"1800000001"},
        "1900000133":{"order_api":"acquiringbank","services":{"500004":""},"provider":"1800000002","channel_id":"2088000001"}}`,
    )

    expect(problems).toEqual([])
    expect([...merchants.values()]).toStrictEqual([
      {
        mchid: '1900000117',
        sources: ['com.aws.pos', 'com.example/till_2'],
        order_api: 'serviceorder',
        services: new Map([
          ['500001', ['wx1111111111111111']],
          ['500002', ['wx2222222222222222', 'wx3333333333333333']],
        ]),
        mode: 'sync',
        closed: true,
      },
      {
        mchid: '1900000125',
        sources: ['pos'],
        order_api: 'partner',
        services: new Map([['500003', []]]),
        provider: '1800000001',
        mode: 'sync',
        closed: false,
      },
      {
        mchid: '1900000133',
        sources: [],
        order_api: 'acquiringbank',
        services: new Map([['500004', []]]),
        provider: '1800000002',
        channel_id: '2088000001',
        mode: 'sync',
        closed: false,
      },
    ])
  })

  it.each(['sync', 'check', 'observe'])('reads the mode %s', (mode) => {
    const { merchants, problems } = readMerchantsConfig(
      `{"1900000109":{"services":{"500001":"wx1111111111111111"},"mode":"${mode}"}}`,
    )

    expect(problems).toEqual([])
    expect(merchants.get('1900000109')).toMatchObject({ mode })
  })

  it.each([1, 100, 1_000_000])('reads a cap of %i notices an hour', (hourly_cap) => {
    const { merchants, problems } = readMerchantsConfig(
      `{"1900000109":{"services":{"500001":"wx1111111111111111"},"hourly_cap":${hourly_cap}}}`,
    )

    expect(problems).toEqual([])
    expect(merchants.get('1900000109')).toMatchObject({ hourly_cap })
  })

  it.each([
    ['no JSON', '{"1900000109":'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '["1900000109"]'],
    ['a list of merchants', '[{"services":{"500001":"wx1"}}]'],
    ['text', '"1900000109"'],
    ['nobody', '{}'],
    ['a name in place of an mchid', '{"shop":{"services":{"500001":"wx1"}}}'],
    ['an mchid of 33 digits', `{"${'1'.repeat(33)}":{"services":{"500001":"wx1"}}}`],
    ['nobody but `__proto__`', '{"__proto__":{"services":{"500001":"wx1"}}}'],
    ['a merchant that is null', '{"1900000109":null}'],
  ])('refuses %s', (_, json) => {
    const { merchants, problems } = readMerchantsConfig(json)

    expect(merchants.size).toBe(0)
    expect(problems).not.toEqual([])
  })

  it.each([
    ['an unknown member', '"service":{}', '1900000109.service'],
    ['a member named `__proto__`', '"__proto__":{"closed":true}', '1900000109.__proto__'],
    ['sources that are text', '"sources":"com.example.pos"', '1900000109.sources'],
    ['a source with a space', '"sources":["com.example pos"]', '1900000109.sources.0'],
    ['an empty source', '"sources":[""]', '1900000109.sources.0'],
    ['a source of ours', '"sources":["com.example.pos","payscore.ledger"]', '1900000109.sources.1'],
    ["a source of AWS's own", '"sources":["aws.s3"]', '1900000109.sources.0'],
    ['an unknown order_api', '"order_api":"payscore"', '1900000109.order_api'],
    ['a partner without provider', '"order_api":"partner"', '1900000109.provider'],
    [
      'an acquired merchant without provider',
      '"order_api":"acquiringbank","channel_id":"2088000001"',
      '1900000109.provider',
    ],
    [
      'an acquired merchant without channel',
      '"order_api":"acquiringbank","provider":"1800000002"',
      '1900000109.channel_id',
    ],
    ['a direct merchant with provider', '"provider":"1800000001"', '1900000109.provider'],
    ['a provider that is no number', '"order_api":"partner","provider":"wx1"', '1900000109.provider'],
    [
      'a channel of a partner',
      '"order_api":"partner","provider":"1800000001","channel_id":"2088000001"',
      '1900000109.channel_id',
    ],
    ['a channel of a direct merchant', '"channel_id":"2088000001"', '1900000109.channel_id'],
    ['closed as text', '"closed":"true"', '1900000109.closed'],
    ['an unknown mode', '"mode":"dry-run"', '1900000109.mode'],
    ['a mode in other letters', '"mode":"Check"', '1900000109.mode'],
    ['an empty mode', '"mode":""', '1900000109.mode'],
    ['a null mode', '"mode":null', '1900000109.mode'],
    ['a cap of none', '"hourly_cap":0', '1900000109.hourly_cap'],
    ['a cap below none', '"hourly_cap":-1', '1900000109.hourly_cap'],
    ['a broken cap', '"hourly_cap":1.5', '1900000109.hourly_cap'],
    ['a cap as text', '"hourly_cap":"100"', '1900000109.hourly_cap'],
    ['a null cap', '"hourly_cap":null', '1900000109.hourly_cap'],
    ['an endless cap', '"hourly_cap":1e400', '1900000109.hourly_cap'],
  ])('refuses %s and says where', (_, member, where) => {
    const { merchants, problems } = readMerchantsConfig(
      `{"1900000109":{"services":{"500001":"wx1111111111111111"},${member}}}`,
    )

    expect(merchants.size).toBe(0)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${where.replaceAll('.', '\\.')}: `))
  })

  it.each([
    ['no services', '{"1900000109":{}}', '1900000109.services'],
    ['null services', '{"1900000109":{"services":null}}', '1900000109.services'],
    ['services without one', '{"1900000109":{"services":{}}}', '1900000109.services'],
    ['services that are a list', '{"1900000109":{"services":["wx1111111111111111"]}}', '1900000109.services'],
    ['a service that is no id', '{"1900000109":{"services":{"500 001":"wx1"}}}', '1900000109.services.500 001'],
    ['an appid with a space', '{"1900000109":{"services":{"500001":"wx 1"}}}', '1900000109.services.500001'],
    ['a null appid', '{"1900000109":{"services":{"500001":null}}}', '1900000109.services.500001'],
    ['an appid that is a number', '{"1900000109":{"services":{"500001":1}}}', '1900000109.services.500001'],
    ['a list of no appids', '{"1900000109":{"services":{"500001":[]}}}', '1900000109.services'],
    ['a list with an empty appid', '{"1900000109":{"services":{"500001":["wx1",""]}}}', '1900000109.services.500001.1'],
    ['an appid twice', '{"1900000109":{"services":{"500001":["wx1","wx1"]}}}', '1900000109.services.500001'],
    ['a direct merchant without appid', '{"1900000109":{"services":{"500001":""}}}', '1900000109.services'],
    [
      'a direct merchant without one of its appids',
      '{"1900000109":{"order_api":"serviceorder","services":{"500001":"wx1","500002":""}}}',
      '1900000109.services',
    ],
  ])('refuses %s and says where', (_, json, where) => {
    const { merchants, problems } = readMerchantsConfig(json)

    expect(merchants.size).toBe(0)
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([where])
  })

  it.each(['{"1900000109":', '', 'null', '[]', '"1900000109"', '1900000109'])('says of %s what it must be', (json) => {
    expect(readMerchantsConfig(json).problems).toEqual(['must be a JSON object'])
  })

  it('words its own rules', () => {
    const { problems } = readMerchantsConfig(
      `{"1900000109":{"sources":["payscore.ledger"],"services":{"500001":"wx1111111111111111"}},
        "1900000125":{"order_api":"partner","services":{"500003":""}},
        "1900000117":{"services":{"500001":""}},
        "1900000133":{"mode":"dry-run","order_api":"payscore","closed":1,"service":{}},
        "1900000141":7,
        "x":{"services":{"500001":"wx1111111111111111"}}}`,
    )

    expect(problems).toEqual([
      '1900000109.sources.0: must not begin with aws. or payscore.',
      '1900000117.services: must give the appid of each service_id',
      '1900000125.provider: is needed by partner and acquiringbank, and by no other order_api',
      '1900000133.order_api: must be payafter-orders, serviceorder, partner or acquiringbank',
      '1900000133.services: is missing',
      '1900000133.mode: must be sync, check or observe',
      '1900000133.closed: must be true or false',
      '1900000133.service: "service" is no member of a merchant',
      '1900000141: must be a JSON object',
      'x: must be 1 to 32 digits',
    ])
  })
})
