import { hasOpenCharge, type Row } from '../ledger/row.ts'
import { provedAt } from '../ledger/signed-answers.ts'
import { waitsForOperator } from '../ledger/transitions/waiting-index.ts'
import type { Text } from '../two-languages.ts'
import type { RefundVerdictKind } from '../wechatpay/refund-api.ts'

/**
 * The state in a few words, for lists. Red: a person must act. Yellow: this service continues. Green: nothing is left
 * to do.
 */
export type StateLabel = { readonly text: Text; readonly colour: 'green' | 'yellow' | 'red' }

export const stateLabelOf = (row: Row): StateLabel => ({
  text: textOf(row),
  colour: waitsForOperator(row) ? 'red' : row.due === undefined ? 'green' : 'yellow',
})

const textOf = (row: Row): Text => {
  const { state, due, reason = '', settled_at } = row
  const isProved = provedAt(row) !== undefined
  if (state !== 'DOUBLE_CHARGED' && hasOpenCharge(row))
    return { en: 'charged by WeChat Pay', zh: '支付分已扣款,待核对' }
  switch (state) {
    case 'PENDING':
      return { en: 'pending', zh: '处理中(尚未同步)' }
    case 'HELD':
      return { en: 'held', zh: '已暂停' }
    case 'SYNCED':
      if (isProved) return { en: 'synced, proved', zh: '已核实' }
      if (due !== undefined) return { en: 'synced, not yet proved', zh: '已同步,待核实' }
      return { en: 'synced, never proved', zh: '已同步,未能核实' }
    case 'DOUBLE_CHARGED':
      return settled_at === undefined
        ? { en: 'charged twice', zh: '疑似重复支付,待核对' }
        : { en: 'charged twice, settled', zh: '重复支付,已处理' }
    case 'REJECTED':
      if (reason.startsWith('closed')) return { en: 'closed by hand', zh: '已人工结案' }
      if (reason.startsWith('withdrawn')) return { en: 'withdrawn', zh: '通知已撤回' }
      if (reason === 'revoked') return { en: 'cancelled', zh: '订单已取消或已失效' }
      return { en: 'not synced', zh: '同步未成功' }
  }
}

/** What WeChat Pay said last of a refund. */
export const REFUND_STATUS: Readonly<Record<RefundVerdictKind, Text>> = {
  refunded: { en: 'refunded', zh: '退款成功' },
  processing: { en: 'under way', zh: '退款处理中' },
  abnormal: { en: 'cannot be paid out', zh: '退款异常' },
  closed: { en: 'closed', zh: '退款关闭' },
  absent: { en: 'unknown to WeChat Pay', zh: '查无此退款' },
  other_order: { en: 'of another order', zh: '不属于该订单' },
  throttled: { en: 'not known yet', zh: '待查询' },
  config: { en: 'not known yet', zh: '待查询' },
  unknown: { en: 'not known yet', zh: '待查询' },
  unsent: { en: 'not known yet', zh: '待查询' },
}
