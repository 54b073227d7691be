import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'
import { startWorld } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { stubStack } from './cloudformation.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { CHINESE, cliAt } from './run-cli.ts'

const { mchid } = DIRECT

const world = await startWorld({ merchants: [DIRECT] })
beforeAll(async () => {
  placeOrder(world, 'payafter-orders', 'PROVED')
  await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'PROVED'))
  placeOrder(world, 'payafter-orders', 'HELD')
  await handOver(world, 'HTTP API 2.0', { ...noticeOf('payafter-orders', 'HELD'), amount: 1 })
  await world.pass(11 * MINUTE)
  placeOrder(world, 'payafter-orders', 'WAITS', { state: 'accepted' })
  await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'WAITS'))
})
afterAll(() => world.close())
stubAwsInEachTest(() => world.env)

const cli = cliAt(world.clock)

/** What is put on the bus meanwhile. */
const putBy = async <T>(act: () => Promise<T>) => {
  const before = world.bus.history.events.length
  const result = await act()
  const events = world.bus.history.events.slice(before).map(({ source, detailType, detail }) => {
    const { out_order_no, state } = JSON.parse(detail) as Readonly<Record<string, string>>
    return [source, detailType, out_order_no, state]
  })
  return { result, events }
}

const HELD = ['payscore.ledger', 'Payscore Order Held', 'HELD', 'HELD']
const SYNCED = ['payscore.ledger', 'Payscore Order Synced', 'PROVED', 'SYNCED']

describe('announce', () => {
  test('puts the outcome of an order on the bus again, and with --dry-run only says so', async () => {
    const rehearsed = await putBy(() => cli(['announce', 'PROVED', '--dry-run']))
    const done = await putBy(() => cli(['announce', 'PROVED']))

    expect([rehearsed.result.code, rehearsed.result.out]).toEqual([
      0,
      `order              would be announced\n${mchid}/PROVED  Payscore Order Synced\n`,
    ])
    expect(rehearsed.events).toEqual([])
    expect([done.result.code, done.result.out]).toEqual([
      0,
      `order              announced\n${mchid}/PROVED  Payscore Order Synced\n`,
    ])
    expect(done.events).toEqual([SYNCED])
  })

  test('chooses by day, state and whose turn it is, and passes over what there is nothing to tell of', async () => {
    const day = ['--day', '20250301']
    expect((await putBy(() => cli(['announce', ...day]))).events.toSorted()).toEqual([HELD, SYNCED])
    expect((await putBy(() => cli(['announce', '--needs-person']))).events).toEqual([HELD])
    expect((await putBy(() => cli(['announce', '--state', 'SYNCED', ...day]))).events).toEqual([SYNCED])
    expect((await putBy(() => cli(['announce', '--all']))).events.toSorted()).toEqual([HELD, SYNCED])
    expect((await putBy(() => cli(['announce', '--reason', 'paid_less']))).events).toEqual([HELD])

    const { code, err } = await cli(['announce', 'WAITS'], CHINESE)

    expect([code, err]).toEqual([0, '没有需要补发的结果\n'])
  })

  test('asks which orders are meant', async () => {
    const none = await cli(['announce'])
    const both = await cli(['announce', 'PROVED', '--all'])

    const asked =
      'which orders? Name them, or say --needs-person, --day, --state, --reason, --older-than, --shop or --all, and not both\n'
    expect([none.code, none.err, both.code, both.err]).toEqual([2, asked, 2, asked])
  })

  test('says that the bus did not take it', async () => {
    world.bus.faults.add({ kind: 'refuse-entries', times: 9 })

    const { code, out, err } = await cli(['announce', 'PROVED', '--json'])
    world.bus.faults.clear()

    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual({ dry_run: false, results: [], stopped: 'the event bus refused entries' })
    expect(err).toBe(
      'Stopped: the event bus refused entries. Run it again in a while: what listeners get twice does no harm.\n',
    )
  })

  test('of a deployed stack hands names of orders to its function, and tells what it says', async () => {
    const asked: unknown[] = []
    const lambda = await listenOnLoopback(async (request, response) => {
      asked.push([request.url, JSON.parse((await readBody(request)).toString())])
      const failure = { errorMessage: 'the event bus refused entries' }
      if (asked.length === 1) response.writeHead(200).end('{"orders":[]}')
      else response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(JSON.stringify(failure))
    })
    await stubStack({
      LedgerTable: world.env.LEDGER_TABLE ?? '',
      AnnounceFunction: 'arn:aws:lambda:ap-east-1:123456789012:function:outcome:announce',
    })
    stubAws({ AWS_ENDPOINT_URL_LAMBDA: `http://${lambda.host}` })
    const argv = ['announce', 'HELD', '--stack', 'payscore-sync-prod']

    const taken = await putBy(() => cli(argv))
    const refused = await cli(argv)
    await lambda.close()

    const url =
      '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aap-east-1%3A123456789012%3Afunction%3Aoutcome%3Aannounce/invocations'
    const call = [url, { announce: [{ mchid, out_order_no: 'HELD' }] }]
    expect(asked).toEqual([call, call])
    expect([taken.result.code, taken.events, refused.code]).toEqual([0, [], 1])
    expect(refused.err).toMatch(/^Stopped: the event bus refused entries\. /)
  })

  test('says that a stack is older than the command', async () => {
    await stubStack({ LedgerTable: world.env.LEDGER_TABLE ?? '' })

    const { code, err } = await cli(['announce', 'HELD', '--stack', 'payscore-sync-prod'])

    expect([code, err]).toEqual([
      1,
      'payscore-sync-prod has no output AnnounceFunction: deploy this version of payscore-sync first\n',
    ])
  })
})
