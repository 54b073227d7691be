import type { BillRow } from '../../../../lib/aws/bill-log.ts'
import { chinaDay, formatChinaTime } from '../../../../lib/china-time.ts'
import type { Order } from '../../../../lib/local/wechatpay/orders.ts'
import { startWorld, type World } from '../../../../lib/local/world.ts'
import { HOUR, MINUTE } from '../../../support/orders.ts'
import { DIRECT, noticeOf, passUntilQuiet, placeOrder } from '../../../support/served.ts'
import { decide, handOver } from '../../../support/till.ts'

/** What became of an order on the day of the bill; an order of each in every group. */
const STORIES = [
  'CHARGED', // after it was synced and proved
  'HAND', // paid by hand after that
  'KNOWN', // charged before, and given back
  'NUMBERLESS', // charged before, but the answer had no transaction_id
  'HELD', // charged while it was held
  'CLOSED', // charged after an operator closed it
  'QUIET', // not charged; an ordinary payment has its number
] as const
type Story = (typeof STORIES)[number]

const API = 'payafter-orders'
const AMOUNT = 8800
/** Of each thousand rows of the padding. */
export const MIX = { debits: 20, refunds: 5 }

type Ledger = readonly Readonly<Record<string, unknown>>[]

export type BillDay = Awaited<ReturnType<typeof startBillDay>>

/**
 * The local world at half past ten of the day after: orders of each story in the ledger, and a bill of as many rows and
 * theirs, which can be had.
 */
export const startBillDay = async ({
  rows,
  groups,
  env = {},
}: {
  readonly rows: number
  readonly groups: number
  readonly env?: Readonly<Record<string, string>>
}) => {
  const world = await startWorld({ merchants: [DIRECT], debitAfterMs: Number.POSITIVE_INFINITY, env })
  const { wechatpay } = world
  world.clock.advance(untilHour(world, 12))
  const day = chinaDay(world.clock.now())
  const orders = new Map(
    Array.from({ length: groups }).flatMap((_, group) =>
      STORIES.map((story) => {
        const more = story === 'CLOSED' ? ({ state: 'accepted' } as const) : {}
        return [`${story}-${group}`, placeOrder(world, API, `${story}-${group}`, more)] as const
      }),
    ),
  )
  let numbers = 0
  const charge = (order: Order, by: 'auto' | 'hand' = 'auto'): string => {
    numbers += 1
    return wechatpay.payscoreCharges(order, { transaction_id: `42000001${String(numbers).padStart(20, '0')}`, by })
  }
  const each = async (story: Story, does: (order: Order, out_order_no: string) => unknown): Promise<void> => {
    for (const [name, order] of orders) if (name.startsWith(`${story}-`)) await does(order, name)
  }

  for (const story of ['KNOWN', 'NUMBERLESS'] as const) await each(story, (order) => charge(order))
  await each('NUMBERLESS', (order) =>
    wechatpay.showInstead(order, {
      finish_transaction_id: undefined,
      collection: { state: 'USER_PAID', total_amount: AMOUNT, details: [{ paid_type: 'NEWTON', amount: AMOUNT }] },
    }),
  )
  for (const out_order_no of orders.keys()) {
    const isHeld = out_order_no.startsWith('HELD-')
    await handOver(world, 'HTTP API 2.0', { ...noticeOf(API, out_order_no), ...(isHeld && { amount: 100 }) })
  }
  await world.idle()
  await world.pass(HOUR)
  await each('CLOSED', async (_, name) => {
    await passUntilQuiet(world, name)
    const { status } = await decide(world, noticeOf(API, name), 'close', { reason: 'wrong number' })
    if (status !== 200) throw new Error(`${name} was not closed: ${status}`)
  })

  await each('NUMBERLESS', (order) => wechatpay.showInstead(order, undefined))
  await each('CLOSED', (order) => wechatpay.merchantCompletes(order))
  for (const story of ['CHARGED', 'HELD', 'CLOSED'] as const) await each(story, (order) => charge(order))
  await each('HAND', (order) => charge(order, 'hand'))
  await each('QUIET', (_, out_trade_no) =>
    wechatpay.ordinaryPayment({ mchid: DIRECT.mchid, out_trade_no, amount: AMOUNT }),
  )
  await each('KNOWN', (order, name) => {
    const [{ transaction_id = '' } = {}] = order.payments
    const out_refund_no = `RF-${name}`
    wechatpay.refund({ mchid: DIRECT.mchid, transaction_id, out_refund_no, amount: AMOUNT })
    wechatpay.setRefund(out_refund_no, 'SUCCESS')
  })
  wechatpay.padBill(rows, MIX)
  wechatpay.makeBill(DIRECT.mchid, day)
  world.clock.advance(untilHour(world, 10))
  await world.pass(HOUR / 2)

  const ledger = async (): Promise<Ledger> => (await world.table.rows()).filter(({ pk }) => !isBill(pk))
  const billRow = async () => (await world.table.rows()).find(({ pk }) => isBill(pk)) as BillRow | undefined // only the bill log writes such rows

  return {
    world,
    day,
    ledger,
    billRow,
    /** Rows of the bill, with those of the orders, of which KNOWN has a refund too. */
    rows: rows + groups * (STORIES.length + 1),
    /** One run of the function. */
    audit: (again: boolean) => world.runAudit({ day, ...(again && { again }) }),
    close: world.close,
  }
}

export const isBill = (pk: unknown): boolean => String(pk).startsWith('bill#')

/** ms until it is this hour in China, today or tomorrow. */
const untilHour = ({ clock }: World, hour: number): number => {
  const now = formatChinaTime(clock.now())
  const minutes = Number(now.slice(8, 10)) * 60 + Number(now.slice(10, 12))
  return ((hour * 60 - minutes + 24 * 60) % (24 * 60) || 24 * 60) * MINUTE
}
