import { expect, it } from 'vitest'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { fakeDeps } from '../../support/fake-deps.ts'
import { answered, NO_ANSWER, SAYS } from '../../support/fake-wechatpay.ts'
import { KEY, PAYAFTER_ORDER, PK, SECOND } from '../../support/orders.ts'

const QUERY = { ...KEY, next: 'query' } as const

it('an invocation that comes back after its lease writes over nobody', async () => {
  const { deps, clock, rows } = fakeDeps()
  const unreadable = answered(502, '<html>')
  const throttled = answered(429, '{"code":"FREQUENCY_LIMITED"}')
  // While the sync of the notice is out, its lease ends and a query claims the row; then the sync is told to slow down.
  const send: typeof deps.send = async ({ method }) => {
    if (method === 'GET') return unreadable
    clock.now += 31 * SECOND
    await processDue(QUERY, deps)
    return throttled
  }

  await syncOrder(PAYAFTER_ORDER, 'http', Object.assign(deps, { send }))

  expect(rows.get(PK)).toMatchObject({ state: 'PENDING', attempt: 2, next: 'query', last_error: { status: 502 } })
})

it('a sync that was taken and whose answer was lost is asked about, and not repeated', async () => {
  const { deps, clock, wechatpay, sent, rows } = fakeDeps({ says: NO_ANSWER })

  await syncOrder(PAYAFTER_ORDER, 'http', deps)
  wechatpay.says = SAYS.paidToMerchant
  clock.now += 90 * SECOND
  await processDue({ ...QUERY, next: 'sync' }, deps)
  await processDue(QUERY, deps)

  expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET'])
  expect(rows.get(PK)).toMatchObject({ state: 'SYNCED', proved_at: expect.any(Number) })
})
