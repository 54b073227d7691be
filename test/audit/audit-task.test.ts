import { describe, expect, it } from 'vitest'
import { readAuditTask } from '../../lib/audit/audit-task.ts'
import { InputError } from '../../lib/errors.ts'
import { HOUR, NOW } from '../support/orders.ts'
import { MCHID, MERCHANTS } from './audit-world.ts'

const read = (event: unknown, now = NOW) => readAuditTask(event, MERCHANTS, now)

describe('the task of an audit', () => {
  it.each([
    [{}],
    [{ day: '20261123' }],
    [{ day: '20260824', again: true }],
    [{ day: '20261123', mchid: MCHID, again: true }],
    [{ digest: true }],
    [{ digest: true, again: true }],
  ])('is %j', (event) => {
    expect(read(event)).toEqual(event)
  })

  it.each([
    ['today', { day: '20261124' }],
    ['tomorrow', { day: '20261125' }],
    ['more than three months ago', { day: '20260823' }],
    ['no day', { day: '20261131' }],
    ['no digits', { day: '2026-11-23' }],
    ['a number', { day: 20261123 }],
    ['of a digest', { digest: true, day: '20261123' }],
    ['left out beside a merchant of a digest', { digest: true, mchid: MCHID }],
    ['left out', { again: true }],
    ['left out beside a merchant', { mchid: MCHID }],
    ['of a merchant that is not served', { day: '20261123', mchid: '1900000999' }],
    ['in an event of a bus', { source: 'com.example.pos', 'detail-type': 'Payscore Order Paid Offline', detail: {} }],
    ['in a request of the API', { version: '2.0', rawPath: '/', requestContext: {}, body: '{"day":"20261123"}' }],
    ['in a text', '{"day":"20261123"}'],
  ])('is refused where the day is %s', (_, event) => {
    expect(() => read(event)).toThrow(InputError)
  })

  it('counts days in China', () => {
    const midnight = NOW + 13 * HOUR + 30 * 60_000

    expect(() => read({ day: '20261124' }, midnight - 1)).toThrow('must be a day that is over in China')
    expect(read({ day: '20261124' }, midnight)).toEqual({ day: '20261124' })
  })
})
