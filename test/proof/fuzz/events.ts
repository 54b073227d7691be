import fc from 'fast-check'
import { clock, date, orderNo, valid } from '../../intake/arbitraries.ts'
import { eventOf, KINDS, type Kind, type Notice } from '../../wechatpay/samples.ts'

/** Texts that have broken programs like this one. */
const NASTY = [
  ...['', ' ', '0', '-0', 'null', 'undefined', 'NaN', '__proto__', 'constructor', 'prototype', 'toString', 'valueOf'],
  ...[
    '../',
    '..%2f',
    '%2e%2e',
    '%',
    '%zz',
    '%E4%BD',
    '%00',
    '\u0000',
    '\r\n',
    '\n',
    '\t',
    '\u2028',
    '\ufeff',
    '\u200d',
  ],
  ...['\ud83d', '\u{1f44d}', '\u0430', '\uff10', '\u0661', '\u3000', '{}', '[]', '"', "'", '\\', '<script>', '$ne'],
  ...['1900000109', '1900000117', '1900000125', '1900000133', '1900000141', '1900000109 ', '500001', '500003'],
  ...['2088000001', 'wxd678efh567hg6787', 'wx1111111111111111', 'wx2222222222222222', 'wx3333333333333333'],
  ...['Order_Paid', 'order_paid', 'Order_Paid\u0000', '20261124103000', '20261125103000', '20261125103001'],
  ...['20240229', '20230229', '20261124240000', '2026-11-24T10:30:00+08:00', '2026-11-24T10:30:60Z', '00991231'],
  ...['2026-11-24t02:30:00.123456789z', '2026-11-24T02:30:00.1234567890Z', '+12026-11-24T02:30:00Z', '1e3'],
  'x'.repeat(32),
  'x'.repeat(33),
  'x'.repeat(64),
  'x'.repeat(65),
  '\u{1f3ea}'.repeat(64),
  'x'.repeat(8200),
]

const nastyText = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
  fc.tuple(orderNo(16), fc.constantFrom(...NASTY)).map((parts) => parts.join('')),
  fc.tuple(date, clock).map(([day, hours]) => [...day, ...hours].join('')),
  fc
    .tuple(
      date,
      clock,
      fc.constantFrom('', '.5', '.123456789', '.'),
      fc.constantFrom('Z', 'z', '+08:00', '-23:59', '+24:00', '+0800', ''),
    )
    .map(([day, hours, part, zone]) => `${day.join('-')}T${hours.join(':')}${part}${zone}`),
)

const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: nastyText },
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    0.5,
    1e21,
    9_999_999_999,
    10_000_000_000,
    10_000_000_001,
  ),
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, [], {}, [[]], [{}]),
  fc.integer(),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
  fc
    .constantFrom('{"__proto__":{"paid_time":"20261124103000"}}', '{"paid_time":"20261124103000","__proto__":1}')
    .map((text) => JSON.parse(text)),
)

const NAMES = [
  'mchid',
  'out_order_no',
  'service_id',
  'appid',
  'sub_mchid',
  'channel_id',
  'type',
  'detail',
  'amount',
  'shop_id',
  'cashier_id',
  'pos_ref',
] as const
const STRANGE_NAMES = ['__proto__', 'constructor', 'Appid', 'subMchid', 'paid_time', 'state', 'toJSON', ''] as const

type Change = (notice: Notice) => Notice

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom(...NAMES), nastyValue).map(
    ([name, value]): Change =>
      (notice) => ({ ...notice, [name]: value }),
  ),
  nastyValue.map(
    (paid_time): Change =>
      (notice) => ({ ...notice, detail: { paid_time } }),
  ),
  fc.constantFrom('paid_at', 'Paid_Time', '__proto__', 'constructor', '').map(
    (name): Change =>
      ({ detail, ...notice }) => ({
        ...notice,
        detail: Object.defineProperty({ ...Object(detail) }, name, { value: '20261124103000', enumerable: true }),
      }),
  ),
  fc.constantFrom(...NAMES).map(
    (name): Change =>
      ({ [name]: _, ...notice }) =>
        notice,
  ),
  fc.tuple(fc.constantFrom(...STRANGE_NAMES), nastyValue).map(
    ([name, value]): Change =>
      (notice) =>
        Object.defineProperty({ ...notice }, name, { value, enumerable: true }),
  ),
)

const notice = fc
  .tuple(valid(), fc.array(change, { maxLength: 3 }))
  .map(([{ kind, notice: right }, changes]) => [kind, changes.reduce<Notice>((so, one) => one(so), right)] as const)

/** What of an event other than the notice may be strange. */
const ENVELOPE: Readonly<Record<Kind, readonly string[]>> = {
  'http api': ['body', 'isBase64Encoded', 'pathParameters', 'requestContext'],
  'rest api': ['body', 'isBase64Encoded', 'pathParameters', 'requestContext'],
  event: ['source', 'detail-type', 'time', 'detail'],
  direct: ['requestContext', 'detail-type'],
}

type Json = Record<string, unknown>

/** JSON text as programs write it and should not: a member twice, spaces, another number, an end that is missing. */
const rewritten: fc.Arbitrary<(body: string) => string> = fc.oneof(
  { weight: 8, arbitrary: fc.constant((body: string) => body) },
  fc.tuple(fc.constantFrom(...NAMES), fc.json({ maxDepth: 1 })).map(
    ([name, value]) =>
      (body: string) =>
        body.replace(/\}$/, `,"${name}":${value}}`),
  ),
  fc.tuple(fc.constantFrom(...NAMES), fc.json({ maxDepth: 1 })).map(
    ([name, value]) =>
      (body: string) =>
        body.replace('{', `{"${name}":${value},`),
  ),
  fc.constantFrom(' ', '\n', '\ufeff', 'x', ',', '\u0000', '}').chain((text) =>
    fc.constantFrom(
      (body: string) => body + text,
      (body: string) => text + body,
    ),
  ),
  fc.nat(200).map((at) => (body: string) => body.slice(0, at)),
)

const written = (event: Json, rewrite: (body: string) => string, isBase64: boolean): Json => {
  if (typeof event.body !== 'string') return event
  const body = rewrite(event.body)
  return isBase64 ? { ...event, body: Buffer.from(body).toString('base64'), isBase64Encoded: true } : { ...event, body }
}

/** Events of every kind, right ones and such as are wrong in up to four ways. */
export const events: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .record({
        notice,
        rewrite: rewritten,
        isBase64: fc.boolean(),
        other: fc.option(fc.tuple(fc.nat(3), nastyValue), { freq: 8 }),
      })
      .map(({ notice: [kind, said], rewrite, isBase64, other }) => {
        const event = written(eventOf(kind, said), rewrite, isBase64)
        const name = other && ENVELOPE[kind][other[0]]
        return name ? { ...event, [name]: other[1] } : event
      }),
  },
  { weight: 1, arbitrary: nastyValue },
  {
    weight: 1,
    arbitrary: fc.object({
      key: fc.constantFrom(...NAMES, ...STRANGE_NAMES, 'requestContext', 'detail-type'),
      maxDepth: 3,
    }),
  },
)

const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth)

/** What is too large or too deep to be made a million times: each must be refused, and quickly. */
export const extremes = (): readonly unknown[] => {
  const detail = { paid_time: '20261124103000' }
  const right = { mchid: '1900000109', out_order_no: 'A' }
  const bodies = [
    deep('[', ']', 100_000),
    deep('{"a":', '}', 100_000),
    `{"detail":${deep('[', ']', 100_000)}}`,
    `{"detail":{"paid_time":"${'1'.repeat(10 * 1024 * 1024)}"}}`,
    `{"__proto__":${deep('{"__proto__":', '}', 50_000)}}`,
    `{${'"a":1,'.repeat(1_000_000)}"detail":{"paid_time":"20261124103000"}}`,
    ' '.repeat(10 * 1024 * 1024),
  ]
  let nested: unknown = []
  for (let i = 0; i < 100_000; i += 1) nested = [nested]
  const inNotice = [nested, 'x'.repeat(10 * 1024 * 1024)].flatMap((bad) =>
    (['direct', 'event'] as const).map((kind) => eventOf(kind, { ...right, detail, amount: bad })),
  )
  return [
    ...bodies.flatMap((body) =>
      (['http api', 'rest api'] as const).flatMap((kind) => [
        { ...eventOf(kind, { ...right, detail }), body },
        { ...eventOf(kind, { ...right, detail }), body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
      ]),
    ),
    ...inNotice,
    ...KINDS.map((kind) => eventOf(kind, { ...right, out_order_no: 'x'.repeat(1_000_000), detail })),
  ]
}
