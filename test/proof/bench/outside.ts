import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { keepOff } from './pin.ts'
import type { Counts, Latency, Opened, Order } from './server.ts'
import { WORK } from './work.ts'

export type Outside = {
  /** All that a program finds in its environment to reach the outside. */
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
      LEDGER_TABLE: 'payscore-ledger',
      EVENT_BUS: 'payscore',
      BUCKET: 'payscore-statements',
      WECHATPAY_ORIGIN: origin,
      AWS_ENDPOINT_URL: origin,
      BENCH_SECRET: secret,
      BENCH_APPID: WORK.appid,
      BENCH_SERVICE_ID: WORK.service_id,
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
