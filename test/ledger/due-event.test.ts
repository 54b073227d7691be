import { describe, expect, it } from 'vitest'
import { dueBusEvent, readDueEvent } from '../../lib/ledger/due-event.ts'

const EVENT = {
  source: 'payscore.reconcile',
  'detail-type': 'Payscore Order Due',
  detail: { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', next: 'sync' },
}

describe('dueBusEvent', () => {
  it('carries the key of the row and its next step, and nothing else', () => {
    const due = { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', next: 'query', state: 'PENDING' } as const

    expect(dueBusEvent(due)).toStrictEqual({
      source: 'payscore.reconcile',
      detailType: 'Payscore Order Due',
      detail: { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', next: 'query' },
    })
  })
})

describe('readDueEvent', () => {
  it.each(['sync', 'query'])('reads the key and the step %s, and nothing else', (next) => {
    const event = { ...EVENT, id: '6a7e8feb', detail: { ...EVENT.detail, next, paid_time: '20261124102900' } }

    expect(readDueEvent(event)).toStrictEqual({ mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', next })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'Payscore Order Due'],
    ['another source', { ...EVENT, source: 'com.example.pos' }],
    ['another detail-type', { ...EVENT, 'detail-type': 'Payscore Order Paid Offline' }],
    ['no detail', { ...EVENT, detail: undefined }],
    ['a detail that is null', { ...EVENT, detail: null }],
    ['no mchid', { ...EVENT, detail: { ...EVENT.detail, mchid: undefined } }],
    ['an mchid that is a number', { ...EVENT, detail: { ...EVENT.detail, mchid: 1900000109 } }],
    ['no order number', { ...EVENT, detail: { ...EVENT.detail, out_order_no: undefined } }],
    ['no step', { ...EVENT, detail: { ...EVENT.detail, next: undefined } }],
    ['an unknown step', { ...EVENT, detail: { ...EVENT.detail, next: 'close' } }],
  ])('does not take %s for one', (_, event) => {
    expect(readDueEvent(event)).toBeUndefined()
  })
})
