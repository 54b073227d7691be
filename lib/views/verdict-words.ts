import type { VerdictKind } from '../wechatpay/verdict-kinds.ts'

/** The Chinese name of a verdict: in the history of an order, and, shorter, as the reason for its present state. */
type VerdictWords = { readonly history?: string; readonly reason?: string }

/**
 * Only Chinese: English uses the kind of the verdict. A verdict without an entry is explained by its refusal, or by the
 * advice.
 */
export const VERDICT_WORDS: Readonly<Record<VerdictKind, VerdictWords>> = {
  unpaid: { history: '商户已完结,待支付', reason: '商户已完结,待支付' },
  open: { history: '进行中:商户未完结', reason: '商户未完结' },
  closed: { history: '订单已取消或已失效', reason: '订单已取消或已失效' },
  absent: { history: '订单不存在(查询单据不存在)', reason: '订单不存在' },
  state: { reason: '当前订单状态不允许同步' },
  part_paid: { history: '已收到部分款项,其余待收', reason: '已收到部分款项,其余待收' },
  busy: { reason: '正在扣款' },
  unknown: { history: '结果未知,将自动查单', reason: '结果未知' },
  unsent: { history: '未能发出', reason: '未能发出' },
  throttled: { reason: '请求过于频繁' },
  undecided: { history: '订单已完成,但无法判断收款渠道', reason: '收款渠道不明' },
  config: { history: '配置或权限错误', reason: '配置或权限错误' },
  invalid: {},
  accepted: {},
  confirmed: {},
  collected: { history: '支付分已扣款成功' },
}
