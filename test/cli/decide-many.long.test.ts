import { userInfo } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { formatChinaTime } from '../../lib/china-time.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder } from '../support/served.ts'
import { askStatus, handOver } from '../support/till.ts'
import { stubForbiddingStack } from './cloudformation.ts'
import { stubAws } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

const { mchid } = DIRECT
const ME = `local/${userInfo().username}`
let world: World
/** When the customers paid: of each hour the cap allows one. */
let paid_time: string

beforeEach(async () => {
  world = await startWorld({ merchants: [{ ...DIRECT, hourly_cap: 1 }] })
  paid_time = formatChinaTime(world.clock.now())
  stubAws(world.env)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await world.close()
})

const cli = (
  argv: readonly string[],
  more: { env?: NodeJS.ProcessEnv; ask?: (question: string) => Promise<string> } = {},
) => runCli(argv, { now: world.clock.now, ...more })

/** One order is synced, and so many more are held; time passes until no call can be out, and none is due soon. */
const hold = async (count: number) => {
  await holdNow(count, 'HELD')
  const isQuiet = async () => {
    const soon = world.clock.now() + 2 * MINUTE
    return (await world.table.rows()).every(({ state, due_at }) => state !== 'HELD' || Number(due_at) > soon)
  }
  do await world.pass(MINUTE)
  while (!(await isQuiet()))
}

const holdNow = async (count: number, prefix: string) => {
  for (let i = 0; i <= count; i += 1) {
    placeOrder(world, 'payafter-orders', `${prefix}-${i}`)
    await handOver(world, 'HTTP API 2.0', { ...noticeOf('payafter-orders', `${prefix}-${i}`), detail: { paid_time } })
  }
}

/** A call is out for the order. */
const isAskedAbout = async (out_order_no: string) =>
  (await world.table.rows()).some(({ pk, leased_until }) => String(pk).endsWith(`#${out_order_no}`) && leased_until)

const statesOf = async () => {
  const rows = await world.table.rows()
  return rows.flatMap((row) => ('state' in row ? [`${String(row.pk).split('#')[1]} ${row.state}`] : [])).toSorted()
}

const OVER = ['--reason', 'over_cap']
const RELEASE = ['release', ...OVER, '--why', 'an outage, compared with the tills', '--yes']

describe('a decision about many orders', () => {
  test('is only shown with --dry-run', async () => {
    await hold(2)

    const english = await cli(['release', ...OVER, '--dry-run'])
    const chinese = await cli(['release', ...OVER, '--dry-run'], { env: CHINESE })
    const json = await cli(['release', ...OVER, '--dry-run', '--json'])

    expect(english.code).toBe(0)
    expect(english.out).toMatch(
      /^orders +stand +among them\n2 +HELD over_cap +1900000109\/HELD-\d, 1900000109\/HELD-\d\nrelease: 2 in all\n$/,
    )
    expect(chinese.out).toContain('release:共 2 个订单\n')
    expect(JSON.parse(json.out)).toMatchObject({
      decision: 'release',
      dry_run: true,
      results: [{ outcome: 'would release', reason: 'over_cap' }, { outcome: 'would release' }],
      left: 2,
    })
    expect(await statesOf()).toEqual(['HELD-0 SYNCED', 'HELD-1 HELD', 'HELD-2 HELD'])
  })

  test('is made of each by itself and recorded on it, and of nothing else', async () => {
    await hold(3)
    placeOrder(world, 'payafter-orders', 'OTHER')
    await handOver(world, 'HTTP API 2.0', { ...noticeOf('payafter-orders', 'OTHER'), amount: 1 })
    await world.idle()

    const { code, out } = await cli(RELEASE)
    await world.pass(MINUTE)

    expect([code, out.split('\n').slice(-2)]).toEqual([0, ['release: 3 done', '']])
    expect((await askStatus(world, mchid, 'HELD-3')).body).toMatchObject({
      state: 'SYNCED',
      decisions: [{ what: 'release', by: ME, why: 'an outage, compared with the tills' }],
    })
    expect((await askStatus(world, mchid, 'OTHER')).body).toMatchObject({ state: 'HELD', reason: 'paid_less' })
    expect(await statesOf()).toHaveLength(5)
  })

  test('finds nothing left in a second run, which is how one that was stopped goes on', async () => {
    await hold(1)
    await cli(RELEASE)

    const again = await cli(RELEASE)

    expect(again).toEqual({ code: 0, out: '', err: 'nothing to release\n' })
  })

  test.each([
    ['release', 'PENDING'],
    ['close', 'REJECTED'],
    ['withdraw', 'REJECTED'],
  ])('may be %s, by the day of payment in either form', async (what, state) => {
    await hold(1)
    const day = paid_time.slice(0, 8).replace(/(....)(..)(..)/, '$1-$2-$3')

    const none = await cli([what, ...OVER, '--day', '20200101', '--why', 'x', '--yes'])
    const all = await cli([what, ...OVER, '--day', day, '--why', 'x', '--yes'])

    expect([none.err, all.code]).toEqual([`nothing to ${what}\n`, 0])
    expect(await statesOf()).toEqual(['HELD-0 SYNCED', `HELD-1 ${state}`])
  })

  test('takes up again what was rejected', async () => {
    await hold(1)
    await cli(['close', ...OVER, '--why', 'x', '--yes'])

    const { code } = await cli(['reopen', '--reason', 'closed by hand', '--why', 'they were right', '--yes'])

    expect(code).toBe(0)
    expect(await statesOf()).toEqual(['HELD-0 SYNCED', 'HELD-1 PENDING'])
  })

  test('asks whoever sits there, and decides nothing without a yes', async () => {
    await hold(1)
    const questions: string[] = []
    const answering = (answer: string) => ({
      ask: async (question: string) => {
        questions.push(question)
        return answer
      },
    })
    const argv = RELEASE.slice(0, -1)

    const nobody = await cli(argv)
    const no = await cli(argv, answering('no'))
    const before = await statesOf()
    const yes = await cli(argv, answering('yes'))

    expect([nobody.code, nobody.err]).toEqual([2, 'nothing was decided: say yes, or --yes on the command line\n'])
    expect([no.code, yes.code]).toEqual([2, 0])
    expect(before).toEqual(['HELD-0 SYNCED', 'HELD-1 HELD'])
    expect(questions).toEqual(['release these 1 orders? Type yes: ', 'release these 1 orders? Type yes: '])
    expect(await statesOf()).toEqual(['HELD-0 SYNCED', 'HELD-1 PENDING'])
  })

  test('tells each that was refused, and ends with 1', async () => {
    await hold(1)
    await holdNow(0, 'LATE')
    world.wechatpay.faultNext({ fault: 'no-answer', match: { kind: 'query', out_order_no: 'LATE-0' } })
    world.clock.advance(MINUTE)
    const asking = world.runReconcile()
    while (!(await isAskedAbout('LATE-0'))) await setTimeout(10)

    const { code, out } = await cli(['close', ...OVER, '--why', 'an outage', '--yes'])

    expect(code).toBe(1)
    expect(out).toMatch(/\norder +outcome\n1900000109\/LATE-0 +refused +A call may be out\nclose: 1 done, 1 refused\n$/)
    await world.lambdas.query.kill()
    await asking
  })

  test('stops when one after the other fails, and says how many are left', async () => {
    await holdNow(20, 'HELD')
    await stubForbiddingStack()

    const { code, out } = await cli([...RELEASE, '--stack', 'payscore-sync-prod', '--json'])

    const { results, left } = JSON.parse(out)
    expect(code).toBe(1)
    expect(results[0]).toMatchObject({ outcome: 'failed', why: 'the API of the stack says 403 Forbidden' })
    expect(results.length).toBeLessThanOrEqual(15)
    expect(left).toBe(20 - results.length)
  })

  test.each([
    [['release', '--why', 'x', '--yes'], 'which orders? Name one, or say --reason, --older-than, --day or --shop\n'],
    [['release', ...OVER], 'why? Say --why TEXT, which stays on each order; --dry-run only shows what would be done\n'],
    [['close', 'A1'], 'why? Say --reason TEXT, which stays on the order\n'],
    [
      ['close', 'A1', '--reason', 'x', '--yes'],
      'name an order, or say which by filters, and not both: --older-than, --day, --shop, --dry-run and --yes are for many\n',
    ],
  ])('is refused by %j', async (argv, said) => {
    expect(await cli(argv)).toEqual({ code: 2, out: '', err: said })
  })

  test('is refused with a reason that nobody could read later', async () => {
    const { code, err } = await cli(['release', ...OVER, '--why', 'a\nb', '--yes'])

    expect([code, err]).toEqual([2, '--why a b: must be 1 to 200 printable characters in one line\n'])
  })
})
