import { describe, expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { isHttp, readEventSource, readPath } from '../../lib/intake/event-source.ts'
import { busEvent, eventOf, goodNotice, httpApiEvent, KINDS, NOW, restApiEvent } from '../wechatpay/samples.ts'

const GOOD_BODY =
  '{"service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}'
const PATH = { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252' }

const http = (more: Record<string, unknown>) => ({ ...httpApiEvent(goodNotice()), ...more })
const bus = (more: Record<string, unknown>) => ({ ...busEvent(goodNotice()), ...more })

const refusal = (event: unknown): InputError => {
  try {
    readEventSource(event, NOW)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('readTrigger', () => {
  it('reads a request of an HTTP API and of a REST API alike', () => {
    const expected = {
      via: 'http',
      noticed_at: NOW,
      path: PATH,
      notice: {
        service_id: '2002000000000558128851361561536',
        type: 'Order_Paid',
        detail: { paid_time: '20261124103000' },
      },
    }

    expect(readEventSource(httpApiEvent(goodNotice()), NOW)).toEqual(expected)
    expect(readEventSource(restApiEvent(goodNotice()), NOW)).toEqual(expected)
  })

  it('reads an event with its source and its own time', () => {
    const trigger = readEventSource(busEvent(goodNotice()), NOW)

    expect(trigger).toEqual({ via: 'event', noticed_at: NOW - 1000, source: 'com.example.pos', notice: goodNotice() })
  })

  it('reads a bare object as noticed now', () => {
    const trigger = readEventSource(goodNotice(), NOW)

    expect(trigger).toEqual({ via: 'direct', noticed_at: NOW, notice: goodNotice() })
  })

  it('takes an event from the future as noticed now', () => {
    const trigger = readEventSource(bus({ time: '2026-11-24T02:30:01Z' }), NOW)

    expect(trigger.noticed_at).toBe(NOW)
  })

  it('keeps the time of an event that Lambda tries again hours later', () => {
    const trigger = readEventSource(bus({ time: '2026-11-23T20:00:00Z' }), NOW)

    expect(trigger.noticed_at).toBe(Date.UTC(2026, 10, 23, 20, 0, 0))
  })

  it('decodes a body in base64', () => {
    const body = Buffer.from(GOOD_BODY).toString('base64')

    expect(readEventSource(http({ body, isBase64Encoded: true }), NOW).notice).toEqual(JSON.parse(GOOD_BODY))
  })

  it.each([
    ['%7C', '|'],
    ['A%2DB', 'A-B'],
    ['%252f', '%2f'],
    ['%25252f', '%252f'],
    ['A+B', 'A+B'],
    ['A|B*', 'A|B*'],
  ])('decodes the path value %s once, to %s', (value, expected) => {
    const trigger = readEventSource(http({ pathParameters: { mchid: '1900000109', out_order_no: value } }), NOW)

    expect(trigger.path?.out_order_no).toBe(expected)
  })

  it.each(['%31900000109', '1900000109%20', '%E4%BD', '100%'])(
    'never decodes the mchid of a path, since policies name merchants by the path as it came: %s',
    (mchid) => {
      const trigger = readEventSource(http({ pathParameters: { ...PATH, mchid } }), NOW)

      expect(trigger.path?.mchid).toBe(mchid)
    },
  )

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'event', 'event: must be an object'],
    ['null', null, 'event', 'event: must be an object'],
    ['text', 'paid', 'event', 'event: must be an object'],
    ['an array', [goodNotice()], 'event', 'event: must be an object'],
    ['a request without path parameters', http({ pathParameters: null }), 'mchid', 'mchid: is missing in the path'],
    ['path parameters that are an array', http({ pathParameters: [] }), 'mchid', 'mchid: is missing in the path'],
    [
      'a path without order number',
      http({ pathParameters: { mchid: '1900000109' } }),
      'out_order_no',
      'out_order_no: is missing in the path',
    ],
    [
      'a path value with a lone percent sign',
      http({ pathParameters: { ...PATH, out_order_no: '100%' } }),
      'out_order_no',
      'out_order_no: is not properly percent-encoded',
    ],
    [
      'a path value that decodes to half a character',
      http({ pathParameters: { ...PATH, out_order_no: '%E4%BD' } }),
      'out_order_no',
      'out_order_no: is not properly percent-encoded',
    ],
    [
      'a request with a query string, which is not read',
      http({ queryStringParameters: { service_id: '500001' } }),
      'service_id',
      'service_id: is not read from the query string',
    ],
    ['a request without body', http({ body: undefined }), 'body', 'body: is missing'],
    ['a null body', http({ body: null }), 'body', 'body: is missing'],
    ['an empty body', http({ body: '' }), 'body', 'body: is missing'],
    ['a body that is an object already', http({ body: {} }), 'body', 'body: is missing'],
    ['a body that is a form', http({ body: 'type=Order_Paid' }), 'body', 'body: must be JSON'],
    ['a body cut short', http({ body: GOOD_BODY.slice(0, -1) }), 'body', 'body: must be JSON'],
    ['a body with two byte order marks', http({ body: `\ufeff\ufeff${GOOD_BODY}` }), 'body', 'body: must be JSON'],
    ['base64 that is said to be text', http({ body: btoa(GOOD_BODY) }), 'body', 'body: must be JSON'],
    ['text that is said to be base64', http({ body: GOOD_BODY, isBase64Encoded: true }), 'body', 'body: is not base64'],
    [
      'another event',
      bus({ 'detail-type': 'Payscore Order Due' }),
      'detail-type',
      'detail-type: must be "Payscore Order Paid Offline"',
    ],
    [
      'a detail-type in other letters',
      bus({ 'detail-type': 'payscore order paid offline' }),
      'detail-type',
      'detail-type: must be "Payscore Order Paid Offline"',
    ],
    [
      'an event without a name for its detail-type',
      bus({ 'detail-type': undefined }),
      'detail-type',
      'detail-type: must be "Payscore Order Paid Offline"',
    ],
    [
      'an outcome event played back as input',
      bus({
        'detail-type': 'Payscore Order Synced',
        source: 'payscore.ledger',
        detail: { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', state: 'SYNCED', confirmed: true },
      }),
      'detail-type',
      'detail-type: must be "Payscore Order Paid Offline"',
    ],
    ['an event without source', bus({ source: undefined }), 'source', 'source: must be text'],
    [
      'an event with a list of sources',
      bus({ source: ['com.example.pos', 'com.example.till'] }),
      'source',
      'source: must be text',
    ],
    ['an event without time', bus({ time: undefined }), 'time', 'time: must be the time of the event, as RFC 3339'],
    ['an event with a year as number', bus({ time: 2026 }), 'time', 'time: must be the time of the event, as RFC 3339'],
    ['an event with a time in ms', bus({ time: NOW }), 'time', 'time: must be the time of the event, as RFC 3339'],
    [
      'an event with an impossible time',
      bus({ time: '2026-13-24T02:29:59Z' }),
      'time',
      'time: must be the time of the event, as RFC 3339',
    ],
  ])('refuses %s', (_, event, field, message) => {
    const error = refusal(event)

    expect(error).toMatchObject({ name: 'InputError', code: 'ERR_INPUT', field, message })
  })
})

describe('text at every door', () => {
  const TWICE = GOOD_BODY.replace('{', '{"service_id":"500002",')
  const SHOP = { ...goodNotice(), shop_id: '南山店' }
  const inBase64 = (bytes: Buffer) => http({ body: bytes.toString('base64'), isBase64Encoded: true })

  it.each([
    ['as text', http({ body: `\ufeff${GOOD_BODY}` })],
    ['in base64', inBase64(Buffer.from(`\ufeff${GOOD_BODY}`))],
  ])('a body may begin with a byte order mark, %s', (_, event) => {
    expect(readEventSource(event, NOW).notice).toEqual(JSON.parse(GOOD_BODY))
  })

  it('a body that is UTF-8 is kept to the character', () => {
    const body = JSON.stringify({ ...JSON.parse(GOOD_BODY), shop_id: '南山店\u{20bb7}' })

    expect(readEventSource(inBase64(Buffer.from(body)), NOW).notice).toMatchObject({ shop_id: '南山店\u{20bb7}' })
  })

  it.each([
    [
      'GBK',
      Buffer.concat([Buffer.from('{"shop_id":"'), Buffer.from([0xc4, 0xcf]), Buffer.from('"}')]),
      'is not UTF-8 (byte 13)',
    ],
    ['UTF-16', Buffer.from(`\ufeff${GOOD_BODY}`, 'utf16le'), 'is UTF-16, it must be UTF-8'],
    [
      'half a character',
      Buffer.from(GOOD_BODY.replace('{', '{"shop_id":"南山')).subarray(0, 16),
      'is not UTF-8 (byte 16)',
    ],
    ['a name that stands twice', Buffer.from(TWICE), 'has service_id twice'],
  ])('a body is refused that holds %s', (_, bytes, message) => {
    expect(refusal(inBase64(bytes))).toMatchObject({ field: 'body', message: `body: ${message}` })
  })

  it.each([
    ['HTTP, as API Gateway makes text of bytes', http({ body: JSON.stringify(SHOP).replace('山', '\ufffd') })],
    ['HTTP, escaped', http({ body: JSON.stringify(SHOP).replace('山', '\\ud800') })],
    ['HTTP, half a pair', http({ body: JSON.stringify(SHOP).replace('山', '\ud800') })],
    ['the bus', busEvent({ ...SHOP, shop_id: '南\ufffd店' })],
    ['the bus, half a pair', busEvent({ ...SHOP, shop_id: '南\ud800店' })],
    ['a direct call', { ...SHOP, shop_id: '南\ufffd店' }],
    ['a direct call, half a pair', { ...SHOP, shop_id: '\udc00' }],
  ])('a member is refused that was damaged on its way by %s', (_, event) => {
    expect(refusal(event)).toMatchObject({
      code: 'ERR_INPUT',
      field: 'shop_id',
      message: 'shop_id: holds a character that was damaged on its way: send it as UTF-8',
    })
  })

  it.each([
    ['body', 'HTTP, a body that is nothing but text', http({ body: '"南\ufffd店"' })],
    ['body', 'HTTP, the name of a member', http({ body: '{"shop\ufffd":"7"}' })],
    ['detail', 'the bus, the name of a member', busEvent({ ...goodNotice(), 'shop\ufffd': '7' })],
    ['detail', 'a direct call, the name of a member', { ...goodNotice(), 'shop\ufffd': '7' }],
  ])('the whole is refused, as %s, where no name can be told of what was damaged: %s', (field, _, event) => {
    expect(refusal(event).message).toBe(`${field}: holds a character that was damaged on its way: send it as UTF-8`)
  })
})

describe('the limit of 8192 bytes', () => {
  const padded = (bytes: number) => `${GOOD_BODY.slice(0, -1)},"x":"${'x'.repeat(bytes - GOOD_BODY.length - 7)}"}`
  const notice = (bytes: number): unknown => JSON.parse(padded(bytes))

  it('measures what the tests think it measures', () => {
    expect(Buffer.byteLength(padded(8192))).toBe(8192)
  })

  it.each([
    ['a body', http({ body: padded(8192) })],
    [
      'a body in base64, longer than that before it is decoded',
      http({ body: btoa(padded(8192)), isBase64Encoded: true }),
    ],
    ['the detail of an event', bus({ detail: notice(8192) })],
    ['a bare object', notice(8192)],
  ])('takes %s of exactly that', (_, event) => {
    expect(readEventSource(event, NOW).notice).toMatchObject({ type: 'Order_Paid' })
  })

  it.each([
    ['body', 'a body', http({ body: padded(8193) })],
    ['body', 'a body in base64', http({ body: btoa(padded(8193)), isBase64Encoded: true })],
    ['detail', 'the detail of an event', bus({ detail: notice(8193) })],
    ['detail', 'a bare object', notice(8193)],
  ])('refuses, naming %s, %s of a byte more', (field, _, event) => {
    expect(refusal(event)).toMatchObject({
      code: 'ERR_INPUT',
      field,
      message: `${field}: must not be larger than 8192 bytes`,
    })
  })

  it('counts bytes and not characters', () => {
    const body = (characters: number) => `{"x":"${'\u4ed8'.repeat(characters)}"}`

    expect(Buffer.byteLength(body(2728))).toBe(8192)
    expect(readEventSource(http({ body: body(2728) }), NOW).via).toBe('http')
    expect(refusal(http({ body: body(2729) })).field).toBe('body')
    expect(readEventSource(bus({ detail: { x: '\u4ed8'.repeat(2728) } }), NOW).via).toBe('event')
    expect(refusal(bus({ detail: { x: '\u4ed8'.repeat(2729) } })).field).toBe('detail')
  })

  it.each(KINDS)('refuses what is nested 100,000 deep: %s', (kind) => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown
    const isHttpKind = kind === 'http api' || kind === 'rest api'
    const event = isHttpKind
      ? { ...eventOf(kind, goodNotice()), body: `{"detail":${'['.repeat(100_000)}${']'.repeat(100_000)}}` }
      : eventOf(kind, { ...goodNotice(), detail: deep })

    expect(refusal(event)).toMatchObject({ code: 'ERR_INPUT', field: isHttpKind ? 'body' : 'detail' })
  })

  it('leaves what is nested deep within the limit to the check of its shape', () => {
    const body = `{"detail":${'['.repeat(4000)}${']'.repeat(4000)}}`

    expect(readEventSource(http({ body }), NOW).via).toBe('http')
  })
})

describe('readPath', () => {
  it('reads which order a request without body asks for', () => {
    expect(readPath({ pathParameters: { mchid: '1900000109', out_order_no: 'A%7CB' } })).toEqual({
      mchid: '1900000109',
      out_order_no: 'A|B',
    })
  })

  it.each([null, undefined, 'GET', [], {}, { pathParameters: null }])('refuses the request %j', (event) => {
    expect(() => readPath(event)).toThrow(new InputError('mchid', 'is missing in the path'))
  })
})

describe('isHttp', () => {
  it.each([
    ['an HTTP API', httpApiEvent(goodNotice()), true],
    ['a REST API', restApiEvent(goodNotice()), true],
    ['EventBridge', busEvent(goodNotice()), false],
    ['a direct caller', goodNotice(), false],
    ['nobody', null, false],
  ])('tells a request of %s', (_, event, expected) => {
    expect(isHttp(event)).toBe(expected)
  })
})
