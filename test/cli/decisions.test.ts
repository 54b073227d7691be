import { userInfo } from 'node:os'
import { afterAll, describe, expect, test } from 'vitest'
import { listenOnLoopback } from '../../lib/local/loopback-server.ts'
import { startWorld } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, passUntilQuiet, placeOrder } from '../support/served.ts'
import { askStatus, handOver } from '../support/till.ts'
import { stubForbiddingStack, stubStack } from './cloudformation.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { CHINESE, cliAt } from './run-cli.ts'

const { mchid } = DIRECT
const ME = `local/${userInfo().username}`

const world = await startWorld({ merchants: [DIRECT] })
afterAll(() => world.close())
stubAwsInEachTest(() => world.env)

const cli = cliAt(world.clock)
const pay = (out_order_no: string, more: object = {}) =>
  handOver(world, 'HTTP API 2.0', { ...noticeOf('payafter-orders', out_order_no), ...more })
const told = async (out_order_no: string) => (await askStatus(world, mchid, out_order_no)).body

describe('a person’s decision', () => {
  test('release lets a held order be synced, and says who decided it, and why', async () => {
    placeOrder(world, 'payafter-orders', 'RELEASE')
    await pay('RELEASE', { amount: 1 })
    await world.pass(MINUTE)

    const { code, out } = await cli(['release', 'RELEASE', '--reason', '金额录入有误'])
    await world.pass(MINUTE)

    expect(code).toBe(0)
    expect(out).toContain('pending: WeChat Pay has not taken the sync yet\n')
    expect(out).toContain(`${ME} decided: release (金额录入有误)\n`)
    expect(out).toContain('next, within a minute: a sync is sent\n')
    expect(await told('RELEASE')).toMatchObject({
      state: 'SYNCED',
      decisions: [{ what: 'release', by: ME, why: '金额录入有误' }],
    })
  })

  test('close ends an order that waits, and reopen takes it up again', async () => {
    placeOrder(world, 'payafter-orders', 'CLOSE', { state: 'accepted' })
    await pay('CLOSE')
    await passUntilQuiet(world, 'CLOSE')

    const closed = await cli(['close', `${mchid}/CLOSE`, '--reason', 'wrong number', '--json'])
    const reopened = await cli(['reopen', 'CLOSE', '--reason', 'it was right after all', '--json'])

    expect(JSON.parse(closed.out)).toMatchObject({ state: 'REJECTED', reason: 'closed by hand: wrong number' })
    expect(JSON.parse(reopened.out)).toMatchObject({ state: 'PENDING', next: 'query' })
    expect((await told('CLOSE')).decisions).toMatchObject([
      { what: 'close', by: ME },
      { what: 'reopen', by: ME },
    ])
  })

  test('withdraw takes a notice back that WeChat Pay cannot have taken', async () => {
    await pay('WITHDRAW')
    await passUntilQuiet(world, 'WITHDRAW')

    const { code, out } = await cli(['withdraw', 'WITHDRAW', '--reason', 'no such order'], CHINESE)

    expect(code).toBe(0)
    expect(out).toContain('通知已撤回:')
    expect(await told('WITHDRAW')).toMatchObject({ state: 'REJECTED', reason: 'withdrawn: no such order' })
  })

  test.each([
    ['money given back at the till', ['--cash', 'S-1'], 'cash S-1: done'],
    ['that it was none', ['--not-double'], 'not double: done'],
  ])('settle keeps %s of a double charge', async (name, how, reason) => {
    const number = `SETTLE-${name.length}`
    world.wechatpay.payscoreCharges(placeOrder(world, 'payafter-orders', number))
    await pay(number)
    await world.pass(2 * MINUTE)

    const { code, out } = await cli(['settle', number, ...how, '--reason', 'done'])

    expect(code).toBe(0)
    expect(out).toContain('charged twice, settled: a person settled what WeChat Pay charged as well\n')
    expect(await told(number)).toMatchObject({ state: 'DOUBLE_CHARGED', reason })
  })

  test('settle notes the number of a refund, and leaves it to WeChat Pay whether it is one', async () => {
    world.wechatpay.payscoreCharges(placeOrder(world, 'payafter-orders', 'REFUND'))
    await pay('REFUND')
    await world.pass(2 * MINUTE)

    const { code, out } = await cli(['settle', 'REFUND', '--refund', 'RF1', '--reason', 'done'])

    expect(code).toBe(0)
    expect(out).toContain('a refund of the double charge was noted')
    expect(await told('REFUND')).toMatchObject({ state: 'DOUBLE_CHARGED', refunds: [{ out_refund_no: 'RF1' }] })
    expect(await told('REFUND')).not.toHaveProperty('settled_at')
  })

  test('close ends no order that WeChat Pay charged, unless it is said not to be double', async () => {
    const order = placeOrder(world, 'payafter-orders', 'CHARGED')
    await pay('CHARGED', { amount: 1 })
    await world.pass(MINUTE)
    const transaction = world.wechatpay.payscoreCharges(order)
    await world.pass(25 * 60 * MINUTE)

    const listed = await cli(['list', '--needs-person', '--mchid', mchid])
    const inEnglish = await cli(['close', 'CHARGED', '--reason', 'wrong number'])
    const inChinese = await cli(['withdraw', 'CHARGED', '--reason', 'wrong number'], CHINESE)
    const still = await told('CHARGED')
    const knowing = await cli(['close', 'CHARGED', '--not-double', '--reason', 'wrong number'])

    expect(listed.out).toMatch(new RegExp(`/CHARGED +accountant +charged by WeChat Pay +.* ${transaction}\n`))
    expect([inEnglish.code, inEnglish.out]).toEqual([
      1,
      [
        `✗ close ${mchid}/CHARGED: Not possible now. WeChat Pay charged this order, and a notice says that it was paid offline: the customer may have paid twice`,
        '→ possible: settle, close, withdraw; close and withdraw with --not-double',
        '',
      ].join('\n'),
    ])
    expect(inChinese.out).toBe(
      [
        `✗ ${mchid}/CHARGED:目前无法执行 withdraw。支付分已扣款,门店又通知已线下收款:疑似重复支付,待核对`,
        '→ 可以执行:settle, close, withdraw;close、withdraw 须加 --not-double',
        '',
      ].join('\n'),
    )
    expect(still).toMatchObject({ state: 'HELD', transaction_id: transaction, turn: 'accountant' })
    expect(knowing.code).toBe(0)
    expect(await told('CHARGED')).toMatchObject({
      state: 'REJECTED',
      reason: 'closed by hand: not double: wrong number',
      turn: 'service',
    })
  })

  test.each([[[]], [['--refund', 'RF1', '--not-double']]])('settle refuses %j', async (how) => {
    const { code, err } = await cli(['settle', 'ANY', ...how, '--reason', 'done'])

    expect([code, err]).toEqual([
      2,
      'settle needs --refund NUMBER, --cash RECEIPT or --not-double, and only one of them\n',
    ])
  })

  test('is refused where the order stands otherwise, with what can be decided instead', async () => {
    placeOrder(world, 'payafter-orders', 'OTHERWISE', { state: 'accepted' })
    await pay('OTHERWISE')
    await passUntilQuiet(world, 'OTHERWISE')

    const inEnglish = await cli(['release', 'OTHERWISE', '--reason', 'x'])
    const inChinese = await cli(['release', 'OTHERWISE', '--reason', 'x'], CHINESE)
    const inJson = await cli(['release', 'OTHERWISE', '--reason', 'x', '--json'])

    expect(inEnglish.code).toBe(1)
    expect(inEnglish.out).toBe(
      [
        `✗ release ${mchid}/OTHERWISE: Not possible now. the order is not completed at WeChat Pay yet, so it cannot be synced`,
        '→ possible: expedite, close, withdraw',
        '',
      ].join('\n'),
    )
    expect(inChinese.out).toBe(
      [
        `✗ ${mchid}/OTHERWISE:目前无法执行 release。进行中:商户未完结,暂不能同步`,
        '→ 可以执行:expedite, close, withdraw',
        '',
      ].join('\n'),
    )
    expect(JSON.parse(inJson.out)).toMatchObject({ status: 409, decision: 'release', state: 'PENDING' })
  })

  test('waits for a call that may be out', async () => {
    world.wechatpay.faultNext({ fault: 'slow-answer', delayMs: 1000, match: { out_order_no: 'OUT' } })
    placeOrder(world, 'payafter-orders', 'OUT')
    const notice = pay('OUT')
    while ((await world.table.rows()).every(({ pk }) => pk !== `${mchid}#OUT`)) await new Promise(setImmediate)

    const { code, out } = await cli(['close', 'OUT', '--reason', 'x'])
    await notice

    expect(code).toBe(1)
    expect(out).toMatch(/\n→ a call may be out: again after 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \(China time\)\n$/)
  })

  test('about an order of a deployed stack goes through its API, under the name that AWS knows the caller by', async () => {
    await stubStack({
      LedgerTable: 'payscore-ledger',
      HttpApiUrl: world.api.url,
    })
    const payAndWait = async (number: string) => {
      placeOrder(world, 'payafter-orders', number, { state: 'accepted' })
      await pay(number)
      await passUntilQuiet(world, number)
    }
    const here = ['--stack', 'payscore-sync-prod']

    await payAndWait('STACK|1')
    const refused = await cli(['release', 'STACK|1', ...here, '--reason', 'x'])
    const closed = await cli(['close', 'STACK|1', ...here, '--reason', 'wrong number'])
    await payAndWait('STACK|2')
    const sooner = await cli(['redrive', 'STACK|2', ...here])

    expect([refused.code, sooner.code, closed.code]).toEqual([1, 0, 0])
    expect(refused.out).toContain('→ possible: expedite, close, withdraw\n')
    expect(closed.out).toContain('arn:aws:iam::123456789012:user/local decided: close (wrong number)\n')
    expect((await told('STACK|1')).decisions).toMatchObject([
      { what: 'close', by: 'arn:aws:iam::123456789012:user/local', why: 'wrong number' },
    ])
    expect((await told('STACK|2')).decisions).toMatchObject([
      { what: 'expedite', by: 'arn:aws:iam::123456789012:user/local', why: 'redrive' },
    ])
  })

  test('about an order of a table that is named is made there, whatever stack is named beside it', async () => {
    placeOrder(world, 'payafter-orders', 'TABLE', { state: 'accepted' })
    await pay('TABLE')
    await passUntilQuiet(world, 'TABLE')
    await stubStack({ HttpApiUrl: 'http://127.0.0.1:9' })
    const there = ['--table', 'payscore-ledger', '--stack', 'payscore-sync-prod']

    const { code } = await cli(['close', 'TABLE', ...there, '--reason', 'wrong number'])

    expect(code).toBe(0)
    expect((await told('TABLE')).decisions).toMatchObject([{ what: 'close', by: ME, why: 'wrong number' }])
  })

  test('says what the API of a stack says when it lets nobody in', async () => {
    placeOrder(world, 'payafter-orders', 'FORBIDDEN', { state: 'accepted' })
    await pay('FORBIDDEN')
    await stubForbiddingStack()

    const { code, err } = await cli(['close', 'FORBIDDEN', '--stack', 'payscore-sync-prod', '--reason', 'x'])

    expect([code, err]).toEqual([1, 'the API of the stack says 403 Forbidden\n'])
  })

  test('is refused without a reason that can be read later', async () => {
    placeOrder(world, 'payafter-orders', 'WHY')
    await pay('WHY')

    const none = await cli(['close', 'WHY'])
    const empty = await cli(['close', 'WHY', '--reason', ''])

    expect(none).toEqual({
      code: 2,
      out: '',
      err: 'why? Say --reason TEXT, which stays on the order\n',
    })
    expect(empty).toEqual({ code: 2, out: '', err: '--reason: is empty\n' })
  })

  test('is recorded with the ARN that AWS knows the caller by', async () => {
    const arn = 'arn:aws:sts::123456789012:assumed-role/operators/li'
    const sts = await listenOnLoopback((_, response) => {
      response.setHeader('content-type', 'text/xml')
      response.end(
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      )
    })
    stubAws({ AWS_ENDPOINT_URL_STS: `http://${sts.host}` })
    placeOrder(world, 'payafter-orders', 'ARN', { state: 'accepted' })
    await pay('ARN')
    await passUntilQuiet(world, 'ARN')

    await cli(['close', 'ARN', '--reason', 'x']).finally(sts.close)

    expect((await told('ARN')).decisions).toMatchObject([{ what: 'close', by: arn, why: 'x' }])
  })
})
