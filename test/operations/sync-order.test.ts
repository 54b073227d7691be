import { createVerify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TryAgainError, UnavailableError } from '../../lib/errors.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { NO_ANSWER, SAYS, SIGNER } from '../support/fake-wechatpay.ts'
import { rsaPair } from '../support/keys.ts'
import { NOW, PAYAFTER_ORDER, PAYAFTER_ROW, PK, SECOND, unleased } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'
import { LAST_ERRORS } from '../support/verdicts.ts'

describe('the first notice of an order', () => {
  it('is written, synced with one signed POST, and answered with what WeChat Pay said', async () => {
    const fakes = fakeDeps({ says: SAYS.taken })

    const { reply } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.applied).toStrictEqual(['1 create', '4 accepted'])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'SYNCED', next: 'query', attempt: 2, due_at: NOW + 600 * SECOND })
    expect(fakes.sent).toHaveLength(1)
    expect(fakes.sent[0]).toMatchObject({
      method: 'POST',
      target: '/v3/payscore/payafter-orders/1234323JKHDFE1243252/sync',
      body: '{"appid":"wxd678efh567hg6787","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124102900"}}',
    })
    expect(reply).toEqual({
      status: 200,
      body: {
        appid: 'wxd678efh567hg6787',
        mchid: '1900000109',
        out_order_no: '1234323JKHDFE1243252',
        order_id: '15646546545165651651',
        state: 'SYNCED',
        attempt: 2,
        confirmed: false,
        synced_at: '2026-11-24T02:30:00.000Z',
        replayed: false,
      },
    })
  })

  it('is signed with the key of the merchant', async () => {
    const fakes = fakeDeps()

    await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    const [, signature = ''] = /,signature="([^"]+)",/.exec(fakes.sent[0]?.headers.Authorization ?? '') ?? []
    const signed = createVerify('sha256').update(
      'POST\n' +
        '/v3/payscore/payafter-orders/1234323JKHDFE1243252/sync\n' +
        '1795487400\n' +
        '593BEC0C930BF1AFEB40B4A08C8FB242\n' +
        '{"appid":"wxd678efh567hg6787","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124102900"}}\n',
    )
    expect(signed.verify(rsaPair('merchant').publicKey, signature, 'base64')).toBe(true)
  })

  it('is told in one log line of chosen fields and metrics', async () => {
    const fakes = fakeDeps()

    const { log, metrics, throwsByEvent } = await syncOrder(PAYAFTER_ORDER, 'event', fakes.deps)

    expect(log).toEqual({
      via: 'event',
      mchid: '1900000109',
      out_order_no: '1234323JKHDFE1243252',
      state: 'SYNCED',
      attempt: 2,
      next: 'query',
      due_at: NOW + 600 * SECOND,
      step: 'sync',
      verdict: 'accepted',
      verified: true,
      status: 200,
      request_id: '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0',
      transition: '4 accepted',
    })
    expect(metrics).toEqual({
      sync_accepted: { value: 1, unit: 'Count' },
      clock_difference: { value: 0, unit: 'Milliseconds' },
      notice_to_synced: { value: 0, unit: 'Milliseconds' },
      wechatpay_latency: { value: 0, unit: 'Milliseconds' },
    })
    expect(throwsByEvent).toBeUndefined()
  })

  it.each([
    ['a signed refusal of a parameter', SAYS.parameterWrong, 202, 'PENDING', '6 ask'],
    ['an order that was done already', SAYS.alreadyDone, 202, 'PENDING', '6 ask'],
    ['no answer', NO_ANSWER, 202, 'PENDING', '6 ask'],
    ['nobody reached', { kind: 'unsent', reason: 'ECONNREFUSED' } as const, 202, 'PENDING', '5 later'],
    ['a refusal of our signature', SAYS.signatureWrong, 202, 'PENDING', '6 ask'],
  ])('ends as the table says after %s', async (_, says, status, state, transition) => {
    const fakes = fakeDeps({ says })

    const { reply } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.sent).toHaveLength(1)
    expect(fakes.applied).toStrictEqual(['1 create', transition])
    expect(reply).toMatchObject({ status, body: { state, replayed: false } })
  })

  it('is not sent when the ledger is out of reach: the caller must know', async () => {
    const fakes = fakeDeps({ ledger: failingFrom(1) })

    const synced = syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    await expect(synced).rejects.toThrow(UnavailableError)
    expect(fakes.sent).toHaveLength(0)
  })

  it('is answered from the claim when what came of it cannot be written', async () => {
    const fakes = fakeDeps({ ledger: failingFrom(2) })

    const { reply, log, metrics } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.sent).toHaveLength(1)
    expect(reply).toMatchObject({
      status: 202,
      headers: { 'retry-after': '30' },
      body: { state: 'PENDING', attempt: 1, replayed: false },
    })
    expect(log).toMatchObject({ transition: 'not recorded', verdict: 'accepted', error: 'ERR_UNAVAILABLE' })
    expect(metrics).toMatchObject({ not_recorded: { value: 1, unit: 'Count' } })
  })

  it('has its key asked for while the ledger is asked', async () => {
    const asked: string[] = []
    const fakes = fakeDeps({
      signer: async () => {
        asked.push('secret')
        return SIGNER
      },
      ledger: (sound) => ({
        ...sound,
        apply: async (transition) => {
          asked.push(transition.name)
          return sound.apply(transition)
        },
      }),
    })

    await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(asked).toEqual(['secret', '1 create', 'secret', '4 accepted'])
  })

  it('is not counted where its merchant has no cap', async () => {
    const count = () => Promise.reject(new Error('nobody is counted'))
    const fakes = fakeDeps({ ledger: { count } })

    const { reply } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(reply.status).toBe(200)
  })

  it('does not trip over a key that is not there while the ledger is out of reach', async () => {
    const signer = () => Promise.reject(new UnavailableError('no secret'))
    const fakes = fakeDeps({ ledger: failingFrom(1), signer })

    const synced = syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    await expect(synced).rejects.toThrow('the ledger says TimeoutError')
  })
})

describe('the same notice again', () => {
  const again = (row: object, says = SAYS.taken) => fakeDeps({ rows: [{ ...unleased(PAYAFTER_ROW), ...row }], says })

  it.each([
    ['a call may be out', {}, 202],
    ['its sync is due in a moment', { next: 'sync', due_at: NOW + 1 }, 202],
    ['its query is due', { next: 'query', due_at: NOW - 1 }, 202],
    ['it is synced', { state: 'SYNCED', due_at: NOW - 1 }, 200],
    ['it is rejected', { state: 'REJECTED', due: undefined, due_at: undefined, next: undefined }, 422],
    ['it was charged twice', { state: 'DOUBLE_CHARGED', due: undefined, due_at: undefined, next: undefined }, 409],
  ])('is told how the order stands, and nothing is sent or written, when %s', async (_, row, status) => {
    const fakes = again(row)

    const { reply, log, throwsByEvent } = await syncOrder(PAYAFTER_ORDER, 'event', fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.applied).toStrictEqual([])
    expect(reply).toMatchObject({ status, body: { attempt: 3, replayed: true } })
    expect(log).toMatchObject({ via: 'event', transition: 'none', replayed: true, attempt: 3 })
    expect(throwsByEvent).toBeUndefined()
  })

  it('takes the sync when that is due', async () => {
    const fakes = again({ next: 'sync', due_at: NOW })

    const { reply } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.applied).toStrictEqual(['2 claim', '4 accepted'])
    expect(fakes.sent).toHaveLength(1)
    expect(reply).toMatchObject({ status: 200, body: { attempt: 5, replayed: false } })
  })

  it('brings the query forward when the order was open: the shop may have completed it', async () => {
    const fakes = again({ due_at: NOW + 600 * SECOND, last_error: LAST_ERRORS.open })

    const { reply, log } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.rows.get(PK)).toMatchObject({ attempt: 3, due_at: NOW + 30 * SECOND })
    expect(log).toMatchObject({ transition: '13 expedite', replayed: true })
    expect(reply).toMatchObject({ status: 202, headers: { 'retry-after': '30' } })
  })

  it('brings nothing forward that is held: a person is asked', async () => {
    const fakes = again({ state: 'HELD', reason: 'over_cap', due_at: NOW + 600 * SECOND, last_error: LAST_ERRORS.open })

    await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.applied).toStrictEqual([])
  })

  it('brings nothing forward within a lease', async () => {
    const fakes = again({ due_at: NOW + 30 * SECOND, last_error: LAST_ERRORS.open })

    const { log } = await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    expect(fakes.applied).toStrictEqual([])
    expect(log).toMatchObject({ transition: 'none', due_at: NOW + 30 * SECOND })
  })

  it.each([LAST_ERRORS.busy, LAST_ERRORS.unknown, LAST_ERRORS.state])(
    'brings nothing forward after $verdict',
    async (last_error) => {
      const fakes = again({ due_at: NOW + 600 * SECOND, last_error })

      await syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

      expect(fakes.applied).toStrictEqual([])
    },
  )

  it('is thrown back when the ledger fails at the claim', async () => {
    const fakes = fakeDeps({
      rows: [{ ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW }],
      ledger: failingFrom(2),
    })

    const synced = syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    await expect(synced).rejects.toThrow(UnavailableError)
    expect(fakes.sent).toHaveLength(0)
  })

  it('is thrown back when the row went between two looks', async () => {
    const fakes = fakeDeps({ ledger: { read: async () => undefined, apply: async () => undefined } })

    const synced = syncOrder(PAYAFTER_ORDER, 'http', fakes.deps)

    await expect(synced).rejects.toThrow(TryAgainError)
    await expect(synced).rejects.toThrow('the order left the ledger while it was looked at')
    expect(fakes.sent).toHaveLength(0)
  })
})
