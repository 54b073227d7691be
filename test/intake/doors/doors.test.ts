import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { checkNotice } from '../../../lib/cli/redrive/check-notice.ts'
import { readConfig } from '../../../lib/config/config.ts'
import { InputError } from '../../../lib/errors.ts'
import { type Door, requireTenancy, sourceOfCaller, tenancyRefusal } from '../../../lib/intake/tenancy.ts'
import {
  callers,
  expectedByEvent,
  expectedOverHttp,
  named,
  packaged,
  ROUTES,
  type Route,
  sources,
  TILL_ROLES,
} from './table.ts'

const NOW = Date.parse('2026-11-24T12:00:00+08:00')

const doorOf = ({ last }: Route): Door => {
  if (last === '/sync') return 'sync'
  if (last === '/withdraw') return 'withdraw'
  return last.startsWith('/') ? 'operator' : 'status'
}

/** The field that a refusal names; undefined if there was none. */
const fieldOf = (asked: () => void): string | undefined => {
  try {
    asked()
    return undefined
  } catch (error) {
    if (error instanceof InputError) return error.field
    throw error
  }
}

describe.each([true, false])('who may do what, where a provider of any sub-merchant is served: %s', (hasAny) => {
  const folder = mkdtempSync(`${tmpdir()}/doors-`)
  const { files } = packaged(hasAny)
  for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${file}`, text)
  afterAll(() => rmSync(folder, { recursive: true }))
  const { served, tillRoles } = readConfig(['served', 'tillRoles'], { TILL_ROLES }, folder)

  it('over HTTP is as the table says, for every caller, merchant and route', () => {
    const pairs = callers(hasAny).flatMap((caller) =>
      named(hasAny).flatMap((merchant) => ROUTES.map((route) => ({ caller, merchant, route }))),
    )
    const decided = ({ caller, merchant: { mchid }, route }: (typeof pairs)[number]) =>
      fieldOf(() => {
        const source = sourceOfCaller(caller.arn, served.tills, tillRoles)
        const merchant = served.get(mchid)
        if (!merchant) throw new InputError('mchid', 'is not served')
        requireTenancy(source, merchant, doorOf(route))
      })
    // These two are said by the routes themselves.
    const isTenancy = (field: string | undefined, { caller, merchant }: (typeof pairs)[number]) =>
      !(caller.is === 'nobody' && field !== 'mchid') && !(merchant.isClosed && field === 'mchid')

    const wrong = pairs.filter((pair) => {
      const expected = expectedOverHttp(pair.caller, pair.merchant, pair.route)
      return decided(pair) !== (isTenancy(expected, pair) ? expected : undefined)
    })

    expect(wrong).toEqual([])
    console.log(`doors: ${pairs.length} pairs over HTTP by the pure function, ${wrong.length} wrong`)
  })

  it('by event is as the table says, for every source and merchant', () => {
    const pairs = sources(hasAny).flatMap((source) => named(hasAny).map((merchant) => ({ source, merchant })))
    const decided = (source: string, mchid: string) => {
      const merchant = served.get(mchid)
      if (!merchant) return 'mchid'
      return tenancyRefusal(source, merchant, 'sync') === undefined ? undefined : 'source'
    }

    const wrong = pairs.filter(({ source, merchant }) => {
      const expected = expectedByEvent(source, merchant)
      return decided(source, merchant.mchid) !== (merchant.isClosed && expected === 'mchid' ? undefined : expected)
    })

    expect(wrong).toEqual([])
    console.log(`doors: ${pairs.length} pairs by event by the pure function, ${wrong.length} wrong`)
  })

  it('of a dead letter is as for the event that it holds', () => {
    const check = checkNotice(served, () => NOW)
    const letters = sources(hasAny).flatMap((source) => named(hasAny).map((merchant) => ({ source, merchant })))

    const wrong = letters.filter(({ source, merchant }) => {
      const event = {
        source,
        'detail-type': 'Payscore Order Paid Offline',
        time: '2026-11-24T04:00:00Z',
        detail: { mchid: merchant.mchid, out_order_no: 'A', detail: { paid_time: '20261124115500' } },
      }
      return check(event, undefined)?.split(':')[0] !== expectedByEvent(source, merchant)
    })

    expect(wrong).toEqual([])
    console.log(`doors: ${letters.length} dead letters, ${wrong.length} wrong`)
  })
})
