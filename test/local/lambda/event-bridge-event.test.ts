import { expect, it } from 'vitest'
import { eventBridgeEvent } from '../../../lib/local/lambda/event-bridge-event.ts'

it('makes the envelope of a rule, its time in whole seconds', () => {
  const event = eventBridgeEvent({
    source: 'com.example.pos',
    detailType: 'Payscore Order Paid Offline',
    detail: { mchid: '1900000109' },
    timeMs: Date.parse('2026-11-24T02:30:05.999Z'),
    id: 'event-1',
  })

  expect(event).toEqual({
    version: '0',
    id: 'event-1',
    'detail-type': 'Payscore Order Paid Offline',
    source: 'com.example.pos',
    account: '123456789012',
    time: '2026-11-24T02:30:05Z',
    region: 'ap-east-1',
    resources: [],
    detail: { mchid: '1900000109' },
  })
})
