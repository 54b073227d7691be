import type { EventBus } from '../../lib/aws/event-bus.ts'
import type { Ledger } from '../../lib/aws/ledger.ts'
import type { DueEvent } from '../../lib/ledger/due-event.ts'
import type { Row } from '../../lib/ledger/row.ts'
import type { OrderDeps } from '../../lib/operations/call-wechatpay.ts'
import type { DispatchDeps } from '../../lib/operations/dispatch-due.ts'
import type { Sent } from '../../lib/wechatpay/send.ts'
import { fakeBus } from './fake-bus.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { fakeSend, SAYS, SIGNER } from './fake-wechatpay.ts'
import { plainLedger } from './plain-ledger.ts'

type Deps = OrderDeps & DispatchDeps

/** Parts in place of the fakes, and what the fakes hold and say. */
type Given = Partial<Omit<Deps, 'ledger' | 'bus'>> & {
  /** The rows of the ledger. */
  readonly rows?: readonly Row[]
  /** The response to each request, until a test sets `wechatpay.says`. */
  readonly says?: Sent
  readonly clock?: FakeClock
  /** Methods in place of those of the fake ledger. */
  readonly ledger?: Partial<Ledger> | ((fake: Ledger) => Partial<Ledger>)
  readonly signer?: Deps['merchants']['signer']
  /** What the bus does with a batch: it returns the events that it refuses. */
  readonly put?: EventBus['put']
}

/**
 * What every operation depends on, in memory and without I/O. Any part may be replaced; the fakes record what was sent,
 * published, put, written and forgotten.
 */
export const fakeDeps = ({
  rows = [],
  says = SAYS.taken,
  clock = fakeClock(),
  ledger,
  signer = async () => SIGNER,
  put,
  ...replaced
}: Given = {}) => {
  const { ledger: plain, dueKeys, ...inLedger } = plainLedger(...rows)
  const { send, ...atWechatpay } = fakeSend(says)
  const { bus, puts } = fakeBus(put, clock)
  const startedAt = clock.now
  const pages: { readonly at: number; readonly key: string; readonly limit: number }[] = []
  const published: DueEvent[] = []
  const forgotten: string[] = []

  const fake: Ledger = {
    ...plain,
    due: (key, now, limit, from) => {
      pages.push({ at: clock.now - startedAt, key, limit })
      return plain.due(key, now, limit, from)
    },
  }
  const deps: Deps = {
    ledger: { ...fake, ...(typeof ledger === 'function' ? ledger(fake) : ledger) },
    merchants: { signer, forget: (mchid) => forgotten.push(mchid) },
    send,
    publishDue: async (due) => {
      published.push(due)
    },
    bus,
    dueKeys,
    now: () => clock.now,
    sleep: clock.sleep,
    random: () => 0.5,
    nonce: () => '593BEC0C930BF1AFEB40B4A08C8FB242',
    ...replaced,
  }

  return { deps, clock, ...atWechatpay, ...inLedger, pages, puts, published, forgotten }
}
