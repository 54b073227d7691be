import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BusEvent, createEventBus, type EventBus } from '../../../lib/aws/event-bus.ts'
import type { DueEvent } from '../../../lib/ledger/due-event.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { dispatchDue } from '../../../lib/operations/dispatch-due.ts'
import { processDue } from '../../../lib/operations/process-due.ts'
import { fakeBus } from '../../support/fake-bus.ts'
import { fakeDeps } from '../../support/fake-deps.ts'
import { NO_ANSWER } from '../../support/fake-wechatpay.ts'
import { startLedger } from '../../support/ledger-table.ts'
import { dueRow, MINUTE, NOW, PAYAFTER_ROW, unleased } from '../../support/orders.ts'
import { pacedSigners } from '../../support/paced-signers.ts'

const MCHID = '1900000109'

let table: Awaited<ReturnType<typeof startLedger>>

beforeAll(async () => {
  table = await startLedger()
})
afterAll(() => table.close())

const putDue = (names: readonly string[]) =>
  Promise.all(
    names.map((out_order_no) =>
      table.put({
        ...unleased(PAYAFTER_ROW),
        pk: `${MCHID}#${out_order_no}`,
        next: 'sync',
        due_at: NOW - 1 * MINUTE,
        call: { ...PAYAFTER_ROW.call, out_order_no },
      } satisfies Row),
    ),
  )

const dispatch = (bus: EventBus) =>
  dispatchDue(pacedSigners([MCHID]), {
    ledger: table.ledger,
    dueKeys: table.dueKeys,
    bus,
    now: () => NOW,
    sleep: async () => {},
  })

const serveAll = async (events: readonly BusEvent[]) => {
  const { deps, sent } = fakeDeps({ says: NO_ANSWER, ledger: table.ledger })
  await Promise.all(events.map(({ detail }) => processDue(detail as DueEvent, deps)))
  return sent.map(({ target }) => target)
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

it('two runs at once make one call for each order', async () => {
  await putDue(names('TWICE', 12))
  const { bus, events } = fakeBus()

  await Promise.all([dispatch(bus), dispatch(bus)])
  const targets = await serveAll(events())

  expect(events()).toHaveLength(24)
  expect(targets.toSorted()).toEqual(
    names('TWICE', 12)
      .map((name) => `/v3/payscore/payafter-orders/${name}/sync`)
      .toSorted(),
  )
})

it('a bus that takes 7 of 10 leaves 3 rows due, which the next run finds', async () => {
  await putDue(names('SEVEN', 10))
  const taken: BusEvent[] = []
  let isFirst = true
  const client = {
    send: async ({ input: { Entries = [] } }: PutEventsCommand) => {
      const refuses = (i: number) => isFirst && i % 3 === 1
      const answers = Entries.map((entry, i) => {
        if (refuses(i)) return { ErrorCode: 'InternalFailure' }
        taken.push({ source: '', detailType: '', detail: JSON.parse(entry.Detail ?? '') })
        return { EventId: `id-${i}` }
      })
      isFirst = false
      return { Entries: answers }
    },
  } as unknown as EventBridgeClient
  const bus = createEventBus(client, 'payscore')

  const [first] = await dispatch(bus)
  const served = await serveAll(taken.splice(0))
  const [second] = await dispatch(bus)
  const servedThen = await serveAll(taken)

  expect([first, second]).toMatchObject([
    { dispatched: 7, refused: 3 },
    { dispatched: 3, refused: 0 },
  ])
  expect([served.length, servedThen.length]).toEqual([7, 3])
})

it('a storm of a hundred times the usual goes out at twenty a second', async () => {
  const rows = Array.from({ length: 2_000 }, (_, i) => dueRow(`STORM-${i}`, i % 4, 600_000 - i))
  const { clock, deps, puts } = fakeDeps({ rows })

  const [report] = await clock.runUntil(dispatchDue(pacedSigners([MCHID]), deps))

  const inSecond = (from: number) =>
    puts.filter(({ at }) => from <= at && at < from + 1000).reduce((sum, { events }) => sum + events.length, 0)
  expect(Math.max(...puts.map(({ at }) => inSecond(at)))).toBe(20)
  expect(report).toMatchObject({ dispatched: 1000, more: expect.any(Boolean) })
})
