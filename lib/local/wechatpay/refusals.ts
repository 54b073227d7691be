/**
 * Every refusal that WeChat Pay is known to give to a sync or a query, by a name of our own. `number` is the last part
 * of its `Request-Id`; `code` is in its body. Several refusals have the same code, and messages change, so neither of
 * them alone identifies a refusal.
 */
export type Refusal = {
  readonly status: number
  readonly code: string
  readonly number: number
  readonly message: string
}

/** Used if WeChat Pay has not published the number. The real refusal has one that we do not know. */
const UNPUBLISHED = 271399999

const refusal = (status: number, code: string, number: number, message: string): Refusal => ({
  status,
  code,
  number,
  message,
})

export const REFUSALS = {
  // The order is in another state.
  'order-done': refusal(400, 'ORDER_DONE', UNPUBLISHED, '订单已完成，无需操作'),
  'order-canceled': refusal(400, 'ORDER_CANCELED', UNPUBLISHED, '订单已取消，无需操作'),
  'invalid-order-state': refusal(400, 'INVALID_ORDER_STATE', UNPUBLISHED, '订单状态错误，请检查业务流程'),
  'state-not-legal': refusal(400, 'INVALID_REQUEST', 271302262, '当前订单状态不合法'),
  'order-unconfirmed': refusal(400, 'INVALID_REQUEST', 271302332, '订单未确认，请在用户确认订单后再试'),
  'order-revoked': refusal(400, 'INVALID_REQUEST', 271302333, '订单已取消'),
  'not-waiting-for-payment': refusal(400, 'INVALID_REQUEST', 271316657, '仅待支付状态的订单支持该操作'),
  'charge-running': refusal(400, 'INVALID_REQUEST', 271316754, '单据正在扣款中，请稍后再试'),
  'charge-unclear': refusal(400, 'INVALID_REQUEST', UNPUBLISHED, '收款结果不明，请稍后再试'),
  'other-parameters': refusal(400, 'INVALID_REQUEST', UNPUBLISHED, '请确认相同单号是否使用了不同的参数'),
  // The request is invalid.
  'parameter-illegal': refusal(400, 'PARAM_ERROR', 268435461, '参数不合法'),
  'parameter-out-of-range': refusal(400, 'PARAM_ERROR', 268435464, '参数超出取值范围'),
  'extra-member': refusal(400, 'PARAM_ERROR', 270924358, '请求报文包含未定义的参数'),
  'undefined-member': refusal(400, 'PARAM_ERROR', UNPUBLISHED, '请求中含有未在API文档中定义的参数'),
  'header-missing': refusal(400, 'INVALID_REQUEST', UNPUBLISHED, 'Http头缺少Accept或User-Agent'),
  'content-type-wrong': refusal(400, 'INVALID_REQUEST', UNPUBLISHED, 'Http头Content-Type必须为application/json'),
  'wechatpay-serial-wrong': refusal(400, 'PARAM_ERROR', UNPUBLISHED, '平台证书序列号Wechatpay-Serial错误'),
  'mchid-unknown': refusal(400, 'INVALID_REQUEST', 271302144, '商户号不存在'),
  'appid-not-bound': refusal(400, 'INVALID_REQUEST', 271302149, 'appid与商户号未绑定'),
  'appid-mchid-not-match': refusal(400, 'APPID_MCHID_NOT_MATCH', UNPUBLISHED, 'appid和mch_id不匹配'),
  'mch-not-exists': refusal(400, 'MCH_NOT_EXISTS', UNPUBLISHED, '商户号不存在'),
  // The signature is invalid: always 401, never signed.
  'sign-mismatch': refusal(401, 'SIGN_ERROR', 270924332, '错误的签名，验签失败'),
  'sign-mismatch-other-number': refusal(401, 'SIGN_ERROR', 269546525, '签名错误'),
  'authorization-malformed': refusal(
    401,
    'SIGN_ERROR',
    270924332,
    'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》',
  ),
  'authorization-type-wrong': refusal(401, 'SIGN_ERROR', 270924332, 'Http头Authorization认证类型不正确'),
  'timestamp-too-far': refusal(
    401,
    'SIGN_ERROR',
    270924332,
    'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
  ),
  'serial-wrong': refusal(401, 'SIGN_ERROR', 270924332, '商户证书序列号有误。请使用签名私钥匹配的证书序列号'),
  'certificate-revoked': refusal(401, 'SIGN_ERROR', 270924332, '商户证书已作废'),
  'nonce-reused': refusal(401, 'SIGN_ERROR', 270924332, 'Http头Authorization中的nonce_str重复'),
  // The merchant has no permission.
  'no-auth': refusal(403, 'NO_AUTH', 268503786, '当前无权限进行此操作'),
  'merchant-disabled': refusal(403, 'NO_AUTH', 268443715, '商户号已被停用'),
  'collection-restricted': refusal(403, 'NO_AUTH', 268448010, '商户收款功能受限'),
  // The order or merchant does not exist.
  'order-not-exist': refusal(404, 'ORDER_NOT_EXIST', 271317510, '查询单据不存在'),
  'order-not-exist-old-spelling': refusal(404, 'ORDERNOTEXIST', 271317510, '订单不存在'),
  'order-not-exist-plural': refusal(404, 'ORDER_NOT_EXISTS', 271317510, '订单不存在'),
  'resource-not-exists': refusal(404, 'RESOURCE_NOT_EXISTS', UNPUBLISHED, '无可用的平台证书'),
  // Too many requests.
  'frequency-limited': refusal(429, 'FREQUENCY_LIMITED', 268435472, '请求过于频繁，请稍后再试'),
  'ratelimit-exceeded': refusal(429, 'RATELIMIT_EXCEEDED', 268447840, '频率超限，请求量不要超过接口调用频率限制'),
  // An error of WeChat Pay itself: the outcome is unknown.
  'system-error': refusal(500, 'SYSTEM_ERROR', UNPUBLISHED, '系统错误，请使用相同参数稍后重新调用'),
  'bad-gateway': refusal(502, 'SERVICE_UNAVAILABLE', UNPUBLISHED, '服务不可用，请稍后重试'),
  'service-unavailable': refusal(503, 'SERVICE_UNAVAILABLE', UNPUBLISHED, '服务不可用，过载保护'),
  // An unknown refusal, which a client must handle too.
  unlisted: refusal(409, 'NEVER_HEARD_OF', 299999999, '未知错误'),
} as const satisfies Record<string, Refusal>

export type RefusalName = keyof typeof REFUSALS

/** The same of bills and refunds. */
export const BILL_REFUSALS = {
  'statement-not-exist': refusal(400, 'NO_STATEMENT_EXIST', UNPUBLISHED, '账单文件不存在'),
  'statement-creating': refusal(400, 'STATEMENT_CREATING', UNPUBLISHED, '账单生成中，请稍后再试'),
  'download-url-old': refusal(400, 'INVALID_REQUEST', UNPUBLISHED, '下载地址已失效，请重新申请账单'),
  'refund-not-exist': refusal(404, 'RESOURCE_NOT_EXISTS', UNPUBLISHED, '退款单不存在'),
} as const satisfies Record<string, Refusal>

export type AnyRefusalName = RefusalName | keyof typeof BILL_REFUSALS
