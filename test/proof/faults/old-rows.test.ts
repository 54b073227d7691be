import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Row } from '../../../lib/ledger/row.ts'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { orderEvents } from '../../../lib/views/order-events.ts'
import { statusReply } from '../../../lib/views/reply.ts'
import { fakeDeps } from '../../support/fake-deps.ts'
import { answered, SAYS } from '../../support/fake-wechatpay.ts'
import { startLedger } from '../../support/ledger-table.ts'
import { DAY, MINUTE, NOW, PAYAFTER_ORDER } from '../../support/orders.ts'

let table: Awaited<ReturnType<typeof startLedger>>

beforeAll(async () => {
  table = await startLedger()
})
afterAll(() => table.close())

/** A row as the first version wrote it: without `day`, `noticed_at`, `mode`, and all else that came later. */
const putOld = (out_order_no: string, more: object = {}) =>
  table.put({
    pk: `1900000109#${out_order_no}`,
    state: 'PENDING',
    next: 'sync',
    due: '1900000109#0',
    due_at: NOW - 1 * MINUTE,
    attempt: 1,
    call: { ...PAYAFTER_ORDER.call, out_order_no },
    call_hash: 'the first call',
    created_at: NOW - 1 * DAY,
    v: 1,
    ...more,
  } as Partial<Row> & Pick<Row, 'pk'>)

const orderOf = (out_order_no: string) => ({
  ...PAYAFTER_ORDER,
  out_order_no,
  call: { ...PAYAFTER_ORDER.call, out_order_no },
})

const readRow = (out_order_no: string) => table.ledger.read(`1900000109#${out_order_no}`)

const parties = (out_order_no: string) =>
  `"appid":"wxd678efh567hg6787","mchid":"1900000109","out_order_no":"${out_order_no}"`

const fakesWith = (says = SAYS.taken) => fakeDeps({ says, ledger: table.ledger })

it.each([
  { step: 'sync', says: answered(429, '{"code":"FREQUENCY_LIMITED"}'), state: 'PENDING' },
  { step: 'query', says: answered(404, '{"code":"ORDER_NOT_EXIST"}'), state: 'PENDING' },
] as const)('a due $step of the version before is taken', async ({ step, says, state }) => {
  const out_order_no = `OLD-${step}`
  await putOld(out_order_no, { next: step })
  const { deps, sent, clock, wechatpay } = fakesWith(says)
  const due = { mchid: '1900000109', out_order_no, next: step } as const

  await processDue(due, deps)
  const between = await readRow(out_order_no)
  clock.now += 7 * 3_600_000
  wechatpay.says = answered(
    200,
    `{${parties(out_order_no)},"state":"USER_PAID","pay_type":"MchChannelPayType"}`,
    clock.now,
  )
  await processDue({ ...due, next: 'query' }, deps)

  const row = await readRow(out_order_no)
  expect(sent).toHaveLength(2)
  expect(between).toMatchObject({ state, attempt: 2 })
  expect(row).toMatchObject({ state: 'SYNCED', attempt: 3, proved_at: expect.any(Number) })
  expect(statusReply(row)).toMatchObject({ status: 200, body: { state: 'SYNCED', confirmed: true } })
  expect(row && orderEvents(between, row).map(({ detailType }) => detailType)).toEqual(['Payscore Order Synced'])
})

it('a corrected notice reopens a rejected row of the version before', async () => {
  const { due: _, due_at: __, next: ___, ...ended } = await putOld('OLD-REJECTED')
  await table.put({ ...ended, state: 'REJECTED', reason: 'invalid', expires_at: 1_830_047_400 })
  const order = { ...orderOf('OLD-REJECTED'), call_hash: 'the second call' }
  const says = answered(200, `{${parties('OLD-REJECTED')},"order_id":"1"}`)
  const { deps } = fakesWith(says)

  const { reply } = await syncOrder(order, 'http', deps)

  expect(reply).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
  expect(await readRow('OLD-REJECTED')).toMatchObject({ state: 'SYNCED', call_hash: 'the second call', attempt: 3 })
})

it('members of the version after outlive every write of this one', async () => {
  await putOld('NEWER', { later: { a: ['member'] }, v: 2 })
  const says = answered(200, `{${parties('NEWER')},"order_id":"1"}`)
  const { deps, clock, wechatpay } = fakesWith(says)

  await syncOrder(orderOf('NEWER'), 'http', deps)
  clock.now += 11 * MINUTE
  wechatpay.says = answered(200, `{${parties('NEWER')},"state":"USER_PAID","pay_type":"MchChannelPayType"}`, clock.now)
  await processDue({ mchid: '1900000109', out_order_no: 'NEWER', next: 'query' }, deps)

  const { Item = {} } = await table.client.send(
    new GetItemCommand({ TableName: table.table, Key: { pk: { S: '1900000109#NEWER' } } }),
  )
  expect(unmarshall(Item)).toMatchObject({
    state: 'SYNCED',
    later: { a: ['member'] },
    v: 2,
    proved_at: expect.any(Number),
  })
})
