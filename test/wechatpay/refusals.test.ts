import { describe, expect, it } from 'vitest'
import { queryVerdict, syncVerdict } from '../../lib/wechatpay/classify-answer.ts'
import { REFUSALS, type Refusal, type RefusalName, refusalOf } from '../../lib/wechatpay/refusals.ts'
import type { VerdictKind } from '../../lib/wechatpay/verdict-kinds.ts'
import { CALLS, signed, unsigned } from './answers.ts'

type Row = readonly [
  status: number,
  code: string | undefined,
  number: string | undefined,
  message: string,
  kind: VerdictKind,
  refusal: RefusalName | undefined,
]

/** What WeChat Pay's pages and handbook say of refusals: status, code, number at the end of Request-Id, message. */
const PUBLISHED: readonly Row[] = [
  [400, 'ORDER_DONE', undefined, '订单已完成', 'state', 'already-done'],
  [400, 'ORDER_CANCELED', undefined, '订单已取消', 'state', 'cancelled'],
  [400, 'INVALID_ORDER_STATE', undefined, '订单状态错误', 'state', 'wrong-state'],
  [400, 'INVALID_REQUEST', '271302262', '当前订单状态不合法', 'state', 'wrong-state'],
  [400, 'INVALID_REQUEST', '271302332', '订单未确认', 'state', 'not-confirmed'],
  [400, 'INVALID_REQUEST', '271302333', '订单已取消', 'state', 'cancelled'],
  [400, 'INVALID_REQUEST', '271316657', '订单非待支付状态', 'state', 'wrong-state'],
  [400, 'INVALID_REQUEST', '271316754', '请稍后再试', 'busy', 'charge-running'],
  [400, undefined, '271316754', '', 'busy', 'charge-running'],
  [400, 'INVALID_REQUEST', undefined, '订单收款结果不明,请稍后重试', 'busy', 'charge-running'],
  [400, 'INVALID_REQUEST', undefined, '单据正在扣款中,请稍后再试', 'busy', 'charge-running'],
  [400, 'INVALID_REQUEST', '271302262', '单据正在扣款中', 'busy', 'charge-running'],
  [400, 'PARAM_ERROR', '268435461', '参数错误', 'invalid', 'parameter'],
  [400, 'PARAM_ERROR', '268435464', '参数超出范围', 'invalid', 'parameter'],
  [400, 'PARAM_ERROR', undefined, '参数错误', 'invalid', 'parameter'],
  [400, 'PARAM_ERROR', '270924358', '多余的参数', 'config', 'extra-member'],
  [400, 'INVALID_REQUEST', '270924358', '多余的参数', 'config', 'extra-member'],
  [400, 'INVALID_REQUEST', undefined, '相同单号,参数不一致', 'state', 'other-rule'],
  [400, 'INVALID_REQUEST', '299999999', '', 'state', 'other-rule'],
  // A fault of the deployment, yet told by nothing but a message, and messages change.
  [400, 'INVALID_REQUEST', undefined, 'Http头缺少Accept或User-Agent', 'config', 'our-header'],
  [400, 'INVALID_REQUEST', undefined, 'Http头Content-Type必须为application/json', 'config', 'our-header'],
  [400, 'PARAM_ERROR', undefined, '平台证书序列号Wechatpay-Serial错误', 'config', 'our-header'],
  [400, 'INVALID_REQUEST', '271302144', '商户号不存在', 'config', 'mchid-unknown'],
  [400, undefined, '271302144', '商户号不存在', 'config', 'mchid-unknown'],
  [400, 'PARAM_ERROR', '271302149', 'appid与mchid不匹配', 'config', 'appid-not-bound'],
  [400, undefined, '271302149', '', 'config', 'appid-not-bound'],
  [400, 'PARAM_ERROR', undefined, '请求中含有未在API文档中定义的参数', 'config', 'extra-member'],
  [400, 'APPID_MCHID_NOT_MATCH', undefined, 'appid和mch_id不匹配', 'config', 'appid-not-bound'],
  [400, 'APPID_NOT_EXIST', undefined, 'APPID不存在', 'config', 'appid-not-bound'],
  [400, 'INVALID_APPID', undefined, 'appid无效', 'config', 'appid-not-bound'],
  [400, 'MCH_NOT_EXISTS', undefined, '商户号不存在', 'config', 'mchid-unknown'],
  [404, 'MCH_NOT_EXISTS', undefined, '商户号不存在', 'config', 'mchid-unknown'],
  [400, 'MCHID_NOT_EXIST', undefined, '商户号不存在', 'config', 'mchid-unknown'],
  [400, 'RULE_LIMIT', undefined, '业务规则限制', 'unknown', 'unlisted'],
  [403, 'RULE_LIMIT', undefined, '业务规则限制', 'config', 'no-permission'],
  [403, 'NOAUTH', undefined, '商户无权限', 'config', 'no-permission'],
  [400, 'NOAUTH', undefined, '商户无权限', 'config', 'no-permission'],
  [400, 'OPENID_MISMATCH', undefined, 'openid和appid不匹配', 'config', 'our-parameter'],
  [400, 'ACCOUNT_ERROR', undefined, '账户异常', 'unknown', 'unlisted'],
  [404, 'USER_NOT_EXIST', undefined, '用户不存在', 'unknown', 'unlisted'],
  [404, 'CONTRACT_NOT_EXIST', undefined, '签约不存在', 'unknown', 'unlisted'],
  [401, 'SIGN_ERROR', '270924332', '签名错误', 'config', 'signature'],
  [401, 'SIGN_ERROR', '269546525', '签名错误', 'config', 'signature'],
  [
    401,
    'SIGN_ERROR',
    undefined,
    'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
    'config',
    'signature',
  ],
  [401, undefined, undefined, '', 'config', 'signature'],
  [403, 'NO_AUTH', '268503786', '当前无权限进行此操作', 'config', 'no-permission'],
  [403, 'NO_AUTH', undefined, '商户号没有权限', 'config', 'no-permission'],
  [403, 'NO_AUTH', '268443715', '商户号已停用', 'config', 'merchant-disabled'],
  [403, 'NO_AUTH', '268448010', '商户收款受限', 'config', 'merchant-disabled'],
  [403, 'RULE_LIMIT', '268448010', '商户收款受限', 'config', 'merchant-disabled'],
  [403, undefined, undefined, '', 'config', 'no-permission'],
  [404, 'ORDER_NOT_EXIST', '271317510', '查询单据不存在', 'state', 'not-exist'],
  [404, 'ORDER_NOT_EXIST', undefined, '订单不存在', 'state', 'not-exist'],
  [404, 'ORDERNOTEXIST', undefined, '订单不存在', 'state', 'not-exist'],
  [404, 'ORDER_NOT_EXISTS', undefined, '订单不存在', 'state', 'not-exist'],
  [404, 'RESOURCE_NOT_EXISTS', undefined, '无可用的平台证书', 'unknown', 'unlisted'],
  [429, 'FREQUENCY_LIMITED', '268435472', '请求过于频繁', 'throttled', 'too-often'],
  [429, 'RATELIMIT_EXCEEDED', '268447840', '接口限频', 'throttled', 'too-often'],
  [429, 'FREQUENCY_LIMITED', undefined, '', 'throttled', 'too-often'],
  [429, undefined, undefined, '', 'throttled', 'too-often'],
  [500, 'SYSTEM_ERROR', undefined, '系统错误', 'unknown', 'system-error'],
  [502, 'SERVICE_UNAVAILABLE', undefined, '服务不可用', 'unknown', 'system-error'],
  [503, 'SERVICE_UNAVAILABLE', undefined, '服务不可用', 'unknown', 'system-error'],
  [502, undefined, undefined, '', 'unknown', 'system-error'],
  [202, undefined, undefined, '', 'unknown', undefined],
  [400, 'A_NEW_CODE', '299999999', '', 'unknown', 'unlisted'],
  [400, undefined, undefined, '', 'unknown', undefined],
  [404, undefined, undefined, '', 'unknown', undefined],
  [409, 'A_NEW_CODE', undefined, '', 'unknown', 'unlisted'],
  [302, 'A_NEW_CODE', undefined, '', 'unknown', undefined],
]

const bodyOf = ([, code, , message]: Row) => JSON.stringify({ code, message })
const requestIdOf = ([, , number]: Row) => `08F7E2C0B80610B20318E8A1F6A60120B1DA0228CDDF02-${number ?? '268500000'}`

describe('a refusal that WeChat Pay has published', () => {
  it.each(PUBLISHED)('%i %s %s %s is %s to a sync: %s', (...row) => {
    const [status, code, , , kind, refusal] = row

    const verdict = syncVerdict(CALLS.serviceorder, signed(status, bodyOf(row), requestIdOf(row)))

    expect(verdict).toMatchObject({ kind, verified: true, status, request_id: requestIdOf(row) })
    expect(verdict.code).toBe(code)
    expect(verdict.refusal).toBe(refusal)
  })

  it.each(PUBLISHED)('%i %s %s %s is %s to a query as well, unless it is a 404', (...row) => {
    const [status, , , , kind, refusal] = row

    const verdict = queryVerdict(CALLS['payafter-orders'], signed(status, bodyOf(row), requestIdOf(row)))

    expect(verdict.kind).toBe(status === 404 && refusal === 'not-exist' ? 'absent' : kind)
    expect(verdict.refusal).toBe(refusal)
  })

  it.each(PUBLISHED)('%i %s %s %s is %s without a signature, and called unverified', (...row) => {
    const [status, , , , kind] = row
    const answer = { ...unsigned(status, bodyOf(row)), request_id: requestIdOf(row) }

    expect(syncVerdict(CALLS.partner, answer)).toMatchObject({ kind, verified: false })
    expect(queryVerdict(CALLS.partner, answer)).toMatchObject({ kind, verified: false })
  })
})

describe('an order that does not exist', () => {
  it('is absent only by a signed 404 that says so in its signed part', () => {
    const body = '{"code":"ORDER_NOT_EXIST","message":"订单不存在"}'
    const requestId = 'ABC-271317510'

    expect(queryVerdict(CALLS.partner, signed(404, body, requestId)).kind).toBe('absent')
    expect(queryVerdict(CALLS.partner, unsigned(404, body)).kind).toBe('state')
    expect(queryVerdict(CALLS.partner, signed(400, body, requestId)).kind).toBe('state')
    expect(queryVerdict(CALLS.partner, signed(404, '{"code":"A_NEW_CODE"}', requestId)).kind).toBe('state')
    expect(queryVerdict(CALLS.partner, signed(404, '{}', requestId)).kind).toBe('state')
    expect(syncVerdict(CALLS.partner, signed(404, body, requestId)).kind).toBe('state')
  })
})

/** What names a member of a request: the message, the detail, and whose mistake that makes the refusal. */
type Named = readonly [words: string, message: string, detail: unknown, refusal: RefusalName]

const MEMBERS: readonly Named[] = [
  ['a member in its documented form', '参数错误', { location: 'body', field: '/channel_id' }, 'our-parameter'],
  ['a member with its place', '参数错误', { field: '/body/channel_id' }, 'our-parameter'],
  ['a JSON pointer', '参数错误', { field: '#/body/service_id', value: '5' }, 'our-parameter'],
  ['a bare name', '参数错误', { field: 'sub_mchid' }, 'our-parameter'],
  ['a name with points', '参数错误', { field: '$.body.sp_appid' }, 'our-parameter'],
  ['a member that nobody knows', '参数错误', { location: 'body', field: '/risk_fund' }, 'our-parameter'],
  ['the type', '场景类型错误', { location: 'body', field: '/type', value: 'Paid' }, 'our-parameter'],
  ['the whole detail', '参数错误', { location: 'body', field: '/detail' }, 'our-parameter'],
  ['the order number in the body', '参数错误', { location: 'body', field: '/out_order_no' }, 'our-parameter'],
  ['a header', '参数错误', { location: 'header', field: 'Accept' }, 'our-parameter'],
  ['a header without a name', '参数错误', { location: 'header', value: 'x' }, 'our-parameter'],
  ['the query', '参数错误', { location: 'query', field: '/out_order_no' }, 'our-parameter'],
  [
    'a member in the message alone',
    '输入源“/body/appid”映射到值字段“公众账号ID”字符串规则校验失败',
    { location: 'body', value: 'wx' },
    'our-parameter',
  ],
  [
    'a member in the message, its detail null',
    '输入源“/body/sub_mchid”映射到字段“子商户号”必填性规则校验失败',
    null,
    'our-parameter',
  ],
  [
    'a limit of the query in the message',
    '输入源“/query/service_id”规则校验失败',
    { location: 'query', value: 1 },
    'our-parameter',
  ],
  ['an undefined member as the value', '参数错误', { location: null, value: ['/body/channel_id'] }, 'our-parameter'],
  ['a member as the issue', '参数错误', { issue: 'source /body/service_id does not match' }, 'our-parameter'],
  ['a list of members', '参数错误', [{ field: '/body/detail/paid_time' }, { field: '/body/appid' }], 'our-parameter'],
  ['a detail that is text', '参数错误', '/body/appid', 'our-parameter'],
  ['a bare word of the message', 'service_id无效', undefined, 'our-parameter'],
  [
    'the order number mapped twice',
    '无法将输入源“/body/out_order_no”映射到目标字段,被输入源“/uri_template/out_order_no”映射过了',
    undefined,
    'our-parameter',
  ],
  [
    'the order number in the path',
    '参数超出取值范围',
    { location: 'uri_template', field: '/out_order_no', value: '123' },
    'parameter',
  ],
  [
    'the order number in the message',
    '无法将输入源“/uri_template/out_order_no”映射到目标字段“商户服务订单号”中',
    { location: 'uri_template', value: 'x' },
    'parameter',
  ],
  ['the order number as a bare name', '参数错误', { field: 'out_order_no' }, 'parameter'],
  ['the path without a name', '参数错误', { location: 'uri_template', value: 'x' }, 'parameter'],
  [
    'the time of payment',
    '收款成功时间格式错误',
    { location: 'body', field: '/detail/paid_time', value: '2026' },
    'parameter',
  ],
  ['the time of payment with its place', '参数错误', { field: '/body/detail/paid_time' }, 'parameter'],
  ['the time of payment as a bare name', '参数错误', { field: 'paid_time' }, 'parameter'],
  [
    'the time of payment in the message',
    '输入源“/body/detail/paid_time”映射到值字段“收款成功时间”字符串规则校验失败',
    { location: 'body', value: '2026' },
    'parameter',
  ],
  ['the time of payment and the appid as bare words', 'paid_time 早于 appid 的授权时间', undefined, 'parameter'],
  ['the body alone', '参数错误', { location: 'body', value: '2026' }, 'parameter'],
  ['a label', '参数错误', { field: '收款成功时间' }, 'parameter'],
  ['nothing', '参数错误', {}, 'parameter'],
  ['nothing, its detail of another kind', '参数错误', 7, 'parameter'],
  ['nothing, its field of another kind', '参数错误', { field: ['appid'] }, 'parameter'],
]

describe('a refusal of a parameter', () => {
  it.each(MEMBERS)('that names %s', (_, message, detail, refusal) => {
    const body = JSON.stringify({ code: 'PARAM_ERROR', message, detail })

    for (const judge of [syncVerdict, queryVerdict]) {
      const verdict = judge(CALLS.acquiringbank, signed(400, body))

      expect([verdict.refusal, verdict.kind]).toEqual([refusal, refusal === 'parameter' ? 'invalid' : 'config'])
    }
  })

  it('is the deployment’s under any code but one that says something else', () => {
    const body = (code: string) => JSON.stringify({ code, message: '', detail: { field: '/body/appid' } })

    expect(syncVerdict(CALLS.partner, signed(400, body('INVALID_REQUEST'))).refusal).toBe('our-parameter')
    expect(syncVerdict(CALLS.partner, signed(400, body('A_NEW_CODE'))).refusal).toBe('our-parameter')
    expect(syncVerdict(CALLS.partner, signed(400, body('ORDER_DONE'))).refusal).toBe('already-done')
    expect(syncVerdict(CALLS.partner, signed(429, body('A_NEW_CODE'))).refusal).toBe('too-often')
    expect(syncVerdict(CALLS.partner, signed(500, body('PARAM_ERROR'))).refusal).toBe('system-error')
  })

  it('names to the engineer which member it was', () => {
    const body = '{"code":"PARAM_ERROR","detail":{"location":"body","field":"/channel_id","value":"42"},"message":""}'

    expect(syncVerdict(CALLS.acquiringbank, signed(400, body)).detail).toBe(
      'WeChat Pay refused body/channel_id of the request',
    )
  })

  it.each([
    ['is about no member', 401, { code: 'SIGN_ERROR', message: '签名错误' }, 'config'],
    ['is no fault of the deployment', 400, { code: 'ORDER_DONE', detail: { field: '/body/appid' } }, 'state'],
  ])('names no member to the engineer where it %s', (_, status, body, kind) => {
    const verdict = syncVerdict(CALLS.partner, signed(status, JSON.stringify(body)))

    expect(verdict.kind).toBe(kind)
    expect(verdict).not.toHaveProperty('detail')
  })
})

describe('refusalOf', () => {
  it('makes no end of an order by a number alone, which nobody signs', () => {
    for (const number of ['268435461', '268435464'])
      expect(refusalOf({ status: 400, number, code: 'A_NEW_CODE', message: '参数错误' })).toBe('unlisted')
  })

  it('calls nothing of a server that failed more than a failure', () => {
    for (const status of [500, 501, 502, 503, 504, 599])
      expect(refusalOf({ status, code: 'PARAM_ERROR', number: '271316754', message: '单据正在扣款中' })).toBe(
        'system-error',
      )
  })

  it('does not take a code or a number for a part of another', () => {
    expect(refusalOf({ status: 400, code: 'PARAM_ERROR_2' })).toBe('unlisted')
    expect(refusalOf({ status: 400, number: '2713022621' })).toBeUndefined()
    expect(refusalOf({ status: 400, code: 'constructor', number: '__proto__' })).toBe('unlisted')
  })

  it.each(['A-271316754x', 'A271316754', 'A-271316754-', 'A-2713167-54'])(
    'reads the number only at the end of a Request-Id: %s',
    (requestId) => {
      expect(syncVerdict(CALLS.partner, signed(400, '{}', requestId)).kind).toBe('unknown')
    },
  )
})

describe('REFUSALS', () => {
  const rows: readonly (readonly [string, Refusal])[] = Object.entries(REFUSALS)

  it.each(rows)('words %s for people of both languages', (_, { en, zh }) => {
    for (const text of [en.meaning, en.next]) expect(text).toMatch(/^[ -~]{5,160}$/)
    for (const text of [zh.meaning, zh.next]) expect(text).toMatch(/\p{Script=Han}{3}/u)
  })

  it('gives no code, number, status or phrase to two rows', () => {
    const keys = rows.flatMap(([, { codes = [], numbers = [], statuses = [], phrases = [] }]) => [
      ...codes,
      ...numbers,
      ...statuses,
      ...phrases,
    ])

    expect(keys).toHaveLength(new Set(keys).size)
  })
})
