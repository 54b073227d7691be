import { describe, expect, it } from 'vitest'
import type { PacedSigner } from '../../lib/config/served.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { dispatchDue, dispatchResult } from '../../lib/operations/dispatch-due.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { dueRow, NOW } from '../support/orders.ts'
import { pacedSigners } from '../support/paced-signers.ts'

const M = '1900000109'

/** At NOW, a shard that an entry of this signer could have had before is asked as well. */
const FORMER = '1900000109#10'

/** Dispatches, and lets time pass whenever nothing can go on without it. */
const dispatch = ({ clock, deps }: ReturnType<typeof fakeDeps>, signers: readonly (string | PacedSigner)[] = [M]) =>
  clock.runUntil(
    dispatchDue(
      signers.flatMap((signer) => (typeof signer === 'string' ? pacedSigners([signer]) : [signer])),
      deps,
    ),
  )

/** Rows of one merchant, spread over its shards, the first of them the oldest. */
const manyRows = (count: number, mchid = M) =>
  Array.from({ length: count }, (_, i) => dueRow(`order-${i}`, i % 4, 1_000_000 - i, mchid))

const orderNumbers = ({ puts }: Pick<ReturnType<typeof fakeDeps>, 'puts'>) =>
  puts.flatMap(({ events }) => events.map(({ detail }) => ('out_order_no' in detail ? detail.out_order_no : undefined)))

const NOTHING = { dispatched: 0, refused: 0, stayed: 0, more: false, lag: 0 }

describe('a dispatch', () => {
  it('ends at once when nothing is due', async () => {
    const fakes = fakeDeps()

    const reports = await dispatch(fakes)

    expect(reports).toStrictEqual([{ mchid: M, ...NOTHING }])
    expect(fakes.puts).toStrictEqual([])
    expect(fakes.pages.map(({ at, key }) => [at, key])).toStrictEqual([
      [0, '1900000109#0'],
      [0, '1900000109#1'],
      [0, '1900000109#2'],
      [0, '1900000109#3'],
      [0, FORMER],
      [0, '1900000109#waiting#0'],
      [0, '1900000109#waiting#1'],
      [0, '1900000109#waiting#2'],
      [0, '1900000109#waiting#3'],
      [0, FORMER.replace('#', '#waiting#')],
    ])
  })

  it('puts one due event for each row', async () => {
    const fakes = fakeDeps({
      rows: [dueRow('A', 1, 5000), { ...dueRow('B', 3, 4000), next: 'query', state: 'PENDING' }],
    })

    const reports = await dispatch(fakes)

    expect(fakes.puts).toStrictEqual([
      {
        at: 0,
        events: [
          {
            source: 'payscore.reconcile',
            detailType: 'Payscore Order Due',
            detail: { mchid: '1900000109', out_order_no: 'A', next: 'sync' },
          },
          {
            source: 'payscore.reconcile',
            detailType: 'Payscore Order Due',
            detail: { mchid: '1900000109', out_order_no: 'B', next: 'query' },
          },
        ],
      },
    ])
    expect(reports).toStrictEqual([{ mchid: M, ...NOTHING, dispatched: 2, lag: 5000 }])
  })

  it('takes the oldest row first, whatever its shard', async () => {
    const fakes = fakeDeps({
      rows: [dueRow('C', 0, 3), dueRow('A', 2, 5), dueRow('E', 0, 1), dueRow('B', 1, 4), dueRow('D', 2, 2)],
    })

    await dispatch(fakes)

    expect(orderNumbers(fakes)).toStrictEqual(['A', 'B', 'C', 'D', 'E'])
  })

  it('takes the first row of each shop of a provider before the second one of any', async () => {
    const due = (order: string, shard: number, ageMs: number, mchid: string) => ({
      ...dueRow(order, shard, ageMs, '1800000000'),
      pk: `${mchid}#${order}`,
    })
    const flood = Array.from({ length: 1200 }, (_, i) => due(`F${i}`, i % 4, 90_000 - i, '1700000001'))
    const fakes = fakeDeps({ rows: [...flood, due('A1', 1, 20, '1700000002'), due('B1', 2, 10, '1700000003')] })

    const [report] = await dispatch(fakes, ['1800000000'])

    expect(orderNumbers(fakes).slice(0, 4)).toStrictEqual(['F0', 'A1', 'B1', 'F1'])
    expect(report).toMatchObject({ dispatched: 1000, stayed: 202, more: false, lag: 90_000 })
  })

  it('waits for nobody after the last rows', async () => {
    const fakes = fakeDeps({ rows: manyRows(15) })

    await dispatch(fakes)

    expect(fakes.clock.now - NOW).toBe(500)
  })

  it('sends twenty rows a second, ten at a time', async () => {
    const fakes = fakeDeps({ rows: manyRows(25) })

    await dispatch(fakes)

    expect(fakes.puts.map(({ at, events }) => [at, events.length])).toStrictEqual([
      [0, 10],
      [500, 10],
      [1000, 5],
    ])
  })

  it('does not wait longer because the bus was slow', async () => {
    const fakes = fakeDeps({
      rows: manyRows(30),
      put: async (events) => {
        await fakes.clock.sleep(events.length === 10 && fakes.puts.length === 2 ? 700 : 300)
        return []
      },
    })

    await dispatch(fakes)

    expect(fakes.puts.map(({ at }) => at)).toStrictEqual([0, 500, 1000])
  })

  it('reads page after page, as far as it gets', async () => {
    const fakes = fakeDeps({
      rows: Array.from({ length: 1001 }, (_, i) => dueRow(`order-${i}`, 2, 1_000_000 - i)),
    })

    const [report] = await dispatch(fakes)

    expect(report).toMatchObject({ dispatched: 1000, stayed: 0, more: true })
    expect(new Set(orderNumbers(fakes)).size).toBe(1000)
    expect(fakes.pages.map(({ key, limit }) => [key, limit])).toStrictEqual([
      ['1900000109#0', 1000],
      ['1900000109#1', 1000],
      ['1900000109#2', 1000],
      ['1900000109#3', 1000],
      [FORMER, 1000],
    ])
  })

  it('stops after fifty seconds, and says what stayed', async () => {
    const fakes = fakeDeps({ rows: manyRows(1100) })

    const reports = await dispatch(fakes)

    expect(fakes.puts.at(-1)?.at).toBe(49_500)
    expect(reports).toStrictEqual([
      { mchid: M, dispatched: 1000, refused: 0, stayed: 100, more: false, lag: 1_000_000 },
    ])
  })

  it('reads smaller pages for more merchants, so that memory stays flat', async () => {
    const mchids = Array.from({ length: 100 }, (_, i) => String(1900000200 + i))
    const fakes = fakeDeps({ rows: mchids.flatMap((mchid, i) => manyRows(i === 0 ? 405 : 4, mchid)) })

    const [first] = await dispatch(fakes, mchids)

    expect(new Set(fakes.pages.map(({ limit }) => limit))).toStrictEqual(new Set([100]))
    expect(fakes.pages.filter(({ key }) => key === '1900000200#0')).toHaveLength(2)
    expect(first).toMatchObject({ dispatched: 405, more: false })
    expect(new Set(orderNumbers(fakes)).size).toBe(405)
  })

  it('reads pages of twenty-five at least', async () => {
    const mchids = Array.from({ length: 1000 }, (_, i) => String(1900001000 + i))
    const fakes = fakeDeps({ rows: mchids.flatMap((mchid) => manyRows(4, mchid)) })

    await dispatch(fakes, mchids)

    expect(new Set(fakes.pages.map(({ limit }) => limit))).toStrictEqual(new Set([25]))
  })
})

describe('the pace of an entry', () => {
  it.each([
    { pace: 200, batch: 10, everyMs: 50 },
    { pace: 199, batch: 9, everyMs: 50 },
    { pace: 25, batch: 8, everyMs: 334 },
    { pace: 11, batch: 5, everyMs: 500 },
    { pace: 3, batch: 3, everyMs: 1000 },
    { pace: 1, batch: 1, everyMs: 1000 },
  ])('of $pace a second is kept by $batch rows each $everyMs ms', async ({ pace, batch, everyMs }) => {
    const fakes = fakeDeps({ rows: manyRows(3 * batch) })

    await dispatch(fakes, [{ mchid: M, pace, shards: 4 }])

    expect(fakes.puts.map(({ at, events }) => [at, events.length])).toStrictEqual([
      [0, batch],
      [everyMs, batch],
      [2 * everyMs, batch],
    ])
  })

  it('is reached while PutEvents takes longer than from one batch to the next, and every answer is counted', async () => {
    const fakes = fakeDeps({
      rows: manyRows(11_000),
      put: async (events) => {
        await fakes.clock.sleep(300)
        return events.slice(0, 1)
      },
    })

    const [report] = await dispatch(fakes, [{ mchid: M, pace: 200, shards: 4 }])

    expect(fakes.puts).toHaveLength(1000)
    expect(fakes.puts.at(-1)?.at).toBe(49_950)
    expect(report).toMatchObject({ dispatched: 9000, refused: 1000 })
  })

  it('counts the answers to what was put before the rows could not be read any more', async () => {
    const fakes = fakeDeps({
      rows: manyRows(4010),
      put: async () => {
        await fakes.clock.sleep(300)
        return []
      },
      ledger: (fake) => ({
        due: (key, now, limit, from) =>
          from ? Promise.reject(new UnavailableError('the ledger says TimeoutError')) : fake.due(key, now, limit, from),
      }),
    })

    const [report] = await dispatch(fakes, [{ mchid: M, pace: 200, shards: 4 }])

    expect(report).toMatchObject({ dispatched: 3990, error: 'the ledger says TimeoutError' })
  })
})

describe('the shards of an entry', () => {
  const inShards = (count: number) =>
    Array.from({ length: count }, (_, shard) => dueRow(`order-${shard}`, shard, 1_000 - shard))

  it('are all asked, and no others where there can be no more', async () => {
    const fakes = fakeDeps({ rows: inShards(16) })

    await dispatch(fakes, [{ mchid: M, pace: 20, shards: 16 }])

    expect(orderNumbers(fakes)).toStrictEqual(inShards(16).map(({ pk }) => pk.slice(M.length + 1)))
    expect(fakes.pages).toHaveLength(32)
  })

  it('lose no row when they become fewer: each run asks one of the former, all of them within twelve minutes', async () => {
    const fakes = fakeDeps({ rows: inShards(16), put: async () => [] })
    const found = new Set<unknown>()
    for (let minute = 0; minute < 12; minute += 1) {
      fakes.clock.now = NOW + minute * 60_000
      await dispatch(fakes)
      for (const number of orderNumbers(fakes)) found.add(number)
    }

    expect(found.size).toBe(16)
  })
})

describe('of many signers', () => {
  const signers = Array.from({ length: 1000 }, (_, i) => String(1900001000 + i))
  const [ONE = '', OTHER = ''] = signers.slice(500)

  it('none is asked when nothing is due', async () => {
    const fakes = fakeDeps({ rows: [{ ...dueRow('LATER', 0, 0, ONE), due_at: NOW + 1 }] })

    const reports = await dispatch(fakes, signers)

    expect(reports).toStrictEqual(signers.map((mchid) => ({ mchid, ...NOTHING })))
    expect(fakes.pages).toStrictEqual([])
  })

  it('only those are asked that have something due, in any shard, and what only waits goes last', async () => {
    const fakes = fakeDeps({
      rows: [
        { ...dueRow('WAITING', 3, 9000, ONE), due: `${ONE}#waiting#3` },
        dueRow('GENUINE', 1, 5, ONE),
        dueRow('FORMER', 15, 7, OTHER),
        dueRow('NOT-SERVED', 1, 7, '1999999999'),
      ],
    })

    const reports = await dispatch(fakes, signers)

    expect(fakes.pages.map(({ key }) => key)).toStrictEqual([`${ONE}#1`, `${OTHER}#15`, `${ONE}#waiting#3`])
    expect(fakes.puts.map(({ events }) => events.length)).toStrictEqual([1, 2])
    expect(reports.filter(({ dispatched }) => dispatched > 0)).toStrictEqual([
      { mchid: ONE, ...NOTHING, dispatched: 2, lag: 5 },
      { mchid: OTHER, ...NOTHING, dispatched: 1, lag: 7 },
    ])
  })

  it.each([
    ['has more pages than to ask all costs', 40],
    ['cannot be read', 1],
  ])('all are asked where the index %s', async (_, failsAt) => {
    let pages = 0
    const fakes = fakeDeps({
      rows: [dueRow('A', 1, 5, ONE)],
      dueKeys: async function* () {
        while (pages < failsAt) {
          pages += 1
          yield []
        }
        throw new UnavailableError('the ledger says AccessDeniedException')
      },
    })

    const reports = await dispatch(fakes, signers)

    expect(pages).toBe(failsAt)
    expect(fakes.pages).toHaveLength(10_000)
    expect(reports.reduce((sum, { dispatched }) => sum + dispatched, 0)).toBe(1)
  })

  it('all are asked, sixty-four queries at a time', async () => {
    let inFlight = 0
    let most = 0
    const fakes = fakeDeps({
      dueKeys: () => {
        throw new UnavailableError('the ledger says TimeoutError')
      },
      ledger: () => ({
        due: async () => {
          inFlight += 1
          most = Math.max(most, inFlight)
          await fakes.clock.sleep(5)
          inFlight -= 1
          return { rows: [] }
        },
      }),
    })

    await dispatch(fakes, signers)

    expect(most).toBe(64)
    expect(fakes.clock.now - NOW).toBe(5 * Math.ceil(10_000 / 64))
  })

  it('are read as one whole as long as that costs no more than to ask all: 39 pages for 10,000 keys', async () => {
    const fakes = fakeDeps({
      dueKeys: async function* () {
        yield* Array(39).fill([])
      },
    })

    await dispatch(fakes, signers)

    expect(fakes.pages).toStrictEqual([])
  })

  it('the index is not read as a whole for up to twenty-five of them, who have fewer keys than a page costs', async () => {
    const fakes = fakeDeps({
      dueKeys: () => {
        throw new TypeError('the index was read as a whole')
      },
    })

    await dispatch(fakes, signers.slice(0, 25))

    expect(fakes.pages).toHaveLength(250)
  })
})

describe('what goes wrong in a dispatch', () => {
  it('rows that the bus refused stay due, and are not put again', async () => {
    const fakes = fakeDeps({ rows: manyRows(12), put: async (events) => events.slice(0, 3) })

    const reports = await dispatch(fakes)

    expect(fakes.puts).toHaveLength(2)
    expect(reports).toStrictEqual([{ mchid: M, ...NOTHING, dispatched: 7, refused: 5, lag: 1_000_000 }])
  })

  it('a bus that fails refuses its whole batch, and is tried with the next', async () => {
    const fakes = fakeDeps({
      rows: manyRows(12),
      put: async (events) => {
        if (events.length === 10) throw new UnavailableError('the event bus says TimeoutError')
        return []
      },
    })

    const reports = await dispatch(fakes)

    expect(fakes.puts.map(({ at }) => at)).toStrictEqual([0, 500])
    expect(reports).toStrictEqual([{ mchid: M, ...NOTHING, dispatched: 2, refused: 10, lag: 1_000_000 }])
  })

  it.each([
    [new UnavailableError('the ledger says TimeoutError'), 'the ledger says TimeoutError'],
    ['no error', 'unknown'],
  ])('a merchant whose rows cannot be read holds up no other: %#', async (failure, error) => {
    const fakes = fakeDeps({
      rows: manyRows(15, '1900000117'),
      ledger: (fake) => ({
        due: (key, ...rest) => (key.startsWith(M) ? Promise.reject(failure) : fake.due(key, ...rest)),
      }),
    })

    const reports = await dispatch(fakes, [M, '1900000117'])

    expect(reports).toStrictEqual([
      { mchid: M, ...NOTHING, more: true, error },
      { mchid: '1900000117', ...NOTHING, dispatched: 15, lag: 1_000_000 },
    ])
  })
})

describe('several merchants', () => {
  it('each have their own pace', async () => {
    const fakes = fakeDeps({ rows: [...manyRows(40), ...manyRows(35, '1900000117')] })

    const reports = await dispatch(fakes, [M, '1900000117'])

    expect(fakes.puts.map(({ at }) => at)).toStrictEqual([0, 0, 500, 500, 1000, 1000, 1500, 1500])
    expect(reports.map(({ dispatched }) => dispatched)).toStrictEqual([40, 35])
  })

  it('keep their pace when batches wait for their turn', async () => {
    const mchids = Array.from({ length: 100 }, (_, i) => String(1900000200 + i))
    const fakes = fakeDeps({
      rows: mchids.flatMap((mchid) => manyRows(30, mchid)),
      put: async () => {
        await fakes.clock.sleep(fakes.puts.length % 3 === 0 ? 200 : 20)
        return []
      },
    })

    await dispatch(fakes, mchids)

    const times = Map.groupBy(
      fakes.puts,
      ({ events }) => events[0]?.detail && JSON.stringify(events[0].detail).slice(0, 22),
    )
    const pauses = [...times.values()].flatMap((own) => own.slice(1).map(({ at }, i) => at - (own[i]?.at ?? 0)))
    expect(pauses).toHaveLength(200)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500)
  })

  it('put no more than sixteen batches at once', async () => {
    const mchids = Array.from({ length: 40 }, (_, i) => String(1900000200 + i))
    let inFlight = 0
    let most = 0
    const fakes = fakeDeps({
      rows: mchids.flatMap((mchid) => manyRows(30, mchid)),
      put: async () => {
        inFlight += 1
        most = Math.max(most, inFlight)
        await fakes.clock.sleep(200)
        inFlight -= 1
        return []
      },
    })

    const reports = await dispatch(fakes, mchids)

    expect(most).toBe(16)
    expect(reports.map(({ dispatched }) => dispatched)).toStrictEqual(mchids.map(() => 30))
  })
})

describe('what is told of a dispatch', () => {
  it('are sums, and the merchants that had something due', () => {
    const busy = { mchid: M, dispatched: 7, refused: 2, stayed: 3, more: true, lag: 5000 }
    const idle = { mchid: '1900000117', ...NOTHING }
    const failed = { mchid: '1900000125', ...NOTHING, more: true, error: 'the ledger says TimeoutError' }

    const handled = dispatchResult([busy, idle, failed])

    expect(handled).toStrictEqual({
      reply: { status: 200, body: { dispatched: 7, refused: 2, stayed: 3, lag: 5000, merchants: [busy, failed] } },
      log: { merchants: [busy, failed] },
      metrics: {
        dispatched: { value: 7, unit: 'Count' },
        refused: { value: 2, unit: 'Count' },
        stayed: { value: 3, unit: 'Count' },
        oldest_lag: { value: 5000, unit: 'Milliseconds' },
        merchants_failed: { value: 1, unit: 'Count' },
      },
    })
  })

  it.each([{ dispatched: 1 }, { refused: 1 }, { stayed: 1 }, { refused: 2, stayed: 2 }, { dispatched: 2, refused: 2 }])(
    'names a merchant that had %j',
    (had) => {
      const report = { mchid: M, ...NOTHING, ...had }

      expect(dispatchResult([report]).log).toStrictEqual({ merchants: [report] })
    },
  )

  it('is a line with zeros when nothing was due: silence is an alarm', () => {
    const handled = dispatchResult([{ mchid: M, ...NOTHING }])

    expect(handled.log).toStrictEqual({ merchants: [] })
    expect(handled.metrics).toMatchObject({ dispatched: { value: 0 }, oldest_lag: { value: 0 } })
  })
})

describe('rows that only wait', () => {
  const waiting = (count: number) =>
    manyRows(count).map((row, i) => ({ ...row, pk: `${M}#waiting-${i}`, due: `${M}#waiting#${i % 4}` }))

  it('go last, however long they have been due', async () => {
    const fakes = fakeDeps({ rows: [...waiting(25), dueRow('GENUINE', 1, 5), dueRow('OTHER', 3, 1)] })

    const reports = await dispatch(fakes)

    expect(orderNumbers(fakes).slice(0, 3)).toStrictEqual(['GENUINE', 'OTHER', 'waiting-0'])
    expect(reports).toStrictEqual([{ mchid: M, ...NOTHING, dispatched: 27, lag: 5 }])
  })

  it('delay nothing: of 30,000 that are due, a genuine query that is due since a moment is the first', async () => {
    const fakes = fakeDeps({ rows: [...waiting(30_000), dueRow('GENUINE', 1, 1)] })

    const [report] = await dispatch(fakes)

    expect(fakes.puts[0]).toMatchObject({
      at: 0,
      events: [{ detail: { out_order_no: 'GENUINE' } }, {}, {}, {}, {}, {}, {}, {}, {}, {}],
    })
    expect(report).toMatchObject({ dispatched: 1000, lag: 1, more: true })
    expect(fakes.pages).toHaveLength(10)
  })

  it('are not read while others take the whole run, and raise no alarm of lag', async () => {
    const busy = fakeDeps({ rows: [...manyRows(1100), ...waiting(1)] })
    const idle = fakeDeps({ rows: waiting(1) })

    const [busyReport] = await dispatch(busy)
    const [idleReport] = await dispatch(idle)

    expect(busy.pages.map(({ key }) => key)).toStrictEqual([`${M}#0`, `${M}#1`, `${M}#2`, `${M}#3`, FORMER])
    expect(busyReport).toMatchObject({ dispatched: 1000, stayed: 100 })
    expect(idleReport).toMatchObject({ dispatched: 1, lag: 0 })
  })
})
