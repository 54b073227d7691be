import { describe, expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { type DecisionName, decisionTransition, readDecision } from '../../lib/intake/operator-decision.ts'
import { CLAIMED, NOW } from '../support/orders.ts'

const KEY = { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252' }
const LI = 'arn:aws-cn:iam::123456789012:user/li'
const BODY = { reason: 'compared with the receipt' }

const refusal = (what: unknown, body: unknown): InputError => {
  try {
    readDecision(KEY, what, body, LI)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('a decision', () => {
  it.each(['expedite', 'reopen', 'close', 'release', 'withdraw'] as const)('%s is read with who and why', (what) => {
    expect(readDecision(KEY, what, BODY, LI)).toStrictEqual({
      ...KEY,
      what,
      why: 'compared with the receipt',
      by: LI,
    })
  })

  it.each([undefined, null, '', 'Release', 'release ', 'delete', '__proto__', 'toString', 'length', 0, ['release']])(
    'cannot be %j',
    (what) => {
      expect(refusal(what, BODY)).toMatchObject({
        code: 'ERR_INPUT',
        field: 'decision',
        message: 'decision: must be one of expedite, reopen, close, release, settle, withdraw',
      })
    },
  )

  it.each([undefined, null, '', 0, true, {}, [LI]])('cannot be made by %j', (by) => {
    expect(() => readDecision(KEY, 'release', BODY, by)).toThrow(
      new InputError('caller', 'has no identity: the route must be protected by IAM'),
    )
  })

  it('cannot be made by somebody whose name is longer than IAM gives', () => {
    expect(readDecision(KEY, 'release', BODY, 'a'.repeat(2048)).by).toHaveLength(2048)
    expect(() => readDecision(KEY, 'release', BODY, 'a'.repeat(2049))).toThrow(
      new InputError('caller', 'has a longer identity than IAM gives'),
    )
  })
})

describe('a member of a decision that means nothing to it', () => {
  it.each([
    ['by', 'somebody else'],
    ['at', 0],
    ['what', 'settle'],
    ['refundId', 'RF1'],
    ['amount', 3900],
    ['__proto__', 'RF1'],
  ])('%s is refused by its name', (name, value) => {
    const body = Object.defineProperty({ ...BODY }, name, { value, enumerable: true })

    expect(refusal('close', body)).toMatchObject({ field: name, message: `${name}: is no member of a decision` })
  })

  it.each(['expedite', 'reopen', 'close', 'release', 'withdraw'])(
    'out_refund_no is refused by its name: %s',
    (what) => {
      expect(refusal(what, { ...BODY, out_refund_no: 'RF1' })).toMatchObject({
        field: 'out_refund_no',
        message: 'out_refund_no: goes with settle only',
      })
    },
  )
})

describe('the reason of a decision', () => {
  it.each(['x', '金额一致,已核对小票', 'refunded in cash: ¥39.00', 'x'.repeat(200), '\u{1f44d}'.repeat(200)])(
    'may be %j',
    (reason) => {
      expect(readDecision(KEY, 'close', { reason }, LI).why).toBe(reason)
    },
  )

  it.each(['', 'x'.repeat(201), '\u{1f44d}'.repeat(201), 'a\nb', 'a\tb', '\u0000', 'a\u202eb'])(
    'may not be %j',
    (reason) => {
      expect(refusal('close', { reason })).toMatchObject({
        field: 'reason',
        message: 'reason: must be 1 to 200 printable characters',
      })
    },
  )

  it.each(['\ud83d', '金额\ufffd致'])('may hold no character that was damaged on its way: %j', (reason) => {
    expect(refusal('close', { reason })).toMatchObject({
      field: 'reason',
      message: 'reason: holds a character that was damaged on its way: send it as UTF-8',
    })
  })

  it.each([null, 5, true, ['x'], { text: 'x' }])('must be text, and not %j', (reason) => {
    expect(refusal('close', { reason })).toMatchObject({ field: 'reason', message: 'reason: must be text' })
  })

  it.each([
    ['a body without it', {}, 'reason: must give a reason'],
    ['a list', [], 'reason: must give a reason'],
    ['null', null, 'body: must give a reason'],
    ['text', 'because', 'body: must give a reason'],
    ['a number', 5, 'body: must give a reason'],
  ])('is missed in %s', (_, body, message) => {
    expect(refusal('close', body).message).toBe(message)
  })
})

describe('a settlement', () => {
  it('says by which refund', () => {
    const decision = readDecision(KEY, 'settle', { ...BODY, out_refund_no: '50300806962026112400000000001' }, LI)

    expect(decision.why).toBe('refund 50300806962026112400000000001: compared with the receipt')
  })

  it('says by which receipt the money was given back at the till', () => {
    const decision = readDecision(KEY, 'settle', { ...BODY, cash: '小票-7/2' }, LI)

    expect(decision).toMatchObject({ why: 'cash 小票-7/2: compared with the receipt', isCash: true })
  })

  it.each(['', 'x'.repeat(65), 'S 1', '<S1>', 'S\n1'])('refuses the receipt %j', (cash) => {
    expect(refusal('settle', { ...BODY, cash })).toMatchObject({ field: 'cash' })
  })

  it('says that it was not double', () => {
    const decision = readDecision(KEY, 'settle', { ...BODY, not_double: true }, LI)

    expect(decision.why).toBe('not double: compared with the receipt')
  })

  it.each([
    ['none', {}],
    ['two', { out_refund_no: 'R-1', not_double: true }],
    ['two others', { out_refund_no: 'R-1', cash: 'S-1' }],
    ['all', { out_refund_no: 'R-1', cash: 'S-1', not_double: true }],
  ])('must say one of three, and not %s', (_, more) => {
    expect(refusal('settle', { ...BODY, ...more })).toMatchObject({
      field: 'out_refund_no',
      message: 'out_refund_no: or cash or not_double is needed to settle, and only one of them',
    })
  })

  it.each([false, 'true', 1, null])('cannot say that it was not double by %j', (not_double) => {
    expect(refusal('settle', { ...BODY, not_double })).toMatchObject({
      field: 'not_double',
      message: 'not_double: must be true or left out',
    })
  })

  it.each(['1', 'R_1-2|3*4@5', 'x'.repeat(64)])('takes the refund number %s', (out_refund_no) => {
    expect(readDecision(KEY, 'settle', { ...BODY, out_refund_no }, LI).why).toContain(`refund ${out_refund_no}: `)
  })

  it.each(['', 'x'.repeat(65), 'R 1', 'R\n1', '退款1', 'R/1', '<R1>'])(
    'refuses the refund number %j',
    (out_refund_no) => {
      expect(refusal('settle', { ...BODY, out_refund_no })).toMatchObject({
        field: 'out_refund_no',
        message: 'out_refund_no: must be a refund number',
      })
    },
  )
})

describe('what WeChat Pay charged', () => {
  it.each(['close', 'withdraw'] as const)('may be said not to be double by %s', (what) => {
    expect(readDecision(KEY, what, { ...BODY, not_double: true }, LI)).toStrictEqual({
      ...KEY,
      what,
      why: 'not double: compared with the receipt',
      notDouble: true,
      by: LI,
    })
  })

  it.each(['expedite', 'reopen', 'release'] as const)('is nothing that %s speaks of', (what) => {
    expect(refusal(what, { ...BODY, not_double: true })).toMatchObject({
      field: 'not_double',
      message: 'not_double: is for settle, close, withdraw alone',
    })
  })

  it.each(['expedite', 'reopen', 'release', 'close', 'withdraw'] as const)('is not refunded by %s', (what) => {
    expect(refusal(what, { ...BODY, out_refund_no: 'R-1' })).toMatchObject({
      field: 'out_refund_no',
      message: 'out_refund_no: goes with settle only',
    })
  })
})

describe('the transition that a decision asks for', () => {
  const transitionOf = (what: DecisionName, attempt = 0) =>
    decisionTransition({ ...CLAIMED, attempt }, { ...KEY, what, why: 'compared', by: LI }, NOW)

  it.each([
    ['expedite', '13 expedite'],
    ['reopen', '14 reopen'],
    ['close', '15 close'],
    ['settle', '16 settle'],
    ['release', '18 release'],
    ['withdraw', '19 withdraw'],
  ] as const)('%s is %s', (what, name) => {
    expect(transitionOf(what)).toMatchObject({ name, pk: '1900000109#1234323JKHDFE1243252' })
  })

  it.each([
    ['close', 'closed by hand: compared'],
    ['settle', 'compared'],
    ['withdraw', 'withdrawn: compared'],
  ] as const)('%s leaves its reason on the row', (what, reason) => {
    expect(transitionOf(what)?.set).toMatchObject({ reason })
  })

  it('is none when the row rules it out', () => {
    expect(transitionOf('withdraw', 1)).toBeUndefined()
  })
})
