import { expect, it } from 'vitest'
import { createContract } from '../../lib/local/contract.ts'

const ROUTE = '/merchants/{mchid}/payafter-orders/{out_order_no}/sync'

const SYNCED = {
  appid: 'wxd678efh567hg6787',
  mchid: '1900000109',
  out_order_no: 'A1',
  order_id: '15646546545165651651',
  state: 'SYNCED',
  attempt: 2,
  confirmed: false,
  synced_at: '2026-11-24T02:30:00.000Z',
  replayed: false,
}

const contract = createContract()
const told = (body: object, status = 200, contentType = 'application/json') =>
  contract.answer({ method: 'POST', route: ROUTE, status, contentType, body: JSON.stringify(body) })

it('finds nothing wrong with an answer as it is published', () => {
  expect(told(SYNCED)).toBeUndefined()
  expect(told({ message: 'Internal Server Error' }, 500)).toBeUndefined()
})

it.each<[string, object, RegExp]>([
  ['a member that nobody knows', { ...SYNCED, openid: 'o' }, /must NOT have additional properties/],
  ['a member that is missing', { ...SYNCED, confirmed: undefined }, /must have required property 'confirmed'/],
  ['a member of another type', { ...SYNCED, attempt: '2' }, /attempt must be integer/],
  ['a state of another answer', { ...SYNCED, state: 'REJECTED' }, /state must be equal/],
  ['a time that is none', { ...SYNCED, synced_at: 'now' }, /synced_at must match/],
])('names %s', (_, body, wrong) => {
  expect(told(body)).toMatch(wrong)
})

it('names a status and a form that is not published', () => {
  expect(told(SYNCED, 201)).toMatch(/no such answer is published/)
  expect(told(SYNCED, 200, 'text/plain')).toMatch(/no such answer is published/)
})

it('names an outcome that is not as it is published', () => {
  expect(contract.outcome('Payscore Order Lost', '{}')).toMatch(/no such event is published/)
  expect(contract.outcome('Payscore Order Synced', '{}')).toMatch(/must have required property 'mchid'/)
})
