import { describe, expect, it } from 'vitest'
import { REFUSALS, type Refusal, type RefusalName, refusalOf } from '../../lib/order/refusals.ts'
import { queryVerdict, syncVerdict, type VerdictKind } from '../../lib/order/verdict.ts'
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
  [404, 'RESOURCE_NOT_EXISTS', undefined, '无可用的平台证书', 'unknown', undefined],
  [429, 'FREQUENCY_LIMITED', '268435472', '请求过于频繁', 'throttled', 'too-often'],
  [429, 'RATELIMIT_EXCEEDED', '268447840', '接口限频', 'throttled', 'too-often'],
  [429, 'FREQUENCY_LIMITED', undefined, '', 'throttled', 'too-often'],
  [429, undefined, undefined, '', 'throttled', 'too-often'],
  [500, 'SYSTEM_ERROR', undefined, '系统错误', 'unknown', 'system-error'],
  [502, 'SERVICE_UNAVAILABLE', undefined, '服务不可用', 'unknown', 'system-error'],
  [503, 'SERVICE_UNAVAILABLE', undefined, '服务不可用', 'unknown', 'system-error'],
  [502, undefined, undefined, '', 'unknown', 'system-error'],
  [202, undefined, undefined, '', 'unknown', undefined],
  [400, 'A_NEW_CODE', '299999999', '', 'unknown', undefined],
  [400, undefined, undefined, '', 'unknown', undefined],
  [404, undefined, undefined, '', 'unknown', undefined],
  [409, 'A_NEW_CODE', undefined, '', 'unknown', undefined],
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

describe('refusalOf', () => {
  it('makes no end of an order by a number alone, which nobody signs', () => {
    for (const number of ['268435461', '268435464'])
      expect(refusalOf({ status: 400, number, code: 'A_NEW_CODE', message: '参数错误' })).toBeUndefined()
  })

  it('calls nothing of a server that failed more than a failure', () => {
    for (const status of [500, 501, 502, 503, 504, 599])
      expect(refusalOf({ status, code: 'PARAM_ERROR', number: '271316754', message: '单据正在扣款中' })).toBe(
        'system-error',
      )
  })

  it('does not take a code or a number for a part of another', () => {
    expect(refusalOf({ status: 400, code: 'PARAM_ERROR_2' })).toBeUndefined()
    expect(refusalOf({ status: 400, number: '2713022621' })).toBeUndefined()
    expect(refusalOf({ status: 400, code: 'constructor', number: '__proto__' })).toBeUndefined()
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
