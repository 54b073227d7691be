import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { lambdaEnvironment } from '../../../lib/local/lambda/environment.ts'
import { keepOff } from './pin.ts'
import type { Counts, Latency, Opened, Order } from './server.ts'
import { NOTICE, SYNC_BODY, SYNC_TARGET, WORK } from './work.ts'

export type Outside = {
  /** All that a program finds in its environment: what Lambda sets, how to reach the outside, and its work. */
  readonly env: Readonly<Record<string, string>>
  readonly setLatency: (latency: Latency) => Promise<void>
  /** What was asked since the last time. */
  readonly counts: () => Promise<Counts>
  readonly close: () => void
}

export const startOutside = async (): Promise<Outside> => {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)))
  if (child.pid !== undefined) keepOff(child.pid)
  const { port, secret } = await answer<Opened>(child)
  const origin = `http://127.0.0.1:${port}`
  const order = async <T>(what: Order): Promise<T> => {
    child.send(what)
    return answer<T>(child)
  }
  return {
    env: {
      ...lambdaEnvironment('sync', 512, {
        LEDGER_TABLE: 'payscore-ledger',
        EVENT_BUS: 'payscore',
        BUCKET: 'payscore-statements',
        WECHATPAY_ORIGIN: origin,
        AWS_ENDPOINT_URL: origin,
      }),
      BENCH_SECRET: secret,
      BENCH_APPID: WORK.appid,
      BENCH_SERVICE_ID: WORK.service_id,
      BENCH_NOTICE: JSON.stringify(NOTICE),
      BENCH_CALL: JSON.stringify({ ...WORK, target: SYNC_TARGET, body: JSON.parse(SYNC_BODY) }),
    },
    setLatency: async (latency) => order({ latency }),
    counts: () => order<Counts>('counts'),
    close: () => child.disconnect(),
  }
}

/** The child sends nothing but answers, one to each order. */
const answer = async <T>(child: ChildProcess): Promise<T> => {
  const [message] = await once(child, 'message')
  return message as T
}
