import { describe, expect, it } from 'vitest'
import { ConfigError, UnavailableError } from '../../lib/errors.ts'
import { partyKey } from '../../lib/ledger/known-merchants.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { callWechatPay } from '../../lib/operations/call-wechatpay.ts'
import { precheckOrder } from '../../lib/operations/precheck-order.ts'
import { readMerchantSecret } from '../../lib/wechatpay/merchant-secret.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { answered, forged, NO_ANSWER, SAYS, SIGNER } from '../support/fake-wechatpay.ts'
import { DAY, KEY, NOW, PAYAFTER_ROW, PK, SECOND } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'

const claimed = (change: Partial<Row> = {}): Row => ({ ...PAYAFTER_ROW, ...change })

describe('a step that is recorded', () => {
  it('a query asks with one signed GET, and its proof ends the order', async () => {
    const fakes = fakeDeps({ rows: [claimed({ state: 'SYNCED' })], says: SAYS.paidToMerchant })

    const { row, log, metrics } = await callWechatPay('query', claimed({ state: 'SYNCED' }), fakes.deps)

    expect(fakes.sent).toMatchObject([
      {
        method: 'GET',
        target:
          '/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE1243252&appid=wxd678efh567hg6787',
        body: '',
      },
    ])
    expect(row).toMatchObject({ state: 'SYNCED', proved_at: NOW })
    expect(fakes.rows.get(PK)).toStrictEqual(row)
    expect(log).toEqual({
      mchid: '1900000109',
      out_order_no: '1234323JKHDFE1243252',
      state: 'SYNCED',
      attempt: 3,
      step: 'query',
      verdict: 'confirmed',
      verified: true,
      status: 200,
      request_id: '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0',
      transition: '8 confirmed',
    })
    expect(metrics).toEqual({
      query_confirmed: { value: 1, unit: 'Count' },
      clock_difference: { value: 0, unit: 'Milliseconds' },
      wechatpay_latency: { value: 0, unit: 'Milliseconds' },
    })
  })

  it('a query finds the double charge', async () => {
    const fakes = fakeDeps({ rows: [claimed({ state: 'SYNCED' })], says: SAYS.charged })

    const { row } = await callWechatPay('query', claimed({ state: 'SYNCED' }), fakes.deps)

    expect(row).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '42000004' })
  })

  it('tells how far the two clocks are apart, and how long the notice waited', async () => {
    const says = answered(200, '{"mchid":"1900000109","out_order_no":"1234323JKHDFE1243252"}', NOW - 7 * SECOND)
    const fakes = fakeDeps({ rows: [claimed()], says })

    const { metrics } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(metrics).toEqual({
      sync_accepted: { value: 1, unit: 'Count' },
      clock_difference: { value: 7000, unit: 'Milliseconds' },
      notice_to_synced: { value: 60_000, unit: 'Milliseconds' },
      wechatpay_latency: { value: 0, unit: 'Milliseconds' },
    })
  })

  it('counts an alarm that was applied', async () => {
    const fakes = fakeDeps({ rows: [claimed({ state: 'SYNCED' })], says: SAYS.notCompleted })

    const { metrics } = await callWechatPay('query', claimed({ state: 'SYNCED' }), fakes.deps)

    expect(metrics).toMatchObject({ query_open: { value: 1, unit: 'Count' }, undone: { value: 1, unit: 'Count' } })
  })
})

describe('a step that somebody else overtook', () => {
  it('leaves the row to them, and says how it stands', async () => {
    const theirs = claimed({ attempt: 4, leased_until: NOW + 29 * SECOND })
    const fakes = fakeDeps({ rows: [theirs], says: SAYS.signatureWrong })

    const { row, log, metrics } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(row).toStrictEqual(theirs)
    expect(fakes.rows.get(PK)).toStrictEqual(theirs)
    expect(log).toMatchObject({ attempt: 4, verdict: 'config', transition: 'fenced' })
    expect(metrics).toEqual({
      sync_config: { value: 1, unit: 'Count' },
      clock_difference: expect.anything(),
      wechatpay_latency: { value: 0, unit: 'Milliseconds' },
    })
  })

  it('keeps the signed word of a sync that was proved meanwhile', async () => {
    const theirs = claimed({ state: 'SYNCED' })
    const fakes = fakeDeps({ rows: [theirs], says: SAYS.taken })

    const { row, log } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(row).toMatchObject({ state: 'SYNCED', attempt: 3, taken_at: NOW })
    expect(log).toMatchObject({ transition: '4b keep' })
  })

  it('answers from the claim when the row is gone', async () => {
    const fakes = fakeDeps({ says: NO_ANSWER })

    const { row, log } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(row).toStrictEqual(claimed())
    expect(log).toMatchObject({ transition: 'fenced' })
  })
})

describe('a step that cannot be recorded', () => {
  it('does not throw: the row has its query owed', async () => {
    const fakes = fakeDeps({ rows: [claimed()], ledger: failingFrom(1) })

    const { row, log, metrics } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(fakes.sent).toHaveLength(1)
    expect(row).toStrictEqual(claimed())
    expect(log).toMatchObject({
      state: 'PENDING',
      attempt: 3,
      verdict: 'accepted',
      transition: 'not recorded',
      error: 'ERR_UNAVAILABLE',
      message: 'the ledger says TimeoutError',
    })
    expect(metrics).toMatchObject({
      sync_accepted: { value: 1, unit: 'Count' },
      not_recorded: { value: 1, unit: 'Count' },
    })
  })

  it('does not throw when only the look at who overtook it fails', async () => {
    const fakes = fakeDeps({
      rows: [claimed({ attempt: 4 })],
      says: NO_ANSWER,
      ledger: { read: () => Promise.reject(new UnavailableError('the ledger says no')) },
    })

    const { row, log } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(row).toStrictEqual(claimed())
    expect(log).toMatchObject({ transition: 'not recorded', error: 'ERR_UNAVAILABLE' })
  })
})

describe('a step without a key', () => {
  it.each([
    [
      'missing',
      () => Promise.reject(new ConfigError('secret payscore/merchants/1900000109: is missing')),
      'secret payscore/merchants/1900000109: is missing',
    ],
    [
      'unsound',
      async () => readMerchantSecret('{"mchid":"1900000109"}', '1900000109'),
      'secret of merchant 1900000109: serial_no must be 40 hexadecimal digits in capitals, leading zeros kept, never decimal',
    ],
  ])('waits for the deployment to be mended when the secret is %s, and says so', async (_, signer, detail) => {
    const fakes = fakeDeps({ rows: [claimed()], signer })

    const { row, log, metrics } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(row).toMatchObject({ state: 'PENDING', next: 'sync', due_at: NOW + 60 * SECOND })
    expect(row.last_error).toStrictEqual({ verdict: 'config', at: NOW, attempt: 3, code: 'ERR_CONFIG', detail })
    expect(log).toMatchObject({ verdict: 'config', verified: false, message: detail, transition: '5 later' })
    expect(metrics).toEqual({ sync_config: { value: 1, unit: 'Count' }, config: { value: 1, unit: 'Count' } })
  })

  it.each([
    ['Secrets Manager is down', new UnavailableError('secret: Secrets Manager says TimeoutError'), 'ERR_UNAVAILABLE'],
    ['something else fails', new TypeError('not a function'), 'TypeError'],
  ])('is tried again when %s', async (_, error, code) => {
    const fakes = fakeDeps({ rows: [claimed()], signer: () => Promise.reject(error) })

    const { row, log, metrics } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(row).toMatchObject({ state: 'PENDING', next: 'sync' })
    expect(row.last_error).toStrictEqual({ verdict: 'unsent', at: NOW, attempt: 3, code })
    expect(log).toMatchObject({ verdict: 'unsent', verified: false })
    expect(metrics).toEqual({ sync_unsent: { value: 1, unit: 'Count' } })
  })

  it('asks again later when a query has none', async () => {
    const signer = () => Promise.reject(new ConfigError('secret payscore/merchants/1900000109: is missing'))
    const fakes = fakeDeps({ rows: [claimed({ state: 'SYNCED' })], signer })

    const { row } = await callWechatPay('query', claimed({ state: 'SYNCED' }), fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(row).toMatchObject({ state: 'SYNCED', next: 'query', due_at: NOW + 60 * SECOND })
  })
})

describe('a lease', () => {
  /** Its key takes so long to come. */
  const slowKey = (ms: number) => {
    const clock = fakeClock()
    const signer = async () => {
      clock.now += ms
      return SIGNER
    }
    return { clock, signer }
  }

  it('that still covers the call lets it go out', async () => {
    const fakes = fakeDeps({ rows: [claimed()], ...slowKey(22 * SECOND) })

    const { log } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(fakes.sent).toHaveLength(1)
    expect(log).toMatchObject({ transition: '4 accepted' })
  })

  it('that may end before the call does sends and writes nothing', async () => {
    const fakes = fakeDeps({ rows: [claimed()], ...slowKey(22 * SECOND + 1) })

    const { row, log, metrics } = await callWechatPay('sync', claimed(), fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.applied).toStrictEqual([])
    expect(row).toStrictEqual(claimed())
    expect(log).toMatchObject({ step: 'sync', verdict: 'lease over', attempt: 3, next: 'query' })
    expect(metrics).toEqual({})
  })

  it('that the row does not have sends nothing', async () => {
    const { leased_until: _, ...unleased } = claimed()
    const fakes = fakeDeps({ rows: [unleased] })

    const { log } = await callWechatPay('sync', unleased, fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(log).toMatchObject({ verdict: 'lease over' })
  })
})

describe('a key that WeChat Pay did not accept', () => {
  it('is forgotten after a 401', async () => {
    const fakes = fakeDeps({ rows: [claimed()], says: SAYS.signatureWrong })

    await callWechatPay('sync', claimed(), fakes.deps)

    expect(fakes.forgotten).toStrictEqual(['1900000109'])
  })

  it.each([SAYS.taken, SAYS.parameterWrong, answered(403, '{"code":"NO_AUTH"}'), NO_ANSWER])(
    'is kept after anything else: %#',
    async (says) => {
      const fakes = fakeDeps({ rows: [claimed()], says })

      await callWechatPay('sync', claimed(), fakes.deps)

      expect(fakes.forgotten).toStrictEqual([])
    },
  )
})

describe('a next step that is due at once', () => {
  it('is announced: the sync of an order that waits for payment', async () => {
    const fakes = fakeDeps({ rows: [claimed()], says: SAYS.waitsForPayment })

    const { log } = await callWechatPay('query', claimed(), fakes.deps)

    expect(log).toMatchObject({ transition: '10 unpaid', next: 'sync', due_at: NOW })
    expect(fakes.published).toStrictEqual([{ ...KEY, next: 'sync' }])
  })

  it('does not need the bus: reconcile finds the row', async () => {
    const publishDue = () => Promise.reject(new UnavailableError('the event bus says TimeoutError'))
    const fakes = fakeDeps({ rows: [claimed()], says: SAYS.waitsForPayment, publishDue })

    const { row, log } = await callWechatPay('query', claimed(), fakes.deps)

    expect(row).toMatchObject({ state: 'PENDING', next: 'sync', due_at: NOW })
    expect(log).toMatchObject({ transition: '10 unpaid' })
    expect(log).not.toHaveProperty('error')
  })

  it.each([
    ['is later', SAYS.notCompleted, claimed()],
    ['does not come', SAYS.paidToMerchant, claimed()],
    ['is somebody else’s', SAYS.waitsForPayment, claimed({ attempt: 4, due_at: NOW })],
  ])('is not announced when it %s', async (_, says, row) => {
    const fakes = fakeDeps({ rows: [row], says })

    await callWechatPay('query', claimed(), fakes.deps)

    expect(fakes.published).toStrictEqual([])
  })
})

describe('an order that WeChat Pay does not know', () => {
  const NOT_THERE = answered(404, '{"code":"ORDER_NOT_EXIST","message":"查询单据不存在"}')
  const PARTY = partyKey(PAYAFTER_ROW)
  const other = (number: string): Row => ({
    ...claimed({ absent_since: NOW - 2 * DAY }),
    pk: `1900000109#${number}`,
    call: { ...PAYAFTER_ROW.call, out_order_no: number },
  })

  it('is rejected after a day where others of its party are known', async () => {
    const row = claimed({ absent_since: NOW - 1 * DAY - 1 })
    const fakes = fakeDeps({ rows: [row], says: NOT_THERE })
    await fakes.deps.ledger.recordKnownParty(PARTY, 0)

    const taken = await callWechatPay('query', row, fakes.deps)

    expect(taken.row).toMatchObject({ state: 'REJECTED', reason: 'not_found' })
  })

  it('rejects nothing and rings at the third order of a party that is not known', async () => {
    const rows = ['A', 'B', 'C'].map(other)
    const fakes = fakeDeps({ rows: rows.map((row) => ({ ...row, absent_since: NOW })), says: NOT_THERE })

    const taken = []
    for (const { pk } of rows) taken.push(await callWechatPay('query', fakes.rows.get(pk) ?? claimed(), fakes.deps))

    expect(taken.map(({ row }) => [row.state, row.last_error?.verdict, row.last_error?.refusal])).toEqual([
      ['PENDING', 'absent', 'not-exist'],
      ['PENDING', 'absent', 'not-exist'],
      ['PENDING', 'config', 'none-known'],
    ])
    expect(taken.map(({ metrics }) => metrics.config?.value)).toEqual([undefined, undefined, 1])
  })

  it('rejects nothing while nobody can say whether its party is known', async () => {
    const row = claimed({ absent_since: NOW - 2 * DAY })
    const ledger = { recordAbsentOrder: () => Promise.reject(new UnavailableError('no')) }
    const fakes = fakeDeps({ rows: [row], says: NOT_THERE, ledger })

    const taken = await callWechatPay('query', row, fakes.deps)

    expect(taken.row).toMatchObject({ state: 'PENDING', last_error: { verdict: 'absent' } })
  })

  it('is not counted where a cashier asks, who may have mistyped it', async () => {
    const fakes = fakeDeps({ says: NOT_THERE })

    await precheckOrder(PAYAFTER_ROW.call, fakes.deps)

    expect(fakes.parties.size).toBe(0)
  })
})

describe('a party', () => {
  it.each(['taken', 'paidToMerchant', 'waitsForPayment', 'notCompleted'] as const)(
    'is met by an answer: %s',
    async (says) => {
      const fakes = fakeDeps({ rows: [claimed()], says: SAYS[says] })

      await callWechatPay('query', claimed(), fakes.deps)
      await callWechatPay('sync', claimed(), fakes.deps)

      expect([...fakes.parties]).toEqual([[partyKey(PAYAFTER_ROW), 'known']])
    },
  )

  it('that cannot be met holds up no record', async () => {
    const ledger = { recordKnownParty: () => Promise.reject(new UnavailableError('no')) }
    const fakes = fakeDeps({ rows: [claimed()], says: SAYS.paidToMerchant, ledger })

    expect((await callWechatPay('query', claimed(), fakes.deps)).row).toMatchObject({ state: 'SYNCED', proved_at: NOW })
  })

  it.each([SAYS.alreadyDone, SAYS.signatureWrong, SAYS.parameterWrong, NO_ANSWER, forged(SAYS.paidToMerchant)])(
    'is met by no other',
    async (says) => {
      const fakes = fakeDeps({ rows: [claimed()], says })

      await callWechatPay('query', claimed(), fakes.deps)

      expect(fakes.parties.size).toBe(0)
    },
  )
})

describe('a call that configuration has otherwise by now', () => {
  const call: Row['call'] = { ...PAYAFTER_ROW.call, order_api: 'serviceorder' }
  const renewed = (row: Row): Row => ({ ...row, call, call_hash: 'the renewed call' })

  it('is made so, and kept with the answer', async () => {
    const fakes = fakeDeps({ rows: [claimed()], says: SAYS.waitsForPayment })

    const { row } = await callWechatPay('query', claimed(), { ...fakes.deps, renewed })

    expect(fakes.sent[0]?.target).toMatch(/^\/v3\/payscore\/serviceorder\?/)
    expect(row).toMatchObject({ state: 'PENDING', next: 'sync', call, call_hash: 'the renewed call' })
  })

  it('is not kept by whoever has lost the row', async () => {
    const theirs = claimed({ attempt: 4 })
    const fakes = fakeDeps({ rows: [theirs], says: SAYS.waitsForPayment })

    await callWechatPay('query', claimed(), { ...fakes.deps, renewed })

    expect(fakes.rows.get(PK)).toStrictEqual(theirs)
  })

  it('is not written by an answer that ends the order whoever holds it', async () => {
    const fakes = fakeDeps({ rows: [claimed({ attempt: 4 })], says: SAYS.charged })

    await callWechatPay('query', claimed(), { ...fakes.deps, renewed })

    expect(fakes.rows.get(PK)).toMatchObject({ state: 'DOUBLE_CHARGED', call: PAYAFTER_ROW.call })
  })
})
