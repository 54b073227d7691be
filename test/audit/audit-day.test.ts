import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { type AuditDeps, auditDay } from '../../lib/audit/audit-day.ts'
import { ConfigError } from '../../lib/errors.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { Line } from '../bill/bill-writer.ts'
import { answered, forged } from '../support/fake-wechatpay.ts'
import { MINUTE, NOW, DAY as ONE_DAY } from '../support/orders.ts'
import {
  AT_18,
  type AuditWorld,
  auditWorld,
  charged,
  DAY,
  KEY,
  MCHID,
  ORDER_ID,
  refunded,
  rowOf,
  TRANSACTION,
} from './audit-world.ts'

const PK = `${MCHID}#A1`
const HALF_HOUR = 30 * MINUTE
const run = ({ deps }: AuditWorld, again = false) => auditDay(KEY, again, deps)
const answer = (code: string, status = 400) => answered(status, `{"code":"${code}"}`)

const ASKED = `order ${PK} ${DAY}`
const REFUND = `refund ${PK} back-A1 ${TRANSACTION}`
const NOTED = `transaction ${PK} ${TRANSACTION} 3900`

describe('a line of a bill that agreed', () => {
  it.each<[string, Line, Partial<Row> | undefined, string | undefined, string | undefined]>([
    ['of an order that was synced', charged('A1'), { state: 'SYNCED' }, 'charged_after_sync', ASKED],
    [
      'of a notice that was rejected',
      charged('A1'),
      { state: 'REJECTED', reason: 'not_found' },
      'charged_after_end',
      ASKED,
    ],
    ['of a pending order', charged('A1'), { state: 'PENDING', next: 'sync' }, 'charged_while_open', ASKED],
    ['of a held order', charged('A1'), { state: 'HELD' }, 'charged_while_open', ASKED],
    [
      'of a case by another transaction',
      charged('A1'),
      { state: 'DOUBLE_CHARGED', transaction_id: '4' },
      'charged_again',
      ASKED,
    ],
    ['of a case without a number', charged('A1'), { state: 'DOUBLE_CHARGED' }, 'numbered', NOTED],
    ['of a case', charged('A1'), { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION }, 'known', undefined],
    [
      'that is its refund',
      refunded('A1'),
      { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION },
      'refunded',
      REFUND,
    ],
    [
      'that is its refund and has only the transaction',
      refunded('A1', { attach: '' }),
      { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION },
      'refunded',
      REFUND,
    ],
    [
      'that is its refund under another order’s number',
      refunded('B2', { refund: ['0', 'back-A1', 'SUCCESS'] }),
      { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION },
      'refunded',
      REFUND,
    ],
    [
      'that is its refund without a number',
      refunded('A1', { refund: ['0', '0', ''] }),
      { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION },
      'refunded',
      undefined,
    ],
    ['that is a refund of no known charge', refunded('A1'), { state: 'SYNCED' }, 'charged_after_sync', ASKED],
    [
      'of an order that was proved after the bill',
      charged('A1'),
      { state: 'SYNCED', order_id: ORDER_ID, proved_at: NOW + 1 },
      'contradiction',
      undefined,
    ],
    [
      'of a notice that the shop took back',
      charged('A1'),
      { state: 'REJECTED', reason: 'withdrawn: x' },
      undefined,
      undefined,
    ],
    ['of an order that nobody handed over', charged('A1'), undefined, undefined, undefined],
    [
      'of a merchant that is not served here',
      charged('A1', { sub_mchid: '1900000777' }),
      { state: 'SYNCED' },
      undefined,
      undefined,
    ],
  ])('%s leads to what follows', async (_, line, row, name, act) => {
    const world = await auditWorld({ lines: [line], rows: row ? [rowOf('A1', row)] : [] })

    const audited = await run(world)

    const classes = audited.kind === 'audited' ? Object.entries(audited.classes).filter(([, count]) => count > 0) : []
    expect(classes).toEqual(name === undefined ? [] : [[name, 1]])
    expect(audited).toMatchObject({ kind: 'audited', plain: name === undefined ? 1 : 0, facts: { rows: 1 } })
    expect(world.calls).toEqual(act === undefined ? [] : [act])
  })

  it('is of the day that is asked for', async () => {
    const world = await auditWorld({ lines: [charged('A1')] })

    await run(world)

    expect(world.asked).toEqual(['/v3/bill/tradebill?bill_date=2026-11-23&bill_type=ALL&tar_type=GZIP'])
  })

  it('is one of many, each acted on once', async () => {
    const numbers = Array.from({ length: 450 }, (_, i) => `N${i}`)
    const lines = numbers.map((number, i) => charged(number, { transaction_id: `${TRANSACTION}${i}` }))
    const world = await auditWorld({ lines, rows: numbers.map((number) => rowOf(number, { state: 'SYNCED' })) })

    const audited = await run(world)

    expect(world.calls.toSorted()).toEqual(numbers.map((number) => `order ${MCHID}#${number} ${DAY}`).toSorted())
    expect(audited).toMatchObject({ classes: { charged_after_sync: 450 } })
    expect(JSON.parse(world.files.get(`bills/${MCHID}/${DAY}.json`) ?? '').entries).toHaveLength(450)
  })
})

describe('nothing is acted on', () => {
  const rows = [rowOf('A1', { state: 'SYNCED' })]
  const lines = [charged('A1')]
  const bill = async () => (await auditWorld({ lines })).world.delivered

  it.each<[string, (text: Buffer) => Buffer, string]>([
    ['whose bytes are others', (text) => Buffer.from(text.toString().replace('咖啡', '茶馆')), 'hash'],
    ['of which a line is missing', (text) => Buffer.from(text.toString().replace(/\r\n`2026.*?\r\n/, '\r\n')), 'hash'],
    ['that ends in the middle', (text) => text.subarray(0, text.length - 40), 'hash'],
  ])('of a bill %s, which is asked for again until it is late', async (_, spoil, reason) => {
    const world = await auditWorld({ lines, rows, delivered: spoil(await bill()) })

    expect(await run(world)).toMatchObject({ outcome: 'waiting', reason })
    world.clock.now = AT_18
    expect(await run(world)).toMatchObject({ outcome: 'unreadable', reason })
    world.clock.now += HALF_HOUR
    expect(await run(world)).toMatchObject({ kind: 'audited' })
    expect(world.calls).toEqual([])
  })

  it('of a bill that is not whole gzip, or whose connection broke', async () => {
    const broken = async function* () {
      yield Buffer.from([0x1f])
      throw new Error('ECONNRESET')
    }
    const world = await auditWorld({ lines, rows, download: { kind: 'ready', bytes: broken() } })

    expect(await run(world)).toMatchObject({ outcome: 'waiting', reason: 'lost' })
    expect(world.calls).toEqual([])
  })

  it('of a bill in a form that nobody knows, and it is not asked for again', async () => {
    const world = await auditWorld({ lines: [charged('A1', { transaction_id: '' })], rows })

    expect(await run(world)).toMatchObject({ outcome: 'unreadable', reason: 'row, line 2, column 微信订单号' })
    expect(await run(world)).toMatchObject({ kind: 'not claimed' })
    expect(world.calls).toEqual([])
    expect(world.files.get(`bills/${MCHID}/${DAY}.html`)).toContain('row, line 2')
  })

  it.each([
    ['creating', answer('STATEMENT_CREATING'), 'creating: STATEMENT_CREATING'],
    ['throttled', answer('FREQUENCY_LIMITED', 429), 'throttled: FREQUENCY_LIMITED'],
    ['refused', answer('NO_AUTH', 403), 'config: NO_AUTH'],
    ['lost', { kind: 'lost', reason: 'ETIMEDOUT' } as const, 'unknown: ETIMEDOUT'],
    ['a forged word', forged(answer('NO_STATEMENT_EXIST')), 'unknown: NO_STATEMENT_EXIST'],
  ])('while the bill is %s, which is late at 18:00', async (_, says, reason) => {
    const world = await auditWorld({ lines, rows, says })

    expect(await run(world)).toMatchObject({ outcome: 'waiting', reason })
    world.clock.now = AT_18 - 1
    expect(await run(world)).toMatchObject({ outcome: 'waiting' })
    world.clock.now = AT_18
    expect(await run(world)).toMatchObject({ outcome: 'late_bill', reason })
    expect(world.calls).toEqual([])
  })

  it.each(['expired', 'redirected', 'throttled', 'config', 'unknown'] as const)(
    'while the download is %s',
    async (kind) => {
      const world = await auditWorld({ lines, rows, download: { kind, status: 400 } })

      expect(await run(world)).toMatchObject({ outcome: 'waiting', reason: `download: ${kind}` })
      expect(world.calls).toEqual([])
    },
  )

  it('without a key to sign with', async () => {
    const world = await auditWorld({ lines, rows })
    const keys = { signer: () => Promise.reject(new ConfigError('secret: is empty')), forget: () => {} }

    expect(await auditDay(KEY, false, { ...world.deps, keys })).toMatchObject({
      outcome: 'waiting',
      reason: 'config: ERR_CONFIG',
      isConfig: true,
    })
    expect(world.asked).toEqual([])
  })

  it('on a day without a trade, which is alarming where a charge of it is known', async () => {
    const says = answer('NO_STATEMENT_EXIST')
    const known = rowOf('A1', { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION })

    expect(await run(await auditWorld({ says }))).toMatchObject({ outcome: 'no_bill' })
    expect(await run(await auditWorld({ says, rows: [known], cases: [PK] }))).toMatchObject({
      outcome: 'no_bill_but_charged',
    })
  })
})

describe('a day', () => {
  const rows = [rowOf('A1', { state: 'SYNCED', order_id: ORDER_ID })]

  it('is looked at once more after its orders were asked, and then it is done', async () => {
    const world = await auditWorld({ lines: [charged('A1')], rows })

    expect(await run(world)).toMatchObject({ outcome: 'asked', classes: { charged_after_sync: 1 } })
    world.clock.now += HALF_HOUR
    world.rows.set(PK, rowOf('A1', { state: 'SYNCED', order_id: ORDER_ID, proved_at: NOW + 1 }))
    expect(await run(world)).toMatchObject({ outcome: 'agreed', classes: { contradiction: 1 } })
    world.clock.now += HALF_HOUR
    expect(await run(world)).toMatchObject({ kind: 'not claimed' })
  })

  it('finds the refund of a charge that was not known before', async () => {
    const world = await auditWorld({ lines: [refunded('A1')], rows })

    expect(await run(world)).toMatchObject({ outcome: 'asked' })
    world.clock.now += HALF_HOUR
    world.rows.set(PK, rowOf('A1', { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION }))
    expect(await run(world)).toMatchObject({ outcome: 'agreed', classes: { refunded: 1 } })
    expect(world.calls).toEqual([ASKED, REFUND])
  })

  it('finds the refund of a charge that was not known before, also where the bill came after 18:00', async () => {
    const world = await auditWorld({ lines: [refunded('A1')], rows })
    world.clock.now = AT_18

    expect(await run(world)).toMatchObject({ outcome: 'asked' })
    world.clock.now = NOW + ONE_DAY
    world.rows.set(PK, rowOf('A1', { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION }))
    expect(await run(world)).toMatchObject({ outcome: 'agreed', classes: { refunded: 1 } })
    expect(world.calls).toEqual([ASKED, REFUND])
  })

  it('waits for an answer until 18:00 of the last day on which its bill is asked for, and no longer', async () => {
    const world = await auditWorld({ lines: [refunded('A1')], rows: [rowOf('A1', { state: 'SYNCED', next: 'query' })] })
    const lastDay = (LIMITS.billDays - 1) * ONE_DAY

    expect(await run(world)).toMatchObject({ outcome: 'asked' })
    world.clock.now = AT_18 + lastDay - 1
    expect(await run(world)).toMatchObject({ outcome: 'asked' })
    world.clock.now = AT_18 + lastDay
    expect(await run(world)).toMatchObject({ outcome: 'agreed' })
    expect(await run(world)).toMatchObject({ kind: 'not claimed' })
  })

  it.each([
    ['cannot be had', answer('SYSTEM_ERROR', 500)],
    ['is said to be none', answer('NO_STATEMENT_EXIST')],
  ])(
    'that was compared keeps its report when its bill %s after that, and is looked at all the same',
    async (_, says) => {
      const world = await auditWorld({ lines: [refunded('A1')], rows })
      await run(world)
      const report = world.files.get(`bills/${MCHID}/${DAY}.json`)

      world.world.says = says
      world.clock.now = AT_18
      expect(await run(world)).toMatchObject({ outcome: 'waiting' })
      expect([...world.bills.values()]).toMatchObject([{ outcome: 'asked', classes: { charged_after_sync: 1 } }])
      expect(world.files.get(`bills/${MCHID}/${DAY}.json`)).toBe(report)
      world.world.says = undefined
      world.clock.now += ONE_DAY
      world.rows.set(PK, rowOf('A1', { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION }))
      expect(await run(world)).toMatchObject({ outcome: 'agreed', classes: { refunded: 1 } })
      expect(world.calls).toEqual([ASKED, REFUND])
    },
  )

  it('that only an operator asks for is not done before its orders have answered', async () => {
    const world = await auditWorld({ lines: [refunded('A1')], rows })
    world.clock.now = AT_18 + LIMITS.billDays * ONE_DAY

    expect(await run(world, true)).toMatchObject({ outcome: 'asked' })
    world.clock.now += HALF_HOUR
    world.rows.set(PK, rowOf('A1', { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION }))
    expect(await run(world, true)).toMatchObject({ outcome: 'agreed', classes: { refunded: 1 } })
  })

  it('is classed again where somebody wrote the row meanwhile', async () => {
    const world = await auditWorld({ lines: [charged('A1')], rows: [rowOf('A1', { state: 'HELD' })] })
    const actions = { ...world.deps.actions, askOrder: async () => 'changed' as const }

    expect(await auditDay(KEY, false, { ...world.deps, actions })).toMatchObject({ outcome: 'asked' })
  })

  it('that is done is asked again only by an operator, and stays done if that fails', async () => {
    const world = await auditWorld({ lines: [] })
    await run(world)
    const report = world.files.get(`bills/${MCHID}/${DAY}.json`)

    expect(await run(world)).toMatchObject({ kind: 'not claimed' })
    expect(await run(world, true)).toMatchObject({ outcome: 'agreed' })
    world.world.says = answer('SYSTEM_ERROR', 500)
    expect(await run(world, true)).toMatchObject({ outcome: 'waiting' })
    expect(await run(world)).toMatchObject({ kind: 'not claimed' })
    expect([...world.bills.values()]).toMatchObject([{ outcome: 'agreed', done: true }])
    expect(world.files.get(`bills/${MCHID}/${DAY}.json`)).toBe(report)
  })

  it('keeps since when its bill is known to agree, and WeChat Pay’s signed word', async () => {
    const world = await auditWorld({ lines: [] })
    await run(world)
    world.clock.now += HALF_HOUR
    await run(world, true)

    const [bill] = [...world.bills.values()]
    const evidence = bill?.evidence ?? ''

    expect(bill).toMatchObject({ attempt: 2, agreed_at: NOW, counts: { rows: 0 } })
    expect(evidence).toMatch(/^bills\/2026\/11\/23\/1900000109-[0-9a-f]{32}\.json$/)
    expect(JSON.parse(world.files.get(evidence) ?? '')).toMatchObject({ mchid: MCHID, day: DAY, status: 200 })
  })

  it('is claimed by one of two runs at once', async () => {
    const world = await auditWorld({ lines: [charged('A1')], rows })

    const both = await Promise.all([run(world), run(world)])

    expect(both.map(({ kind }) => kind)).toEqual(['audited', 'not claimed'])
    expect(world.calls).toEqual([ASKED])
  })

  it('is left alone by a run that lost its claim before it acted', async () => {
    const world = await auditWorld({ lines: [charged('A1')], rows })
    const download: AuditDeps['download'] = async (...given) => {
      world.clock.now += 20 * MINUTE
      await world.deps.bills.claim(KEY, world.clock.now, false)
      return world.deps.download(...given)
    }

    expect(await auditDay(KEY, false, { ...world.deps, download })).toMatchObject({ kind: 'fenced' })
    expect(world.calls).toEqual([])
    expect(world.files.size).toBe(0)
  })

  it('leaves nothing on the disk', async () => {
    const world = await auditWorld({ lines: [charged('A1')], rows })

    await run(world)

    expect(await readdir(world.scratch)).toEqual([])
  })
})

describe('an open case', () => {
  const paid = (days: number) => {
    const day = new Date(NOW - days * ONE_DAY + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
    return rowOf('A1', { state: 'DOUBLE_CHARGED', transaction_id: TRANSACTION, amount: 3900, day: `${MCHID}#${day}#0` })
  }

  it.each([1, 3, 7, 30, 300, 301])('without a refund is told of after %i days, once a day', async (days) => {
    const world = await auditWorld({ rows: [paid(days)], cases: [PK] })

    expect(await run(world)).toMatchObject({ isNew: true, classes: { refund_missing: 1 } })
    expect(await run(world, true)).toMatchObject({ isNew: false, classes: { refund_missing: 1 } })
    expect(world.files.get(`bills/${MCHID}/${DAY}.csv`)).toContain('refund_missing')
  })

  it.each([
    [undefined, 0],
    ['processing', 0],
    ['refunded', 0],
    ['abnormal', 1],
    ['absent', 1],
  ] as const)('whose refund is %s is told of %i times', async (status, times) => {
    const refund = { out_refund_no: 'back-A1', noted_at: NOW, ...(status && { status }) }
    const world = await auditWorld({ rows: [{ ...paid(3), refunds: [refund] }], cases: [PK] })

    expect(await run(world)).toMatchObject({ classes: { refund_missing: times } })
  })

  it.each([
    [299, 'refunded', 0],
    [300, 'refunded', 1],
    [301, 'refunded', 1],
    [301, 'processing', 0],
  ] as const)('of %i days of which a part is %s is told of %i times', async (days, status, times) => {
    const refunds = [{ out_refund_no: 'back-A1', noted_at: NOW, status }]
    const world = await auditWorld({ rows: [{ ...paid(days), refunds }], cases: [PK] })

    expect(await run(world)).toMatchObject({ classes: { refund_missing: times } })
  })

  it('is told of no more once it is settled, even while the index still has it', async () => {
    const world = await auditWorld({ rows: [{ ...paid(3), settled_at: NOW }], cases: [PK] })

    expect(await run(world)).toMatchObject({ classes: { refund_missing: 0 } })
  })

  it('is told of daily from the 300th day of the payment, however late it became known', async () => {
    const world = await auditWorld({ rows: [{ ...paid(302), case_at: NOW - 12 * ONE_DAY }], cases: [PK] })

    expect(await run(world)).toMatchObject({ isNew: true, classes: { refund_missing: 1 } })
  })

  it('is told of by the day since when it is known', async () => {
    const world = await auditWorld({ rows: [{ ...paid(12), case_at: NOW - 7 * ONE_DAY }], cases: [PK] })

    expect(await run(world)).toMatchObject({ classes: { refund_missing: 1 } })
  })

  it('is not told of on other days, nor when this bill has its refund', async () => {
    expect(await run(await auditWorld({ rows: [paid(2)], cases: [PK] }))).toMatchObject({
      classes: { refund_missing: 0 },
    })
    expect(await run(await auditWorld({ rows: [paid(3)], cases: [PK], lines: [refunded('A1')] }))).toMatchObject({
      classes: { refund_missing: 0, refunded: 1 },
    })
  })
})

describe('a run that ends in the middle', () => {
  const numbers = ['A1', 'A2', 'A3', 'A4']
  const lines = [
    charged('A1'),
    charged('A2', { transaction_id: `${TRANSACTION}2` }),
    refunded('A3', { transaction_id: `${TRANSACTION}3` }),
    charged('A4', { transaction_id: `${TRANSACTION}4` }),
  ]
  const rows = [
    rowOf('A1', { state: 'SYNCED' }),
    rowOf('A2', { state: 'DOUBLE_CHARGED' }),
    rowOf('A3', { state: 'DOUBLE_CHARGED', transaction_id: `${TRANSACTION}3` }),
    rowOf('A4', { state: 'PENDING', next: 'sync' }),
  ]

  /** Ends the run at its nth call to anything outside, before or after that was done. */
  const killedAt = (deps: AuditDeps, n: number, isAfter: boolean): AuditDeps => {
    let seen = 0
    const wrap = <F extends (...given: never[]) => Promise<unknown>>(f: F): F =>
      (async (...given: never[]) => {
        seen += 1
        if (seen !== n) return f(...given)
        if (isAfter) await f(...given)
        throw new Error('killed')
      }) as unknown as F
    const all = <T extends object>(methods: T): T =>
      Object.fromEntries(
        Object.entries(methods).map(([name, f]) => [name, name === 'openCases' ? f : wrap(f)]),
      ) as unknown as T
    return {
      ...deps,
      send: wrap(deps.send),
      download: wrap(deps.download),
      bills: all(deps.bills),
      reader: all(deps.reader),
      actions: all(deps.actions),
      objects: all(deps.objects),
    }
  }

  it('is done again with the same result, wherever it ended', async () => {
    const whole = await auditWorld({ lines, rows })
    await run(whole)
    let kills = 0
    for (const isAfter of [false, true])
      for (let n = 1; ; n += 1) {
        const world = await auditWorld({ lines, rows })
        const killed = await auditDay(KEY, false, killedAt(world.deps, n, isAfter)).catch(() => 'killed')
        if (killed !== 'killed') break
        kills += 1
        world.clock.now += HALF_HOUR
        await run(world)

        expect(world.acts, `at call ${n}`).toEqual(whole.acts)
        expect(world.files.get(`bills/${MCHID}/${DAY}.json`)).toContain('"charged_after_sync":1')
        expect([...world.bills.values()].map(({ leased_until }) => leased_until)).toEqual([undefined])
      }

    expect(numbers).toHaveLength(whole.acts.size)
    expect(kills).toBeGreaterThan(20)
  })
})
