import { REFUSALS, type Turn, type Words } from './refusals.ts'
import type { Row } from './row.ts'

/** Whose turn it is with an order, and what to do: what a cashier, an accountant or an engineer reads. */
export type Advice = { readonly turn: Turn; readonly en: Words; readonly zh: Words }

/** How an order can stand when no refusal explains it. */
const STANDS = {
  proved: {
    turn: 'service',
    en: { meaning: 'WeChat Pay has proved that the order is done and will not be charged', next: 'Nothing.' },
    zh: { meaning: '已核实:订单已完成,不再扣款', next: '无需处理。' },
  },
  accepted: {
    turn: 'service',
    en: { meaning: 'WeChat Pay took the sync', next: 'Nothing. A query proves it within minutes.' },
    zh: { meaning: '已同步,待核实', next: '无需处理,将自动查单核实。' },
  },
  unproved: {
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay took the sync, but no query could prove it',
      next: 'Look the order up in the merchant platform: is it done, and was it charged?',
    },
    zh: { meaning: '已同步,但始终未能查单核实', next: '请在商户平台查看该订单是否已完成、是否已扣款。' },
  },
  unasked: {
    turn: 'service',
    en: { meaning: 'WeChat Pay took the sync; a person ended the asking for its proof', next: 'Nothing.' },
    zh: { meaning: '已同步;已由人工停止查单核实', next: '无需处理。' },
  },
  pending: {
    turn: 'service',
    en: { meaning: 'WeChat Pay has not taken the sync yet', next: 'Nothing. It goes on by itself.' },
    zh: { meaning: '处理中(尚未同步)', next: '无需处理,将自动继续。' },
  },
  misconfigured: {
    turn: 'engineer',
    en: {
      meaning: 'the deployment or the secret of this merchant is wrong, so nothing was sent',
      next: 'Mend what the detail of the last answer names; then it goes on by itself.',
    },
    zh: {
      meaning: '部署配置或该商户号的密钥有误,未发送任何请求',
      next: '请按最后一次结果的 detail 修正,之后将自动继续。',
    },
  },
  open: {
    turn: 'shop',
    en: {
      meaning: 'the order is not completed at WeChat Pay yet, so it cannot be synced',
      next: 'Complete or cancel the order; then the sync goes out by itself.',
    },
    zh: { meaning: '进行中:商户未完结,暂不能同步', next: '请完结或取消订单,之后将自动同步。' },
  },
  double: {
    turn: 'accountant',
    en: {
      meaning: 'the customer paid offline, and WeChat Pay charged the order as well',
      next: 'Compare the order number with the receipt; if it is the same order, refund one side, WeChat Pay’s by transaction_id.',
    },
    zh: {
      meaning: '疑似重复支付,待核对',
      next: '请核对商户服务订单号与小票;若为同一订单,请按微信支付订单号退款,或退还线下款项。',
    },
  },
  held: {
    turn: 'shop',
    en: {
      meaning: 'held: nothing is sent until a person has decided',
      next: 'Release it if the order and the amount are right; else close it, or send a corrected notice.',
    },
    zh: { meaning: '已暂停,等待人工确认', next: '若订单和金额无误,请放行;否则请人工结案或发送更正后的通知。' },
  },
  amount_differs: {
    turn: 'shop',
    en: {
      meaning: 'held: the amount in the notice is not the total of this order',
      next: 'Compare the order number with the receipt. Send a corrected notice, release it, or close it.',
    },
    zh: {
      meaning: '通知金额与订单总金额不一致,已暂停',
      next: '请核对商户服务订单号与小票,然后发送更正后的通知、放行或人工结案。',
    },
  },
  amount_unknown: {
    turn: 'shop',
    en: {
      meaning: 'held: WeChat Pay does not tell the total of this order, so the amount could not be compared',
      next: 'Compare the order number and the amount in the merchant platform; then release or close it.',
    },
    zh: {
      meaning: '微信支付未返回订单总金额,无法核对,已暂停',
      next: '请在商户平台核对商户服务订单号和金额,然后放行或人工结案。',
    },
  },
  observe_only: {
    turn: 'shop',
    en: {
      meaning: 'held: this merchant is only observed, no sync is sent',
      next: 'Nothing, while you pilot. Release it to sync this one order.',
    },
    zh: { meaning: '观察模式:不发送同步', next: '试点期间无需处理;如需同步该订单,请放行。' },
  },
  over_cap: {
    turn: 'engineer',
    en: {
      meaning: 'held: more notices in one hour than this merchant allows',
      next: 'Find out whether the notices are genuine; then release or close them.',
    },
    zh: { meaning: '一小时内通知数超过上限,已暂停', next: '请确认通知是否真实,然后放行或人工结案。' },
  },
  settled: {
    turn: 'service',
    en: { meaning: 'the double charge was settled by a person', next: 'Nothing.' },
    zh: { meaning: '重复支付已处理', next: '无需处理。' },
  },
  not_found: {
    turn: 'shop',
    en: {
      meaning: 'for 24 hours WeChat Pay knew no such order',
      next: 'Compare mchid and the order number; send the notice again with the right ones.',
    },
    zh: { meaning: '24小时内微信支付查无此订单', next: '请核对商户号和商户服务订单号,更正后重新通知。' },
  },
  revoked: {
    turn: 'service',
    en: { meaning: 'the order was cancelled or has expired: nothing can be charged any more', next: 'Nothing.' },
    zh: { meaning: '订单已取消或已失效,不会再扣款', next: '无需处理。' },
  },
  too_old: {
    turn: 'engineer',
    en: {
      meaning: 'for 30 days WeChat Pay did not take the sync',
      next: 'Look the order up in the merchant platform, mend what the last answer names, then reopen it.',
    },
    zh: { meaning: '30天内未能同步', next: '请在商户平台查看该订单,按最后一次应答排除问题后重新处理。' },
  },
  closed: {
    turn: 'service',
    en: { meaning: 'a person closed it', next: 'Nothing.' },
    zh: { meaning: '已人工结案', next: '无需处理。' },
  },
} as const satisfies Readonly<Record<string, Advice>>

/** What of a row the advice depends on. */
export type Stand = Pick<Row, 'state' | 'due' | 'settled_at' | 'reason' | 'last_error'> & { readonly proof?: unknown }

/** The advice for a row as it stands. */
export const adviceOf = (row: Stand): Advice => {
  switch (row.state) {
    case 'SYNCED':
      if (row.proof) return STANDS.proved
      if (row.due !== undefined) return STANDS.accepted
      return row.reason === 'unproved' ? STANDS.unproved : STANDS.unasked
    case 'DOUBLE_CHARGED':
      return row.settled_at === undefined ? STANDS.double : STANDS.settled
    case 'REJECTED':
      return rejectedAdvice(row)
    case 'HELD':
      return heldAdvice(row)
    case 'PENDING':
      if (row.last_error?.verdict === 'open') return STANDS.open
      return refusalAdvice(row) ?? (row.last_error?.verdict === 'config' ? STANDS.misconfigured : STANDS.pending)
  }
}

const heldAdvice = ({ reason }: Stand): Advice => {
  switch (reason) {
    case 'amount_differs':
    case 'amount_unknown':
    case 'observe_only':
    case 'over_cap':
      return STANDS[reason]
    default:
      return STANDS.held
  }
}

const rejectedAdvice = (row: Stand): Advice => {
  switch (row.reason) {
    case 'not_found':
    case 'revoked':
    case 'too_old':
      return STANDS[row.reason]
    case 'invalid':
      return refusalAdvice(row) ?? REFUSALS.parameter
    default:
      return STANDS.closed
  }
}

const refusalAdvice = ({ last_error }: Stand): Advice | undefined => last_error?.refusal && REFUSALS[last_error.refusal]
