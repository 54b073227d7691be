import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SilentFound } from '../../../lib/aws/silent-log.ts'
import { readMerchantsConfig } from '../../../lib/config/merchants.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { findSilent, type SilentDeps } from '../../../lib/statements/silent/find-silent.ts'
import { DAY, MINUTE, NOW } from '../../support/orders.ts'

const PROVIDER = '1900000200'
const [SENDS, SILENT, NEVER, CLOSED] = ['1900000201', '1900000202', '1900000203', '190000020412345678']
const provider = { services: { '500003': '' }, exceptions: { [CLOSED]: { closed: true } } }
const listing = readMerchantsConfig({
  merchants: { '1900000109': { services: { '500001': 'wx1' } } },
  providers: { [PROVIDER]: { ...provider, sub_merchants: [SENDS, SILENT, NEVER, CLOSED] } },
}).served
const any = readMerchantsConfig({ providers: { [PROVIDER]: { ...provider, sub_merchants: 'any' } } }).served

let scratch: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'silent-test-'))
})
afterEach(() => rm(scratch, { recursive: true }))

/** NOW is 2026-11-24 10:30 in China. `paid`: `mchid day` of orders in the ledger. */
const world = (merchants: SilentDeps['merchants'], known: readonly string[] = []) => {
  const paid = new Set<string>()
  const files = new Map<string, string>()
  const found = new Map<string, SilentFound>()
  const asked: string[] = []
  const clock = { now: NOW, perQuestion: 0 }
  const deps: SilentDeps = {
    merchants,
    reader: {
      hasDay: async (key) => {
        asked.push(key)
        clock.now += clock.perQuestion
        const [mchid, day, shard] = key.split('#')
        return shard === '2' && paid.has(`${mchid} ${day}`)
      },
      day: async function* (key) {
        if (key === `${PROVIDER}#known#1`) yield known.map((mchid) => `${mchid}#party#partner#${PROVIDER}#500003##`)
      },
    },
    objects: {
      fetch: async (key, file) => {
        const text = files.get(key)
        if (text === undefined) return undefined
        await import('node:fs/promises').then(({ writeFile }) => writeFile(file, text))
        return { size: text.length, modifiedAt: 0, version: undefined }
      },
      put: async (key, text) => void files.set(key, text),
      putFile: async (key, file) => void files.set(key, await readFile(file, 'utf8')),
    },
    log: {
      read: async (mchid) => found.get(mchid),
      write: async (mchid, some) => void found.set(mchid, some),
    },
    scratch,
    now: () => clock.now,
  }
  const lines = () => files.get(`reports/${PROVIDER}/silent/sub-merchants.csv`)?.trimEnd().split('\r\n')
  return { paid, files, found, asked, clock, deps, lines }
}

describe('of a provider that names its sub-merchants', () => {
  it('those without a payment for three days are told, in a page and a table, the longest silent first', async () => {
    const { deps, paid, lines, files } = world(listing)
    paid.add(`${SENDS} 20261123`).add(`${SILENT} 20261120`)

    const { log, metrics } = await findSilent(deps)

    const counts = { silent: 2, newly: 0, left: 0 }
    expect(log).toEqual({
      via: 'silent',
      ...counts,
      providers: [{ provider: PROVIDER, day: '20261124', expected: 3, ...counts }],
    })
    expect(metrics).toEqual({ silent_sub_merchants: { value: 2, unit: 'Count' } })
    expect(lines()).toEqual([
      '\ufeff特约商户号 sub_mchid,最近收款日 last_paid,查至 looked_on,天数 days,无上报 silent',
      `${SILENT},,2026-11-24,,是 yes`,
      `${NEVER},,2026-11-24,,是 yes`,
      `${SENDS},2026-11-23,2026-11-24,1,否 no`,
    ])
    const page = files.get(`reports/${PROVIDER}/silent/sub-merchants.html`) ?? ''
    expect(page).toContain('2 个特约商户 3 天无线下收款上报')
    expect(page).toContain(`<td>${SILENT}</td><td>无记录`)
    expect(page).not.toContain(`<td>${SENDS}</td>`)
  })

  it('one whose last payment is known is told with its day, and as new on the day when it becomes silent', async () => {
    const { deps, paid, clock, lines } = world(listing)
    for (const mchid of [SENDS, SILENT, NEVER]) paid.add(`${mchid} 20261124`)
    expect((await findSilent(deps)).log).toMatchObject({ silent: 0 })
    paid.add(`${SENDS} 20261126`).add(`${NEVER} 20261127`)

    clock.now += 3 * DAY
    expect((await findSilent(deps)).log).toMatchObject({ silent: 0 })
    clock.now += DAY
    expect((await findSilent(deps)).log).toMatchObject({ silent: 1, newly: 1 })
    expect(lines()?.[1]).toBe(`${SILENT},2026-11-24,2026-11-28,4,是 yes`)
    clock.now += DAY
    expect((await findSilent(deps)).log).toMatchObject({ silent: 1, newly: 0 })
  })

  it('a payment of the third day before, in any part of the index, keeps one from being silent', async () => {
    const { deps, paid } = world(listing)
    for (const mchid of [SENDS, SILENT, NEVER]) paid.add(`${mchid} 20261121`)

    expect((await findSilent(deps)).log).toMatchObject({ silent: 0 })
  })

  it('one that sends is asked about no more for three days, and nobody is asked about twice on a day', async () => {
    const { deps, paid, clock, asked } = world(listing)
    for (const mchid of [SENDS, SILENT, NEVER]) paid.add(`${mchid} 20261124`)
    await findSilent(deps)
    expect(asked).toHaveLength(12)

    await findSilent(deps)
    clock.now += 3 * DAY
    await findSilent(deps)

    expect(asked).toHaveLength(12)
  })

  it('what one run has no time for, the next ones of the day come to, and the page says so meanwhile', async () => {
    const { deps, clock, files } = world(
      readMerchantsConfig({
        providers: {
          [PROVIDER]: {
            ...provider,
            exceptions: {},
            sub_merchants: Array.from({ length: 400 }, (_, i) => `${1_900_100_000 + i}`),
          },
        },
      }).served,
    )
    clock.perQuestion = LIMITS.findSilent / 2000

    const { log } = await findSilent(deps)
    expect(log).toMatchObject({ silent: expect.any(Number), left: expect.any(Number) })
    const left = Number((log as { left: number }).left)
    expect(left).toBeGreaterThan(200)
    expect(files.get(`reports/${PROVIDER}/silent/sub-merchants.html`)).toContain(`尚有 ${left} 个未查`)
    clock.now += 30 * MINUTE
    await findSilent(deps)
    clock.now += 30 * MINUTE
    await findSilent(deps)
    clock.now += 30 * MINUTE
    expect((await findSilent(deps)).log).toMatchObject({ silent: 400, left: 0 })
  })
})

describe('of a provider that serves any sub-merchant', () => {
  it('those are expected of which WeChat Pay has known an order, each once, and nobody who is closed', async () => {
    const { deps, paid, lines } = world(any, [SENDS, SILENT, SILENT, CLOSED])
    paid.add(`${SENDS} 20261124`)

    expect((await findSilent(deps)).log).toMatchObject({ silent: 1, providers: [{ expected: 2 }] })
    expect(lines()?.slice(1)).toEqual([`${SILENT},,2026-11-24,,是 yes`, `${SENDS},2026-11-24,2026-11-24,0,否 no`])
  })

  it('ten thousand silent ones make a page of five hundred, a table of all, and a log line that stays short', async () => {
    const { deps, files, lines } = world(
      any,
      Array.from({ length: 10_000 }, (_, i) => `${1_900_100_000 + i}`),
    )

    const { log } = await findSilent(deps)

    expect(JSON.stringify(log).length).toBeLessThan(500)
    expect(lines()).toHaveLength(10_001)
    const page = files.get(`reports/${PROVIDER}/silent/sub-merchants.html`) ?? ''
    expect(page.match(/<tr><td>/g)).toHaveLength(500)
    expect(page).toContain('另有 9,500 个')
  })
})

it('nothing is looked for or written where there is no provider', async () => {
  const { deps, files } = world(
    readMerchantsConfig({ merchants: { '1900000109': { services: { '500001': 'wx1' } } } }).served,
  )

  expect((await findSilent(deps)).log).toEqual({ via: 'silent', silent: 0, newly: 0, left: 0, providers: [] })
  expect(files.size).toBe(0)
})
