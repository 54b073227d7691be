import { describe, expect, it } from 'vitest'
import { type DigestDeps, sendDigest } from '../../../lib/audit/digest/send-digest.ts'
import { UnavailableError } from '../../../lib/errors.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { auditWorld, MCHID } from '../audit-world.ts'
import { caseRow, ELEVEN, TODAY } from './cases.ts'

/** All that a digest depends on, in memory. `done` has what was put, published and mailed, in order. */
const digestWorld = async (rows: readonly Row[]) => {
  const { deps, bills, files, clock } = await auditWorld({ rows, cases: rows.map(({ pk }) => pk) })
  clock.now = ELEVEN
  const done: string[] = []
  const digest: DigestDeps = {
    ...deps,
    silent: { read: async () => undefined },
    reader: { ...deps.reader, waiting: async function* () {} },
    objects: {
      put: async (key, text) => {
        done.push(`put ${key}`)
        files.set(key, text)
      },
    },
    bucket: 'payscore',
    bus: {
      put: async (events) => {
        done.push(...events.map(({ detailType }) => detailType))
        return []
      },
    },
    topic: { publish: async ({ subject }) => void done.push(subject) },
  }
  return { digest, bills, files, clock, done }
}

describe('a digest', () => {
  it('puts the pages first, and mails last', async () => {
    const { digest, done, bills } = await digestWorld([caseRow('A1', 2)])

    const { reply, log, metrics } = await sendDigest(false, digest)

    expect(done).toEqual([
      `put cases/${MCHID}/${TODAY}.csv`,
      `put cases/${MCHID}/${TODAY}.html`,
      'Payscore Open Cases',
      'payscore-sync: 1 double charge not settled, oldest 2d',
    ])
    expect(log).toEqual({
      via: 'digest',
      day: TODAY,
      sent: true,
      shops: 0,
      silent: 0,
      open: 1,
      amount: 3900,
      oldest_days: 2,
      bills: 0,
    })
    expect(reply).toEqual({ status: 200, body: log })
    expect(metrics).toEqual({
      open_cases: { value: 1, unit: 'Count' },
      oldest_case_days: { value: 2, unit: 'None' },
    })
    expect(bills.get(`bill#digest#${TODAY}`)).toMatchObject({ done: true })
  })

  it('has the cases of a merchant that takes no new orders', async () => {
    const row = { ...caseRow('A1', 2), pk: '1900000110#A1' }
    const { digest, done } = await digestWorld([row])

    await sendDigest(false, digest)

    expect(done).toContain(`put cases/1900000110/${TODAY}.html`)
  })

  it('leaves out a case that was settled while the index lagged', async () => {
    const { digest, done } = await digestWorld([{ ...caseRow('A1', 2), settled_at: ELEVEN }])

    expect(await sendDigest(false, digest)).toMatchObject({ log: { sent: false, open: 0 } })
    expect(done).toEqual([])
  })

  it('is sent once a day, unless an operator wants it again', async () => {
    const { digest, done, clock } = await digestWorld([caseRow('A1', 2)])
    await sendDigest(false, digest)
    const once = done.length

    expect(await sendDigest(false, digest)).toMatchObject({ log: { sent: false } })
    expect(done).toHaveLength(once)
    expect(await sendDigest(true, digest)).toMatchObject({ log: { sent: true } })
    expect(done).toHaveLength(2 * once)
    clock.now += 24 * 3_600_000
    expect(await sendDigest(false, digest)).toMatchObject({ log: { sent: true, oldest_days: 3 } })
  })

  it('is not sent by two runs at once', async () => {
    const { digest, done } = await digestWorld([caseRow('A1', 2)])

    const both = await Promise.all([sendDigest(false, digest), sendDigest(false, digest)])

    expect(both.map(({ log }) => log.sent)).toEqual([true, false])
    expect(done.filter((one) => one.startsWith('payscore-sync'))).toHaveLength(1)
  })

  it.each<[string, Partial<DigestDeps>]>([
    ['the bus refused its event', { bus: { put: async (events) => events } }],
    [
      'the topic did not take its mail',
      {
        topic: {
          publish: async () => {
            throw new UnavailableError('the topic says InternalError')
          },
        },
      },
    ],
  ])('is not done when %s, and the next run sends it', async (_, broken) => {
    const { digest, done, clock } = await digestWorld([caseRow('A1', 2)])

    await expect(sendDigest(false, { ...digest, ...broken })).rejects.toThrow(UnavailableError)
    expect(done.filter((one) => one.startsWith('payscore-sync'))).toEqual([])

    clock.now += 30 * 60_000
    expect(await sendDigest(false, digest)).toMatchObject({ log: { sent: true } })
  })

  it('has the bills that agreed since the digest of yesterday, of the last three days', async () => {
    const { digest, bills } = await digestWorld([])
    const bill = (day: string, agreed_at: number) =>
      bills.set(`bill#${MCHID}#${day}`, {
        pk: `bill#${MCHID}#${day}`,
        attempt: 1,
        outcome: 'agreed',
        agreed_at,
        classes: { charged_after_end: 1 },
      })
    bill('20261123', ELEVEN - 600_000)
    bill('20261122', ELEVEN - 24 * 3_600_000)
    bill('20261121', ELEVEN - 24 * 3_600_000 - 1)
    bill('20261120', ELEVEN)

    expect(await sendDigest(false, digest)).toMatchObject({ log: { sent: true, open: 0, bills: 2 } })
  })
})
