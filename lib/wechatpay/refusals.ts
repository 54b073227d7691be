import { membersOfDeployment, type RefusalTextAndDetail } from './refused-members.ts'

/** What a person reads about a refusal, or about the end of an order. */
export type RefusalTexts = { readonly meaning: string; readonly next: string }

/** Who has to act: this service, the shop, the merchant's engineer or the merchant's accountant. */
export type Turn = 'service' | 'shop' | 'engineer' | 'accountant'

export type Refusal = {
  readonly verdict: 'busy' | 'state' | 'config' | 'throttled' | 'invalid' | 'unknown'
  /**
   * Numbers of WeChat Pay at the end of `Request-Id`. That header is not signed, so a number alone never ends an order.
   */
  readonly numbers?: readonly string[]
  readonly codes?: readonly string[]
  /**
   * Parts of `message`. Messages change, so phrases are used only where neither a number nor a code is published, and
   * never to end an order.
   */
  readonly phrases?: readonly string[]
  readonly statuses?: readonly number[]
  /** Matches if the refusal names a member of the request that does not come from the notice. */
  readonly isOfDeployment?: true
  /** Matches every other refusal that has a code. */
  readonly isUnlisted?: true
  readonly turn: Turn
  readonly en: RefusalTexts
  readonly zh: RefusalTexts
}

/**
 * Every refusal of WeChat Pay that this service knows. The first row that matches decides, so particular rows come
 * before general ones.
 * @see https://pay.weixin.qq.com/doc/v3/partner/4013194292 and the error tables of the payscore handbook
 */
export const REFUSALS = {
  'charge-running': {
    verdict: 'busy',
    numbers: ['271316754'],
    phrases: ['收款结果不明', '单据正在扣款中'],
    turn: 'service',
    en: {
      meaning: 'WeChat Pay is charging the customer right now; the result is not known yet',
      next: 'Nothing. The order is asked about again in three minutes.',
    },
    zh: { meaning: '单据正在扣款中(收款结果不明)', next: '无需处理,三分钟后自动查单。' },
  },
  'mchid-unknown': {
    verdict: 'config',
    numbers: ['271302144'],
    codes: ['MCH_NOT_EXISTS', 'MCH_NOT_EXIST', 'MCHID_NOT_EXIST'],
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay does not know this mchid',
      next: 'Compare mchid in merchants.json and in the secret with the merchant platform.',
    },
    zh: { meaning: '商户号不存在', next: '请核对 merchants.json 和密钥中的商户号与商户平台是否一致。' },
  },
  'appid-not-bound': {
    verdict: 'config',
    numbers: ['271302149'],
    codes: ['APPID_MCHID_NOT_MATCH', 'APPID_NOT_EXIST', 'INVALID_APPID'],
    turn: 'engineer',
    en: {
      meaning: 'the appid is not bound to this mchid, or does not exist',
      next: 'Bind the appid in the merchant platform, or correct it in merchants.json.',
    },
    zh: { meaning: 'appid 与商户号未绑定,或不存在', next: '请在商户平台绑定 appid,或更正 merchants.json 中的 appid。' },
  },
  'extra-member': {
    verdict: 'config',
    numbers: ['270924358'],
    // Phrases, since WeChat Pay sends this refusal with other numbers as well.
    phrases: ['未在API文档中定义的参数', '未定义的参数'],
    turn: 'engineer',
    en: {
      meaning: 'the request has a member that this API does not take',
      next: 'Check order_api of this merchant in merchants.json; if it is right, report it as a fault of this service.',
    },
    zh: {
      meaning: '请求中有该接口不接受的参数',
      next: '请检查 merchants.json 中该商户号的 order_api;若无误,请作为本服务的缺陷报告。',
    },
  },
  // These refusals say nothing about the order: without this row one wrong setting would reject every order of the
  // merchant.
  'our-header': {
    verdict: 'config',
    phrases: ['Wechatpay-Serial', 'Http头缺少', 'Http头Content-Type'],
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay did not accept a header of ours, most likely the id of its key',
      next: "Compare the ids in wechatpay_keys of the merchant's secret with the merchant platform, API security.",
    },
    zh: {
      meaning: '请求头有误,多为微信支付公钥ID或平台证书序列号错误',
      next: '请核对密钥中 wechatpay_keys 的ID与商户平台“API安全”中的是否一致。',
    },
  },
  'merchant-disabled': {
    verdict: 'config',
    numbers: ['268443715', '268448010'],
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay has disabled this merchant or restricted its collection',
      next: 'See the notices in the merchant platform. Every order of this mchid waits until it is lifted.',
    },
    zh: { meaning: '商户号被停用或收款受限', next: '请查看商户平台通知;解除前该商户号全部订单等待处理。' },
  },
  'not-confirmed': {
    verdict: 'state',
    numbers: ['271302332'],
    turn: 'shop',
    en: {
      meaning: 'the customer has not confirmed the order yet',
      next: 'Compare the order number. If it is right, the customer has paid: cancel the order at WeChat Pay. It is asked about again meanwhile.',
    },
    zh: {
      meaning: '用户尚未确认订单',
      next: '请核对商户服务订单号;若无误,顾客已付款,请在微信支付取消该订单,期间自动查单。',
    },
  },
  cancelled: {
    verdict: 'state',
    numbers: ['271302333'],
    codes: ['ORDER_CANCELED'],
    turn: 'service',
    en: {
      meaning: 'the order is cancelled: WeChat Pay will not charge it',
      next: 'Nothing. A query confirms it.',
    },
    zh: { meaning: '订单已取消,不会再扣款', next: '无需处理,将自动查单核实。' },
  },
  'already-done': {
    verdict: 'state',
    codes: ['ORDER_DONE'],
    turn: 'service',
    en: {
      meaning: 'the order is done already: synced before, or charged by WeChat Pay',
      next: 'Nothing. A query tells which of the two.',
    },
    zh: { meaning: '订单已完成:此前已同步,或支付分已扣款', next: '无需处理,将自动查单判断。' },
  },
  'wrong-state': {
    verdict: 'state',
    numbers: ['271302262', '271316657'],
    codes: ['INVALID_ORDER_STATE'],
    turn: 'service',
    en: {
      meaning: 'the state of the order does not allow a sync now',
      next: 'Nothing yet. A query tells the state. Do not complete the order meanwhile: WeChat Pay would charge it as well.',
    },
    zh: {
      meaning: '当前订单状态不合法',
      next: '暂无需处理,将自动查单;期间请勿完结订单,否则支付分会自动扣款,造成重复支付。',
    },
  },
  'not-exist': {
    verdict: 'state',
    numbers: ['271317510'],
    codes: ['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'ORDER_NOT_EXISTS'],
    turn: 'shop',
    en: {
      meaning: 'WeChat Pay knows no such order under this mchid',
      next: 'Compare mchid first, then the order number. It is asked about again for 24 hours.',
    },
    zh: { meaning: '订单不存在(查询单据不存在)', next: '请先核对商户号,再核对商户服务订单号;24小时内自动查单。' },
  },
  // Not an answer of WeChat Pay: it stands for "no such order" to several orders of a merchant of which no order is
  // known.
  'none-known': {
    verdict: 'config',
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay knows no order of this merchant so far: not this one, and no other',
      next: 'Compare mchid, service_id and order_api in merchants.json with the merchant platform; if they are right, compare the order number.',
    },
    zh: {
      meaning: '微信支付至今查不到该商户号的任何订单(包括本订单)',
      next: '请核对 merchants.json 中的商户号、服务ID和 order_api 与商户平台是否一致;若无误,请核对商户服务订单号。',
    },
  },
  signature: {
    verdict: 'config',
    numbers: ['270924332', '269546525'],
    codes: ['SIGN_ERROR'],
    statuses: [401],
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay did not accept our signature: private key, serial_no or clock',
      next: "Check that private_key and serial_no in the merchant's secret belong to the same certificate.",
    },
    zh: {
      meaning: '验签失败:商户私钥、证书序列号或系统时间有误',
      next: '请检查密钥中的 private_key 与 serial_no 是否属于同一张商户API证书。',
    },
  },
  'no-permission': {
    verdict: 'config',
    numbers: ['268503786'],
    codes: ['NO_AUTH', 'NOAUTH'],
    statuses: [403],
    turn: 'engineer',
    en: {
      meaning: 'this mchid may not make this call: product off, service_id not bound, or wrong role',
      next: 'Check the payscore product and the service_id in the merchant platform, and order_api in merchants.json.',
    },
    zh: {
      meaning: '当前无权限进行此操作',
      next: '请在商户平台检查支付分产品和服务ID,并检查 merchants.json 中的 order_api。',
    },
  },
  'too-often': {
    verdict: 'throttled',
    numbers: ['268435472', '268447840'],
    codes: ['FREQUENCY_LIMITED', 'RATELIMIT_EXCEEDED'],
    statuses: [429],
    turn: 'service',
    en: { meaning: 'too many requests', next: 'Nothing. The order is asked about, and the sync sent again.' },
    zh: { meaning: '请求过于频繁', next: '无需处理,稍后自动查单并重试。' },
  },
  'our-parameter': {
    verdict: 'config',
    isOfDeployment: true,
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay refused a member of the request that comes from the configuration, not from the notice',
      next: 'Compare the member that the detail of the last answer names in merchants.json with the merchant platform.',
    },
    zh: {
      meaning: '请求参数有误,该参数来自部署配置,而非收款通知',
      next: '请按最后一次结果的 detail 所示参数,核对 merchants.json 与商户平台是否一致。',
    },
  },
  parameter: {
    verdict: 'invalid',
    codes: ['PARAM_ERROR'],
    turn: 'shop',
    en: {
      meaning: 'WeChat Pay refused a parameter',
      next: 'Compare the order number and paid_time, then send a corrected notice.',
    },
    zh: { meaning: '参数错误', next: '请核对商户服务订单号和收款成功时间,更正后重新通知。' },
  },
  'other-rule': {
    verdict: 'state',
    codes: ['INVALID_REQUEST'],
    turn: 'service',
    en: { meaning: 'a rule of WeChat Pay forbids it', next: 'Nothing yet. A query tells the state.' },
    zh: { meaning: '请求不符合微信支付业务规则', next: '暂无需处理,将自动查单。' },
  },
  'system-error': {
    verdict: 'unknown',
    codes: ['SYSTEM_ERROR', 'SERVICE_UNAVAILABLE'],
    statuses: [500, 502, 503, 504],
    turn: 'service',
    en: { meaning: 'WeChat Pay failed; the outcome is not known', next: 'Nothing. The order is asked about again.' },
    zh: { meaning: '微信支付系统异常,结果未知', next: '无需处理,将自动查单。' },
  },
  // It is not known who made the mistake, so no order ends by it; but an engineer must be alerted.
  unlisted: {
    verdict: 'unknown',
    isUnlisted: true,
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay refused with a code that this service does not know: see the last answer',
      next: "Look the code up on WeChat Pay's page of this API, or ask them with the Request-Id. The order is asked about again.",
    },
    zh: {
      meaning: '微信支付返回了本服务未收录的错误码,见最后一次应答',
      next: '请在微信支付该接口的文档中查询此错误码,或凭 Request-Id 联系微信支付;期间自动查单。',
    },
  },
} as const satisfies Readonly<Record<string, Refusal>>

export type RefusalName = keyof typeof REFUSALS

const rows = Object.entries(REFUSALS) as readonly (readonly [RefusalName, Refusal])[]

/** The first row that matches a non-2xx answer; undefined if none does. A 5xx is always `system-error`. */
export const refusalOf = (
  answer: RefusalTextAndDetail & {
    readonly status: number
    readonly code?: string | undefined
    readonly number?: string | undefined
  },
): RefusalName | undefined => {
  const { status, code = '', number = '', message = '' } = answer
  if (status >= 500) return 'system-error'
  return rows.find(
    ([, row]) =>
      row.numbers?.includes(number) ||
      row.codes?.includes(code) ||
      row.phrases?.some((phrase) => message.includes(phrase)) ||
      row.statuses?.includes(status) ||
      (row.isOfDeployment && status >= 400 && membersOfDeployment(answer) !== undefined) ||
      (row.isUnlisted && status >= 400 && code !== ''),
  )?.[0]
}
