import { InputError } from '../../../../lib/errors.ts'
import { PAID_OFFLINE, readEventSource } from '../../../../lib/intake/event-source.ts'
import { readPaymentNotice } from '../../../../lib/intake/payment-notice.ts'
import type { DueEvent } from '../../../../lib/ledger/due-event.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import type { Order } from '../../../../lib/local/wechatpay/orders.ts'
import { processDue } from '../../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../../lib/operations/sync-order.ts'
import { createMemoryWorld } from '../memory/world.ts'
import { direct, orderAt, type StormMerchant } from '../orders/merchants.ts'
import { createScenario, promised, type Verdict } from '../scenario.ts'

const MODES = ['check', 'observe', 'sync'] as const
type Mode = (typeof MODES)[number]

const POS = 'com.example.pos'
const SHOP: StormMerchant = { ...direct('1900000109', 'payafter-orders'), sources: [POS] }
const OTHER: StormMerchant = { ...direct('1900000110', 'payafter-orders'), sources: ['com.other.pos'] }

/**
 * Sends payment notices of which 3 % name another customer's order, 3 % a wrong amount, and 2 % another merchant's
 * order, and compares the orders at WeChat Pay with them. In `sync` mode they have no amount. Every order has a
 * different total, since an equal one could not be told apart.
 */
export const runWrongNotices = async (notices: number, mode: Mode, seed: number) => {
  const random = seededRandom(seed)
  const due: DueEvent[] = []
  const { time, merchants, wechatpay, rows, deps } = createMemoryWorld({
    merchants: [SHOP, OTHER].map((merchant) => ({ ...merchant, mode })),
    random,
    randomOfCalls: seededRandom(seed + 1000),
    publishDue: (event) => due.push(event),
  })

  let totals = 0
  const addOrder = (merchant: StormMerchant, out_order_no: string): Order => {
    totals += 1
    return wechatpay.addOrder(orderAt(merchant, { out_order_no, total_amount: 1000 + totals }))
  }
  /** Sends it as the bus does. Gives false if it is refused. */
  const handOver = async ({ mchid, out_order_no }: Order, amount: number): Promise<boolean> => {
    const detail = { mchid, out_order_no, detail: { paid_time: '20251124103000' }, ...(mode !== 'sync' && { amount }) }
    const event = { source: POS, 'detail-type': PAID_OFFLINE, time: new Date(time.now()).toISOString(), detail }
    try {
      const trigger = readEventSource(event, deps.now())
      await syncOrder(readPaymentNotice(trigger, merchants, deps.now()), trigger.via, deps)
    } catch (error) {
      if (error instanceof InputError) return false
      throw error
    }
    for (let next = due.shift(); next; next = due.shift()) await processDue(next, deps)
    return true
  }

  const right: Order[] = []
  const unpaid: Order[] = []
  const tally = { wrongNumbers: 0, wrongAmounts: 0, forged: 0, forgedRefused: 0 }
  const notify = async (i: number): Promise<void> => {
    const chance = random()
    const paid = addOrder(SHOP, `PAID-${i}`)
    if (chance < 0.03) {
      tally.wrongNumbers += 1
      const another = addOrder(SHOP, `ANOTHER-${i}`)
      unpaid.push(another)
      await handOver(another, paid.total_amount)
    } else if (chance < 0.06) {
      tally.wrongAmounts += 1
      await handOver(paid, paid.total_amount * 10)
    } else if (chance < 0.08) {
      tally.forged += 1
      const foreign = addOrder(OTHER, `FOREIGN-${i}`)
      unpaid.push(foreign)
      if (!(await handOver(foreign, foreign.total_amount))) tally.forgedRefused += 1
    } else {
      right.push(paid)
      await handOver(paid, paid.total_amount)
    }
  }
  time.after(0, async () => {
    for (let i = 0; i < notices; i += 1) await notify(i)
  })
  await time.run(Number.POSITIVE_INFINITY)

  const isPaidOffline = (order: Order) => order.payments.some(({ paid_type }) => paid_type === 'MCH')
  return {
    notices,
    right: right.length,
    ...tally,
    /** Orders of customers who did not pay at the POS, and that WeChat Pay will now never charge. */
    wronglyClosed: unpaid.filter(isPaidOffline).length,
    /** Right payment notices whose order is not paid offline at WeChat Pay. */
    rightLost: right.filter((order) => !isPaidOffline(order)).length,
    held: [...rows.values()].filter(({ state }) => state === 'HELD').length,
    posts: wechatpay.figures.syncs,
  }
}

/** It shows why `amount` is needed: without it, as in `sync` mode here, a wrong order is closed. */
export const scenario = createScenario(
  { notices: 10_000, seed: 20_261_124 },
  async ({ notices, seed }): Promise<Verdict> => {
    const results = await Promise.all(
      MODES.map(async (mode) => ({ mode, ...(await runWrongNotices(notices, mode, seed)) })),
    )
    const isNone = (name: 'wronglyClosed' | 'rightLost', except: Mode) =>
      results.map(({ mode, [name]: count }) => (mode !== except && count > 0 ? `${mode}: ${count}` : undefined))
    return {
      promises: [
        promised('no wrong order is closed, but in sync mode', isNone('wronglyClosed', 'sync')),
        promised('no right notice is lost, but in observe mode', isNone('rightLost', 'observe')),
        promised(
          'no sync is sent in observe mode',
          results.map(({ mode, posts }) => (mode === 'observe' && posts > 0 ? `${posts}` : undefined)),
        ),
        promised(
          'no forged notice is taken',
          results.map(({ mode, forged, forgedRefused }) =>
            forged === forgedRefused ? undefined : `${mode}: ${forged - forgedRefused}`,
          ),
        ),
      ],
      figures: {},
      details: Object.fromEntries(results.map(({ mode, ...figures }) => [mode, figures])),
    }
  },
)
