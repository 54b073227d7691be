import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'
import { startWorld } from '../../lib/local/world.ts'
import { passToNextAudit } from '../support/audited.ts'
import { MINUTE, NOW } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { stubStack } from './cloudformation.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

stubAwsInEachTest(() => ({}))

const FOUND = {
  class: 'charged_after_sync',
  out_order_no: 'A1',
  transaction_id: '4200002601202611230000000001',
  amount: 3900,
}
const SUMMARY = { mchid: '1900000109', day: '20261123', outcome: 'asked', classes: {}, found: [FOUND] }

/** A stack whose function answers so; gives what it was asked. */
const answering = async (answer: object, failed = false) => {
  const asked: unknown[] = []
  const lambda = await listenOnLoopback(async (request, response) => {
    asked.push(JSON.parse((await readBody(request)).toString()))
    response.writeHead(200, failed ? { 'x-amz-function-error': 'Unhandled' } : {}).end(JSON.stringify(answer))
  })
  onTestFinished(lambda.close)
  await stubStack({ AuditFunction: 'payscore-sync-prod-audit' })
  stubAws({ AWS_ENDPOINT_URL_LAMBDA: `http://${lambda.host}` })
  return asked
}

const ARGV = ['audit', '--stack', 'payscore-sync-prod']
const cli = (more: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  runCli([...ARGV, ...more], { env, now: () => NOW })

describe('audit', () => {
  test('has the bill of a day compared again, and tells what was found and what is next', async () => {
    const asked = await answering({ bills: [SUMMARY], left: 0 })

    const { code, out } = await cli(['--day', '20261123', '--mchid', '1900000109'])

    expect(asked).toEqual([{ day: '20261123', mchid: '1900000109', again: true }])
    expect(code).toBe(0)
    expect(out).toBe(
      [
        '✓ 2026-11-23 1900000109: the trade bill was compared; orders are being asked about, and it is compared once more after that',
        '  A1 · ¥39.00 · 4200002601202611230000000001',
        '    the trade bill has a charge for an order that was synced as paid offline. Nothing. The order is asked about again; if the charge is confirmed, it becomes a double charge.',
        '',
      ].join('\n'),
    )
  })

  test('is to be run again for a day that no schedule compares, while its orders are asked about', async () => {
    await answering({ bills: [{ ...SUMMARY, day: '20261120', found: [] }], left: 0 })

    expect(await cli(['--day', '20261120'])).toMatchObject({
      code: 1,
      out: '✗ 2026-11-20 1900000109: the trade bill was compared, and orders are being asked about; no schedule compares so old a day, so run payscore audit --day again in some minutes\n',
    })
  })

  test('is of yesterday in China unless a day is said', async () => {
    const asked = await answering({ bills: [], left: 0 })

    await cli()

    expect(asked).toEqual([{ day: '20261123', again: true }])
  })

  test('says that a bill could not be compared, in Chinese too', async () => {
    const reason = 'row, line 2, column 微信订单号'
    await answering({ bills: [{ ...SUMMARY, outcome: 'unreadable', reason, found: [] }], left: 1 })

    const { code, out, err } = await cli([], CHINESE)

    expect(code).toBe(1)
    expect(out).toBe(`✗ 2026-11-23 1900000109:交易账单校验未通过或无法解析,未据此做任何处理 (${reason})\n`)
    expect(err).toBe('另有 1 份账单因时间不足未核对:请再次运行。\n')
  })

  test.each([
    ['not claimed', 'another run is at it: try again later'],
    ['failed', 'failed: see the log of function audit'],
  ])('says of a day that was %s what to do', async (kind, text) => {
    await answering({ bills: [{ kind, mchid: '1900000109', day: '20261123' }], left: 0 })

    expect(await cli()).toMatchObject({ code: 1, out: `✗ 2026-11-23 1900000109: ${text}\n` })
  })

  test('passes on what the function said with --json', async () => {
    await answering({ bills: [SUMMARY], left: 0 })

    const { out } = await cli(['--json'])

    expect(JSON.parse(out)).toEqual({ bills: [SUMMARY], left: 0 })
  })

  test('says why the function failed', async () => {
    await answering({ errorMessage: 'mchid: is not served' }, true)

    expect(await cli()).toMatchObject({
      code: 1,
      err: 'the bill was not compared: mchid: is not served. Look at the log of function audit.\n',
    })
  })

  test.each(['20261124', '20261231', '20260823', '2026-11-23', 'yesterday'])('has no bill of %s', async (day) => {
    const asked = await answering({ bills: [], left: 0 })

    expect(await cli(['--day', day])).toMatchObject({ code: 2 })
    expect(asked).toEqual([])
  })

  test('asks which stack is meant, and whether it is of this version', async () => {
    await stubStack({})

    expect(await runCli(['audit'], { now: () => NOW })).toMatchObject({ code: 2 })
    expect(await cli()).toMatchObject({
      code: 1,
      err: 'payscore-sync-prod has no output AuditFunction: deploy this version of payscore-sync first\n',
    })
  })
})

describe('audit --local', () => {
  test('compares the bill of a day in the world that npm start keeps up', async () => {
    const world = await startWorld({ merchants: [DIRECT], debitAfterMs: Number.POSITIVE_INFINITY })
    onTestFinished(world.close)
    const cwd = mkdtempSync(join(tmpdir(), 'audit-'))
    onTestFinished(() => rmSync(cwd, { recursive: true }))
    const order = placeOrder(world, 'payafter-orders', 'CHARGED')
    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'CHARGED'))
    await world.pass(15 * MINUTE)
    const transaction_id = world.wechatpay.payscoreCharges(order)
    const day = await passToNextAudit(world)
    mkdirSync(join(cwd, '.local'))
    const places = { PAYSCORE_LAMBDA: world.lambdaUrl, PAYSCORE_CLOCK_OFFSET_MS: String(world.clock.offset()) }
    writeFileSync(join(cwd, '.local/world.json'), JSON.stringify({ ...world.env, ...places }))
    stubAws(world.env)

    const { code, out } = await runCli(['audit', '--day', day, '--local'], { cwd })
    await world.idle()
    const byDefault = await runCli(['audit', '--local', '--json'], { cwd })
    const wrong = await runCli(['audit', '--local', '--mchid', '1900000999'], { cwd })

    expect(code).toBe(0)
    expect(out).toContain(`CHARGED · ¥88.00 · ${transaction_id}`)
    expect(await rowOf(world, 'payafter-orders', 'CHARGED')).toMatchObject({ state: 'DOUBLE_CHARGED', bill: day })
    expect(JSON.parse(byDefault.out)).toMatchObject({ bills: [{ day, classes: { known: 1 } }] })
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.err).toContain('mchid: is not served')
  })

  test('says that no local world is up', async () => {
    const { code, err } = await runCli(['audit', '--local'], { cwd: tmpdir() })

    expect(code).toBe(1)
    expect(err).toContain('no local world is up')
  })
})
