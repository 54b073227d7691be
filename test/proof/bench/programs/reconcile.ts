import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { createDueKeys } from '../../../../lib/aws/due-keys.ts'
import { createEventBus } from '../../../../lib/aws/event-bus.ts'
import { createLedger } from '../../../../lib/aws/ledger.ts'
import { functionSettings } from '../../../../lib/aws/sdk/settings.ts'
import { LIMITS } from '../../../../lib/limits.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { WORK } from '../work.ts'

// Reconcile on a clock that a pause moves on at once, run after run in one process until ROWS are dispatched.
const rows = Number(process.env.BENCH_ROWS)
let clock = Date.now()
const client = new DynamoDBClient(functionSettings('dynamodb'))
const deps = {
  ledger: createLedger(client, 'payscore-ledger'),
  dueKeys: createDueKeys(client, 'payscore-ledger'),
  bus: createEventBus(new EventBridgeClient(functionSettings('events')), 'payscore'),
  now: () => clock,
  sleep: async (ms: number) => {
    clock += ms
  },
}

const rss = { tenth: 0, end: 0 }

export const once = async (): Promise<void> => {
  for (let dispatched = 0; dispatched < rows; ) {
    const [report] = await dispatchDue(
      [{ mchid: WORK.mchid, pace: LIMITS.dispatchesPerSecond, shards: LIMITS.shards }],
      deps,
    )
    if (!report || report.dispatched === 0 || report.refused > 0) throw new Error('a run dispatched nothing')
    dispatched += report.dispatched
    if (rss.tenth === 0 && dispatched >= rows / 10) rss.tenth = residentBytes()
  }
  rss.end = residentBytes()
  process.stdout.write(JSON.stringify(rss))
}

const residentBytes = (): number => {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}
