import { randomBytes } from 'node:crypto'
import { chinaDay, chinaTimeMs } from '../../../lib/china-time.ts'
import type { BillFault, Show } from '../../../lib/local/wechatpay/bills.ts'
import type { Trade } from '../../../lib/local/wechatpay/trades.ts'
import type { World } from '../../../lib/local/world.ts'
import { DAY, HOUR, MINUTE } from '../../support/orders.ts'
import { plantedOpenid } from './planted.ts'
import type { Canary } from './scan.ts'

/** After midnight in China: when a bill can be had, and when people are told. */
const COMPARED_AT = 10 * HOUR + 20 * MINUTE
const TOLD_AT = 11 * HOUR
/** When the schedule tells again what it could not. */
const TOLD_AGAIN = 30 * MINUTE
const CHARGED_EVERY = 10
const NAMESAKE_EVERY = 20

const FAULTS: readonly BillFault[] = [
  ...(['late', 'wrong-hash', 'wrong-sums', 'foreign-url', 'expired-url'] as const),
  ...(['redirect', 'cut', 'short'] as const),
]

/** The texts of a bill that may say who paid, by what and for what, beside 用户标识 and 商户数据包. */
const COLUMNS = { bank: '付款银行', device: '设备号', goods: '商品名称', 'fee note': '费率备注' } as const

/**
 * The bills of the day, first with every fault and then as they are, compared by the function, and the digest of what is
 * open, which the topic does not take at first. Gives what was planted in the bills.
 */
export const auditOrders = async (world: World) => {
  addTrades(world)
  const day = chinaDay(world.clock.now())
  passTo(world, chinaTimeMs(day) + DAY + COMPARED_AT)
  await world.runReconcile()
  const compare = async () => (await world.runAudit({ day, again: true })).result as Compared // the function's own reply

  const { show, canaries } = plantInBills()
  const compareWith = async (fault: BillFault) => {
    const end = world.wechatpay.billFault(fault, { times: Number.POSITIVE_INFINITY })
    await compare()
    end()
  }
  const noSum = word('sum')
  const compareWithoutSum = async () => {
    world.wechatpay.showInBill((trade) => ({ ...show(trade), 订单金额: noSum }))
    await compare()
    world.wechatpay.showInBill(show)
  }
  world.wechatpay.showInBill(show)
  for (const fault of FAULTS) await compareWith(fault)
  await compareWithoutSum()
  await compareWith('old-columns')
  const { bills = [] } = await compare()
  // Once more, since the row of a day keeps the reason of its last run.
  await compareWithoutSum()
  world.clock.advance(2 * MINUTE)
  await world.runReconcile()

  passTo(world, chinaTimeMs(day) + DAY + TOLD_AT)
  const end = world.topic.faults.add({ kind: 'fail', probability: 1 })
  await world.runAudit({ digest: true })
  end()
  world.clock.advance(TOLD_AGAIN)
  await world.runAudit({ digest: true })
  return {
    /** How many bills agreed, so that all of their lines were compared. */
    compared: bills.filter(({ outcome }) => outcome === 'agreed' || outcome === 'asked').length,
    planted: [...canaries(), { what: 'sum', value: noSum }],
  }
}

type Compared = { readonly bills?: readonly { readonly outcome?: string }[] }

const passTo = ({ clock }: World, ms: number): void => clock.advance(ms - clock.now())

const word = (what: string): string => `${what.replace(' ', '')}${randomBytes(12).toString('hex')}`

/** What only a bill tells: some synced orders are charged, by debit or by hand, and shops have payments of their own. */
const addTrades = ({ wechatpay }: World): void => {
  const synced = wechatpay
    .orders()
    .filter(({ payments }) => payments.length > 0 && payments.every(({ paid_type }) => paid_type === 'MCH'))
  for (const [i, order] of synced.entries())
    if (i % CHARGED_EVERY === 0) wechatpay.payscoreCharges(order, { by: i % 20 === 0 ? 'auto' : 'hand' })
  for (const [i, { mchid, sub_mchid, out_order_no }] of wechatpay.orders().entries())
    if (i % NAMESAKE_EVERY === 0) {
      const whose = { mchid, ...(sub_mchid !== undefined && { sub_mchid }) }
      wechatpay.ordinaryPayment({ ...whose, out_trade_no: out_order_no, amount: 100 })
    }
}

/** Texts that are in no other trade. A debit has its order's openid, and names the order in 商户数据包. */
const plantInBills = (): { readonly show: Show; readonly canaries: () => readonly Canary[] } => {
  const texts = new Map<string, readonly (readonly [what: string, column: string, value: string])[]>()
  const textsOf = ({ trade_type }: Trade) =>
    [
      ...Object.entries(COLUMNS),
      ...(trade_type === 'AUTH'
        ? []
        : [
            ['openid', '用户标识'],
            ['merchant data', '商户数据包'],
          ]),
    ].map(([what = '', column = '']) => [what, column, what === 'openid' ? plantedOpenid() : word(what)] as const)
  const show: Show = (trade) => {
    const shown = texts.get(trade.transaction_id) ?? textsOf(trade)
    texts.set(trade.transaction_id, shown)
    return Object.fromEntries(shown.map(([, column, value]) => [column, value]))
  }
  return { show, canaries: () => [...texts.values()].flat().map(([what, , value]) => ({ what, value })) }
}
