import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, TILL } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { putNotice, type Told } from '../support/till.ts'

const MINUTE = 60_000

const world = await startWorld({
  merchants: [
    { mchid: '1900000109', services: { '500001': 'wxd678efh567hg6787' } },
    { mchid: '1900000110', services: { '500002': 'wxa', '500003': 'wxb' } },
    { mchid: '1900000111', services: { '500004': 'wxc' }, sources: ['com.example.kiosk'] },
    { mchid: '1900000112', services: { '500005': 'wxd' }, closed: true },
  ],
})
const invocations = watchInvocations(world)
afterAll(() => world.close())

/** Over HTTP, with the path exactly as it is written here: `fetch` would tidy it. */
const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Told> =>
  new Promise((resolve, reject) => {
    const all = { ...world.api.headers, 'content-type': 'application/json', ...headers }
    const sent = request(
      { host: '127.0.0.1', port: world.api.port, method: 'POST', path, headers: all },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: { ...response.headers } as Told['headers'],
            body: JSON.parse(text),
          }),
        )
      },
    )
    sent.on('error', reject).end(body)
  })

const PAID = { detail: { paid_time: '20250301120000' } }
const inTwoDays = () => new Date(world.clock.now() + 48 * 60 * MINUTE).toISOString()

const ORDER_NO = 'must be 1 to 32 of 0-9 A-Z a-z _ - | *'
const PAID_TIME =
  'must be a real time, yyyyMMddHHmmss or yyyyMMdd in China time or RFC 3339, and no more than 24 hours ahead'

const NO_MEMBER =
  'is no member of a notice; those are mchid, out_order_no, service_id, appid, sub_mchid, channel_id, type, detail, amount, ' +
  'shop_id, cashier_id, pos_ref and detail.paid_time'

/** A notice that is wrong in one thing. `segment` is its order number in the path, as sent. */
type Bad = {
  readonly what: string
  readonly field: string
  readonly message: string
  readonly mchid?: string
  readonly out_order_no?: string
  readonly segment?: string
  readonly more?: () => object
}

const BAD: readonly Bad[] = [
  {
    what: 'an unknown merchant',
    mchid: '1900000999',
    field: 'mchid',
    message: 'is not a merchant that this service serves',
  },
  {
    what: 'a merchant by an inherited name',
    mchid: 'constructor',
    field: 'mchid',
    message: 'is not a merchant that this service serves',
  },
  {
    what: 'a closed merchant',
    mchid: '1900000112',
    field: 'mchid',
    message: 'merchant 1900000112 is closed: it takes no new orders',
  },
  { what: 'a step upwards', out_order_no: '../', segment: '..%2F', field: 'out_order_no', message: ORDER_NO },
  { what: 'two dots', out_order_no: '..', segment: '..', field: 'out_order_no', message: ORDER_NO },
  { what: 'an encoded slash', out_order_no: 'A%2fB', segment: 'A%2fB', field: 'out_order_no', message: ORDER_NO },
  {
    what: 'a slash encoded twice',
    out_order_no: 'A%252fB',
    segment: 'A%252fB',
    field: 'out_order_no',
    message: ORDER_NO,
  },
  {
    what: 'a slash encoded three times',
    out_order_no: 'A%25252fB',
    segment: 'A%25252fB',
    field: 'out_order_no',
    message: ORDER_NO,
  },
  { what: 'a line break', out_order_no: 'A\r\nB', segment: 'A%0d%0aB', field: 'out_order_no', message: ORDER_NO },
  { what: 'a line break at the end', out_order_no: 'A\n', segment: 'A%0a', field: 'out_order_no', message: ORDER_NO },
  { what: 'a zero byte', out_order_no: 'A\0', segment: 'A%00', field: 'out_order_no', message: ORDER_NO },
  {
    what: 'Chinese characters',
    out_order_no: '订单',
    segment: '%E8%AE%A2%E5%8D%95',
    field: 'out_order_no',
    message: ORDER_NO,
  },
  { what: 'full-width digits', out_order_no: '１２３', segment: '%EF%BC%91', field: 'out_order_no', message: ORDER_NO },
  {
    what: '33 characters',
    out_order_no: 'A'.repeat(33),
    segment: 'A'.repeat(33),
    field: 'out_order_no',
    message: ORDER_NO,
  },
  {
    what: 'a date that no calendar has',
    field: 'detail.paid_time',
    message: PAID_TIME,
    more: () => ({ detail: { paid_time: '20250230120000' } }),
  },
  {
    what: 'an hour that no clock has',
    field: 'detail.paid_time',
    message: PAID_TIME,
    more: () => ({ detail: { paid_time: '20250228240000' } }),
  },
  {
    what: 'a time two days ahead',
    field: 'detail.paid_time',
    message: PAID_TIME,
    more: () => ({ detail: { paid_time: inTwoDays() } }),
  },
  {
    what: 'a time without an offset',
    field: 'detail.paid_time',
    message: PAID_TIME,
    more: () => ({ detail: { paid_time: '2025-03-01T12:00:00' } }),
  },
  { what: 'no time', field: 'detail.paid_time', message: 'is missing', more: () => ({ detail: {} }) },
  {
    what: 'a detail that is no object',
    field: 'detail',
    message: 'must be an object',
    more: () => ({ detail: '20250301' }),
  },
  {
    what: 'another type',
    field: 'type',
    message: 'must be Order_Paid or left out',
    more: () => ({ type: 'Order_Refunded' }),
  },
  {
    what: 'a foreign service',
    field: 'service_id',
    message: 'is not a service of merchant 1900000109',
    more: () => ({ service_id: '500002' }),
  },
  {
    what: 'no service where there are two',
    mchid: '1900000110',
    field: 'service_id',
    message: 'is needed: merchant 1900000110 has 2 services',
  },
  {
    what: 'an appid of nobody',
    field: 'appid',
    message: 'is not an appid of this service in merchants.json',
    more: () => ({ appid: 'wxd678efh567hg6788' }),
  },
  {
    what: 'a sub-merchant of a merchant that has none',
    field: 'sub_mchid',
    message: 'is no member of a call of payafter-orders',
    more: () => ({ sub_mchid: '1900000201' }),
  },
  { what: 'a misspelt member', field: 'Appid', message: NO_MEMBER, more: () => ({ Appid: 'wxd678efh567hg6787' }) },
  {
    what: 'a time in the wrong place',
    field: 'paid_time',
    message: NO_MEMBER,
    more: () => ({ paid_time: '20250301120000', detail: undefined }),
  },
  {
    what: 'a misspelt member of detail',
    field: 'detail.paid_at',
    message: NO_MEMBER,
    more: () => ({ detail: { paid_at: '20250301120000' } }),
  },
  { what: 'half a fen', field: 'amount', message: 'must be a whole number of fen', more: () => ({ amount: 0.5 }) },
  {
    what: 'a label with a line break',
    field: 'cashier_id',
    message: 'must be 1 to 64 printable characters',
    more: () => ({ cashier_id: 'a\nb' }),
  },
]

describe('over HTTP', () => {
  it.each(BAD)(
    'refuses $what with 400 and names the field',
    async ({ mchid = '1900000109', segment = 'ORDER-1', ...bad }) => {
      const body = JSON.stringify({ ...PAID, ...bad.more?.() })

      const told = await post(`/merchants/${mchid}/payafter-orders/${segment}/sync`, body)

      expect(told.status).toBe(400)
      expect(told.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
      expect(told.body).toEqual({
        type: 'about:blank',
        title: 'Bad input',
        status: 400,
        detail: `${bad.field}: ${bad.message}`,
        field: bad.field,
      })
    },
  )

  it.each([
    ['a body that is not JSON', '{"detail":', 'body', 'must be JSON'],
    ['a body that is no object', '[]', 'body', 'must be a JSON object'],
    ['no body', '', 'body', 'is missing'],
    [
      'a body over 8 KiB',
      JSON.stringify({ ...PAID, note: 'x'.repeat(8192) }),
      'body',
      'must not be larger than 8192 bytes',
    ],
    [
      'another merchant in the body than in the path',
      '{"mchid":"1900000110"}',
      'mchid',
      'differs between path and body',
    ],
    [
      'another order in the body than in the path',
      '{"out_order_no":"B"}',
      'out_order_no',
      'differs between path and body',
    ],
  ])('refuses %s with 400 and says so', async (_, body, field, message) => {
    const told = await post('/merchants/1900000109/payafter-orders/ORDER-1/sync', body)

    expect(told).toMatchObject({ status: 400, body: { title: 'Bad input', detail: `${field}: ${message}`, field } })
  })

  const ORDER = '/merchants/1900000109/payafter-orders/ORDER-1'
  it.each([
    ['POST', `${ORDER}/sync?service_id=500001`, 'service_id', 'is not read from the query string'],
    ['POST', `${ORDER}/close?reason=wrong`, 'reason', 'is not read from the query string'],
    ['GET', `${ORDER}?check=true`, 'check', 'must be 1 or left out'],
    ['GET', `${ORDER}?check=`, 'check', 'must be 1 or left out'],
    [
      'GET',
      `${ORDER}?Check=1`,
      'Check',
      'is not read from the query string, where only check, service_id, appid may stand',
    ],
    ['GET', `${ORDER}?service_id=500001`, 'service_id', 'goes with check=1'],
    ['GET', `${ORDER}?check=1&appid=wxd678efh567hg6788`, 'appid', 'is not an appid of this service in merchants.json'],
  ])('refuses %s %s with 400 and names what is wrong in the query string', async (method, path, field, message) => {
    const body = method === 'POST' ? JSON.stringify(PAID) : null

    const response = await fetch(`${world.api.url}${path}`, {
      method,
      headers: { ...world.api.headers, 'content-type': 'application/json' },
      body,
    })

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ title: 'Bad input', detail: `${field}: ${message}`, field })
  })

  it('refuses half a character in the path', async () => {
    const told = await post('/merchants/1900000109/payafter-orders/A%25E8/sync', JSON.stringify(PAID))

    expect(told.body).toMatchObject({ status: 400, detail: 'out_order_no: is not properly percent-encoded' })
  })

  it.each(['/merchants/1900000109/payafter-orders/A/B/sync', '/merchants/1900000109/payafter-orders//sync'])(
    'has no route for %s',
    async (path) => {
      expect((await post(path, JSON.stringify(PAID))).status).toBe(404)
    },
  )

  it('refuses the same in the path of the status and of a decision', async () => {
    const decided = await post('/merchants/1900000109/payafter-orders/A%2fB/close', '{"reason":"a test"}')
    const asked = await fetch(`${world.api.url}/merchants/1900000109/payafter-orders/A%2fB?check=1`, {
      headers: world.api.headers,
    })
    const unknown = await post('/merchants/1900000109/payafter-orders/A/forget', '{"reason":"a test"}')

    expect(decided).toMatchObject({ status: 400, body: { detail: `out_order_no: ${ORDER_NO}` } })
    expect(asked.status).toBe(400)
    expect(unknown).toMatchObject({
      status: 400,
      body: { detail: 'decision: must be one of expedite, reopen, close, release, settle, withdraw' },
    })
  })
})

describe('by event', () => {
  const names = new Map<string | undefined, string>()
  const put = (what: string, detail: unknown) => {
    names.set(putNotice(world, detail)?.EventId, what)
  }
  const letters = () =>
    world.notices.letters.map(({ requestPayload, requestContext, responsePayload }) => {
      const { id } = requestPayload as { id: string }
      const { errorType, errorMessage } = responsePayload as { errorType: string; errorMessage: string }
      return [names.get(id), requestContext.approximateInvokeCount, errorType, errorMessage]
    })

  beforeAll(async () => {
    for (const { what, mchid = '1900000109', out_order_no = 'ORDER-1', more } of BAD)
      put(what, { mchid, out_order_no, ...PAID, ...more?.() })
    const order = { mchid: '1900000109', out_order_no: 'ORDER-1', ...PAID }
    put('a detail over 8 KiB', { ...order, note: 'x'.repeat(8192) })
    put('a source of another merchant', { ...order, mchid: '1900000111' })
    put('no order number', { ...order, out_order_no: undefined })
    await world.idle()
  })

  it('keeps nothing and gives nothing up at the first try: Lambda tries again', () => {
    expect(world.notices.letters).toEqual([])
    expect(world.bus.waiting).toBe(BAD.length + 3)
  })

  it('puts each into the dead-letter queue after two more tries, with its own error', async () => {
    await world.pass(4 * MINUTE)

    const expected = [
      ...BAD.map(({ what, field, message }) => [what, 3, 'InputError', `${field}: ${message}`]),
      ['a detail over 8 KiB', 3, 'InputError', 'detail: must not be larger than 8192 bytes'],
      ['a source of another merchant', 3, 'InputError', 'source: is not listed for merchant 1900000111'],
      ['no order number', 3, 'InputError', 'out_order_no: is missing'],
    ]
    expect(letters().toSorted()).toEqual(expected.toSorted())
    expect(world.bus.waiting).toBe(0)
  })

  it('is refused by the bus itself when it is not JSON, or far too large', () => {
    const large = JSON.stringify({ note: 'x'.repeat(256 * 1024) })

    expect(putNotice(world, '{"mchid":')).toMatchObject({ ErrorCode: 'MalformedDetail' })
    expect(() => putNotice(world, large)).toThrow('over the limit')
  })

  it('reaches no function from a source that nobody listed', async () => {
    const before = world.bus.history.deliveries.length

    putNotice(world, { mchid: '1900000109', out_order_no: 'ORDER-1', ...PAID }, 'com.example.stranger')
    await world.idle()

    expect(world.bus.history.deliveries).toHaveLength(before)
  })
})

describe('by direct invocation', () => {
  it.each(BAD)('throws $what', async ({ mchid = '1900000109', out_order_no = 'ORDER-1', more, field, message }) => {
    const { error } = await world.lambdas.sync.invoke({ mchid, out_order_no, ...PAID, ...more?.() })

    expect(error).toMatchObject({ errorType: 'InputError', errorMessage: `${field}: ${message}` })
  })

  it.each([
    ['null', null],
    ['a list', [{ mchid: '1900000109' }]],
    ['a text', 'ORDER-1'],
  ])('throws %s', async (_, event) => {
    const { error } = await world.lambdas.sync.invoke(event)

    expect(error).toMatchObject({ errorType: 'InputError', errorMessage: 'event: must be an object' })
  })

  it('throws an event that only looks like one of a till', async () => {
    const event = { 'detail-type': 'Payscore Order Paid Offline', detail: { mchid: '1900000109', ...PAID } }

    const [noSource, noTime] = [
      await world.lambdas.sync.invoke({ ...event, time: '2025-03-01T04:00:00Z' }),
      await world.lambdas.sync.invoke({ ...event, source: TILL }),
    ]

    expect(noSource.error?.errorMessage).toBe('source: must be text')
    expect(noTime.error?.errorMessage).toBe('time: must be the time of the event, as RFC 3339')
  })
})

it('sent nothing to WeChat Pay and wrote nothing to the ledger', async () => {
  expect(world.wechatpay.history.calls).toEqual([])
  expect(await world.table.rows()).toEqual([])
})

it('logs each refusal by its field and says nothing of what was in it', () => {
  const lines = invocations.logs().filter((line) => line.startsWith('{'))

  expect(lines.length).toBeGreaterThan(BAD.length * 4)
  expect(lines.every((line) => JSON.parse(line)._aws !== undefined)).toBe(true)
  expect(lines.join('\n')).not.toMatch(/订单|xxxx|A%2fB|1900000999/)
})
