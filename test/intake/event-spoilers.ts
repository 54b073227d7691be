import fc from 'fast-check'
import { digits, HTTP, inEvent, type Json, missing, notObject, notText, type Spoiler, setIn } from './spoiler.ts'

const setBody = (more: (bad: unknown) => Json) => (event: Json, bad: unknown) => ({
  ...event,
  body: JSON.stringify({ ...JSON.parse(String(event.body)), ...more(bad) }),
})

/** What API Gateway, EventBridge or a caller wraps the notice in. */
export const EVENT_SPOILERS: readonly Spoiler[] = [
  inEvent(
    'source not listed',
    'source',
    ['event'],
    fc.constantFrom('', 'payscore.ledger', 'aws.events', 'com.example', 'com.example.pos ', 'Com.Example.Pos'),
    setIn('source'),
  ),
  inEvent('source not text', 'source', ['event'], fc.oneof(missing, notText), setIn('source')),
  inEvent(
    'another detail-type',
    'detail-type',
    ['event'],
    fc.constantFrom('', null, undefined, 'Payscore Order Due', 'payscore order paid offline', 'Payscore Order Paid'),
    setIn('detail-type'),
  ),
  inEvent(
    'outcome played back as input',
    'detail-type',
    ['event'],
    fc.constantFrom(
      'Payscore Order Synced',
      'Payscore Order Rejected',
      'Payscore Order Held',
      'Payscore Order Double Charged',
    ),
    (event, bad) => ({ ...event, 'detail-type': bad, source: 'payscore.ledger' }),
  ),
  inEvent(
    'time of the event missing or no time',
    'time',
    ['event'],
    fc.oneof(
      missing,
      notText,
      fc.constantFrom('', 'now', '2026-13-24T02:30:00Z', '2026-11-24T25:30:00Z', '20261124023000'),
    ),
    setIn('time'),
  ),
  inEvent(
    'detail of the event missing or no object',
    'detail',
    ['event'],
    fc.oneof(missing, notObject),
    setIn('detail'),
  ),

  inEvent('event not an object', 'event', ['direct'], fc.oneof(notObject, fc.constantFrom([], [{}])), (event, bad) =>
    Array.isArray(bad) && bad.length > 0 ? [event] : bad,
  ),

  inEvent(
    'path parameters missing',
    'mchid',
    HTTP,
    fc.constantFrom(undefined, null, [], '', {}),
    setIn('pathParameters'),
  ),
  inEvent(
    'mchid of the body another',
    'mchid',
    HTTP,
    fc.oneof(digits(1, 9, 11), notText),
    setBody((mchid) => ({ mchid })),
  ),
  inEvent(
    'order number of the body another',
    'out_order_no',
    HTTP,
    fc.oneof(fc.constant(''), digits(33, 40), notText),
    setBody((out_order_no) => ({ out_order_no })),
  ),
  inEvent('body missing', 'body', HTTP, fc.constantFrom(undefined, null, '', 0, {}, []), setIn('body')),
  inEvent('body cut short', 'body', HTTP, fc.nat(), (event, bad) => {
    const body = String(event.body)
    return { ...event, body: body.slice(0, Number(bad) % body.length) }
  }),
  inEvent(
    'body with something after it',
    'body',
    HTTP,
    fc.constantFrom('}', ',', '{}', 'x', '\u0000'),
    (event, bad) => ({
      ...event,
      body: `${event.body}${bad}`,
    }),
  ),
  inEvent(
    'body of JSON that is no object',
    'body',
    HTTP,
    fc.constantFrom('null', '1', '"x"', 'true', '[]', '[{}]'),
    setIn('body'),
  ),
  inEvent('body wrongly said to be in base64', 'body', HTTP, missing, (event) => ({ ...event, isBase64Encoded: true })),
  inEvent('body in base64 that nobody said', 'body', HTTP, missing, (event) => ({
    ...event,
    body: Buffer.from(String(event.body)).toString('base64'),
  })),
  inEvent(
    'body too large',
    'body',
    HTTP,
    fc.integer({ min: 8192, max: 12_000 }),
    setBody((bad) => ({ note: 'x'.repeat(Number(bad)) })),
  ),
]
