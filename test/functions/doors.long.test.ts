import pLimit from 'p-limit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpApiEvent, restApiEvent } from '../../lib/local/lambda/http-events.ts'
import type { Invocation } from '../../lib/local/lambda/invocation.ts'
import { startWorld, type World, type WorldMerchant } from '../../lib/local/world.ts'
import {
  type Caller,
  callers,
  expectedByEvent,
  expectedOverHttp,
  type Named,
  named,
  packaged,
  ROUTES,
  type Route,
  sources,
  TILL_ROLES,
} from '../intake/doors/table.ts'

const PATH = '/merchants/{mchid}/payafter-orders/{out_order_no}'
const AT_ONCE = 8
const PAID = { detail: { paid_time: '20250301120000' } }

/** How WeChat Pay knows those who are served. */
const merchantsAtWechatpay = (hasAny: boolean): readonly WorldMerchant[] =>
  named(hasAny).flatMap(({ mchid, signer }): readonly WorldMerchant[] => {
    if (signer === undefined) return []
    if (signer === mchid) return [{ mchid, services: { '500001': 'wxd678efh567hg6787' } }]
    const sub = { mchid, provider: signer, services: { '500002': '' } }
    return signer === '1800000003'
      ? [{ ...sub, order_api: 'acquiringbank', channel_id: '1800000399' }]
      : [{ ...sub, order_api: 'partner' }]
  })

/** All of them where any sub-merchant is served; else those that are then served by nobody, and one beside them. */
const askedFor = (hasAny: boolean): readonly Named[] => {
  if (hasAny) return named(true)
  const servedByAny = named(true).filter(({ signer }) => signer === '1800000002')
  const meant = ['1900000109', '1800000002', ...servedByAny.map(({ mchid }) => mchid)]
  return named(false).filter(({ mchid }) => meant.includes(mchid))
}

/** The field that a refusal names, if it is about who asks for whom. */
const tenancyField = (field: unknown): string | undefined =>
  ['caller', 'source', 'mchid'].find((known) => known === field)

const fieldOfHttp = ({ result, error }: Invocation): string | undefined => {
  if (error) throw new Error(`${error.errorType} ${error.errorMessage}`)
  const { statusCode, body } = result as { readonly statusCode: number; readonly body: string }
  if (statusCode >= 500 && statusCode !== 503) throw new Error(body)
  return statusCode === 400 ? tenancyField(JSON.parse(body).field) : undefined
}

const fieldOfEvent = ({ error }: Invocation): string | undefined => {
  if (error && error.errorType !== 'InputError') throw new Error(`${error.errorType} ${error.errorMessage}`)
  return tenancyField(error?.errorMessage.split(':')[0])
}

describe.each([true, false])('the built functions, where a provider of any sub-merchant is served: %s', (hasAny) => {
  const merchants = askedFor(hasAny)
  let world: World
  beforeAll(async () => {
    world = await startWorld({
      merchants: merchantsAtWechatpay(hasAny),
      files: packaged(hasAny).files,
      env: { TILL_ROLES },
      maxConcurrency: AT_ONCE,
    })
  })
  afterAll(() => world.close())

  let asked = 0
  const nextOrder = (): string => {
    asked += 1
    return `DOOR-${asked}`
  }
  const rowKeys = async () => new Set((await world.table.rows()).map(({ pk }) => String(pk)))
  /** Asks for all of them, and gives those that were answered otherwise than expected. */
  const wrongOf = async <Pair>(pairs: readonly Pair[], isRight: (pair: Pair) => Promise<boolean>) => {
    const limit = pLimit(AT_ONCE)
    const right = await Promise.all(pairs.map((pair) => limit(() => isRight(pair))))
    return pairs.filter((_, at) => !right[at])
  }
  /** Those for which there is no row and there should be one, or the other way round. */
  const wrongRows = async (orders: ReadonlyMap<string, boolean>): Promise<readonly string[]> => {
    await world.idle()
    const rows = await rowKeys()
    return [...orders].filter(([key, isExpected]) => rows.has(key) !== isExpected).map(([key]) => key)
  }

  const lambdaOf = ({ last, method }: Route) => {
    if (last === '/sync') return world.lambdas.sync
    return method === 'GET' ? world.lambdas.status : world.lambdas.decide
  }

  it('answer every caller for every merchant on every route as the table says', async () => {
    const pairs = callers(hasAny).flatMap((caller) =>
      merchants.flatMap((merchant) => ROUTES.map((route) => ({ caller, merchant, route, order: nextOrder() }))),
    )
    const written = new Map<string, boolean>()

    const wrong = await wrongOf(pairs, async ({ caller, merchant, route, order }) => {
      const expected = expectedOverHttp(caller, merchant, route)
      if (route.last === '/sync') written.set(`${merchant.mchid}#${order}`, expected === undefined)
      const { method, last } = route
      const path = `/merchants/${encodeURIComponent(merchant.mchid)}/payafter-orders/${order}`
      const event = httpApiEvent({
        method,
        route: last.startsWith('/') ? `${PATH}${last === '/sync' ? last : '/{decision}'}` : PATH,
        target: path + last,
        timeMs: world.clock.now(),
        ...(typeof caller.arn === 'string' && { callerArn: caller.arn }),
        ...(method === 'POST' && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(last === '/sync' ? PAID : { reason: 'asked' }),
        }),
      })
      return fieldOfHttp(await lambdaOf(route).invoke(event)) === expected
    })

    expect(wrong).toEqual([])
    expect(await wrongRows(written)).toEqual([])
    const open = [...written.values()].filter((isOpen) => isOpen).length
    console.log(`doors: ${pairs.length} pairs over HTTP through the bundles, 0 wrong; ${open} of them wrote a row`)
  })

  it('answer every caller of a REST API as those of an HTTP API', async () => {
    const pairs = callers(hasAny).flatMap((caller) =>
      merchants.map((merchant) => ({ caller, merchant, order: nextOrder() })),
    )
    const sync = ROUTES.find(({ last }) => last === '/sync') ?? expect.fail('no route')

    const wrong = await wrongOf(pairs, async ({ caller, merchant, order }) => {
      const { requestContext, pathParameters, ...event } = restApiEvent({
        method: 'POST',
        route: `${PATH}/sync`,
        target: `/merchants/${encodeURIComponent(merchant.mchid)}/payafter-orders/${order}/sync`,
        body: JSON.stringify(PAID),
        timeMs: world.clock.now(),
      })
      const { identity } = requestContext
      const answered = await world.lambdas.sync.invoke({
        ...event,
        pathParameters: { ...pathParameters, mchid: merchant.mchid },
        requestContext: { ...requestContext, identity: { ...identity, userArn: caller.arn ?? null } },
      })
      return fieldOfHttp(answered) === expectedOverHttp(caller, merchant, sync)
    })

    expect(wrong).toEqual([])
    console.log(`doors: ${pairs.length} pairs over a REST API through the bundles, 0 wrong`)
  })

  const eventOf = (source: string, detail: object) => ({
    source,
    'detail-type': 'Payscore Order Paid Offline',
    time: new Date(world.clock.now()).toISOString(),
    detail,
  })

  it('take the event of a source, or refuse it, as the table says', async () => {
    const pairs = sources(hasAny).flatMap((source) =>
      merchants.map((merchant) => ({ source, merchant, order: nextOrder() })),
    )
    const written = new Map<string, boolean>()

    const wrong = await wrongOf(pairs, async ({ source, merchant, order }) => {
      const expected = expectedByEvent(source, merchant)
      written.set(`${merchant.mchid}#${order}`, expected === undefined)
      const detail = { mchid: merchant.mchid, out_order_no: order, ...PAID }
      return fieldOfEvent(await world.lambdas.sync.invoke(eventOf(source, detail))) === expected
    })

    expect(wrong).toEqual([])
    expect(await wrongRows(written)).toEqual([])
    console.log(`doors: ${pairs.length} pairs by event through the bundles, 0 wrong`)
  })

  it('read in the folder of who signs the lines of those for whom it signs', async () => {
    const numbers = merchants.filter(({ mchid }) => /^\d{1,32}$/.test(mchid))
    const folders = [...new Set(numbers.flatMap(({ mchid, signer }) => [mchid, signer ?? mchid]))]
    const isServed = ({ tills, isClosed }: Named) => tills !== undefined && !isClosed
    const written = new Map<string, boolean>()
    const putList = (folder: string, order: string, line: string) =>
      world.objects.put(
        `statements/${folder}/${order}.csv`,
        `订单号,付款时间,sub_mchid\n${order},2025-03-01 12:00:00,${line}\n`,
      )

    for (const merchant of numbers) {
      const { mchid, signer } = merchant
      for (const folder of folders) {
        const order = nextOrder()
        putList(folder, order, mchid)
        // Neither for the one that the folder names.
        written.set(`${folder}#${order}`, false)
        written.set(`${mchid}#${order}`, isServed(merchant) && (folder === signer || folder === mchid))
      }
      const order = nextOrder()
      putList(mchid, order, '')
      written.set(`${mchid}#${order}`, isServed(merchant))
    }

    expect(await wrongRows(written)).toEqual([])
    const taken = [...written.values()].filter((is) => is).length
    console.log(
      `doors: ${numbers.length * (folders.length + 1)} lists through the bundles, 0 wrong; ${taken} of them booked`,
    )
  })

  it.each<[what: string, source: string, detail: object, field: string]>([
    [
      'names another’s shop beside its own',
      'com.example.pos',
      { mchid: '1900000109', sub_mchid: '1700000001' },
      'sub_mchid',
    ],
    [
      'names the shop of another provider',
      'com.example.saas',
      { mchid: '1700000001', sub_mchid: '1600000000' },
      'sub_mchid',
    ],
    [
      'names another shop of its provider',
      'com.example.saas',
      { mchid: '1700000001', sub_mchid: '1700000002' },
      'sub_mchid',
    ],
    ['names the provider for the shop', 'com.example.saas', { mchid: '1800000001', sub_mchid: '1700000001' }, 'mchid'],
    ['names the service of another', 'com.example.pos', { mchid: '1900000109', service_id: '500002' }, 'service_id'],
    ['names the appid of nobody', 'com.example.pos', { mchid: '1900000109', appid: 'wx1' }, 'appid'],
    [
      'has a channel of another bank',
      'com.example.bank',
      { mchid: '1600000000', channel_id: '1800000001' },
      'channel_id',
    ],
    [
      'has another’s number in its order',
      'com.example.pos',
      { mchid: '1900000109', out_order_no: '190000010#A' },
      'out_order_no',
    ],
    [
      'has a path in its order',
      'com.example.pos',
      { mchid: '1900000109', out_order_no: '../190000010/A' },
      'out_order_no',
    ],
    ['has a list for an mchid', 'com.example.pos', { mchid: ['1900000109', '190000010'] }, 'mchid'],
    ['has a number for an mchid', 'com.example.po', { mchid: 190_000_010 }, 'mchid'],
    ['has no mchid', 'com.example.pos', { mchid: undefined }, 'mchid'],
    ['has a member that is no text', 'com.example.pos', { mchid: { toString: '1900000109' } }, 'mchid'],
    ['states who sends it', 'com.example.pos', { mchid: '190000010', source: 'com.example.po' }, 'source'],
  ])('refuse a notice that %s', async (_, source, detail, field) => {
    const before = (await rowKeys()).size
    const { error } = await world.lambdas.sync.invoke(
      eventOf(source, { out_order_no: nextOrder(), ...PAID, ...detail }),
    )

    expect(error?.errorMessage).toMatch(new RegExp(`^${field}:`))
    expect((await rowKeys()).size).toBe(before)
  })

  it('refuse a body that names another merchant than the path, whichever of them is the till’s', async () => {
    const caller: Caller = {
      arn: 'arn:aws:sts::111122223333:assumed-role/pos/x',
      is: 'till',
      source: 'com.example.pos',
    }
    const post = async (path: string, body: string) =>
      fieldOfHttp(
        await world.lambdas.sync.invoke(
          httpApiEvent({
            method: 'POST',
            route: `${PATH}/sync`,
            target: `/merchants/${path}/payafter-orders/${nextOrder()}/sync`,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ ...PAID, mchid: body }),
            callerArn: String(caller.arn),
          }),
        ),
      )

    expect([await post('1900000109', '190000010'), await post('190000010', '1900000109')]).toEqual(['mchid', 'mchid'])
  })

  it('never called WeChat Pay for a merchant under another’s name', () => {
    const signers = new Set(merchants.flatMap(({ signer }) => (signer === undefined ? [] : [signer])))

    expect(world.wechatpay.history.calls.filter(({ mchid }) => !signers.has(String(mchid)))).toEqual([])
  })
})
