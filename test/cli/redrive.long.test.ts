import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'
import { type Queue, startQueue, targetArn } from '../../lib/local/sqs.ts'
import { startWorld } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, passUntilQuiet, placeOrder, rowOf } from '../support/served.ts'
import { askStatus, handOver, putNotice } from '../support/till.ts'
import { stubStack } from './cloudformation.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { CHINESE, cliAt } from './run-cli.ts'

const { mchid } = DIRECT

const world = await startWorld({ merchants: [DIRECT] })
afterAll(() => world.close())
stubAwsInEachTest(() => world.env)

const cli = cliAt(world.clock)
const told = async (out_order_no: string) => (await askStatus(world, mchid, out_order_no)).body

/** Leaves an order that is not completed yet, asked about some time from now. */
const pending = async (out_order_no: string, more: object = {}) => {
  placeOrder(world, 'payafter-orders', out_order_no, { state: 'accepted' })
  await handOver(world, 'HTTP API 2.0', { ...noticeOf('payafter-orders', out_order_no), ...more })
  await passUntilQuiet(world, out_order_no)
}

describe('redrive', () => {
  test('says what it would do, does it, and keeps who and why on the order', async () => {
    await pending('REDRIVE')

    const rehearsed = await cli(['redrive', 'REDRIVE', '--dry-run'])
    const untouched = await told('REDRIVE')
    const done = await cli(['redrive', 'REDRIVE', '--why', 'the customer waits'])
    const again = await cli(['redrive', 'REDRIVE'], CHINESE)

    expect(rehearsed.out).toBe(`order               outcome\n${mchid}/REDRIVE  would be tried again\n`)
    expect(untouched.decisions).toBeUndefined()
    expect([done.code, done.out]).toEqual([0, `order               outcome\n${mchid}/REDRIVE  tried again in 30 s\n`])
    expect([again.code, again.out]).toEqual([0, `订单                结果\n${mchid}/REDRIVE  即将执行,无需重试\n`])
    expect((await told('REDRIVE')).decisions).toMatchObject([{ what: 'expedite', why: 'the customer waits' }])
  })

  test('chooses by reason, shop and age, and leaves others alone', async () => {
    await pending('MINE', { shop_id: 'S-1' })
    await pending('THEIRS', { shop_id: 'S-2' })
    const redriven = async (...argv: readonly string[]) => {
      const { out } = await cli(['redrive', '--dry-run', '--json', ...argv])
      const { results } = JSON.parse(out) as { results: { order: string }[] }
      return results.map(({ order }) => order.slice(mchid.length + 1)).filter((order) => /^(MINE|THEIRS)$/.test(order))
    }

    expect(await redriven('--shop', 'S-1')).toEqual(['MINE'])
    expect((await redriven('--reason', 'open')).sort()).toEqual(['MINE', 'THEIRS'])
    expect(await redriven('--reason', 'config')).toEqual([])
    expect((await redriven('--all')).sort()).toEqual(['MINE', 'THEIRS'])
    expect(await redriven('--day', '20250301', '--shop', 'S-2')).toEqual(['THEIRS'])
    expect(await redriven('--older-than', '300d')).toEqual([])
  })

  test('refuses an order that is not pending', async () => {
    placeOrder(world, 'payafter-orders', 'SYNCED')
    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'SYNCED'))

    const { code, out } = await cli(['redrive', 'SYNCED'])

    expect(code).toBe(1)
    expect(out).toContain(`${mchid}/SYNCED  not pending, or a call may be out\n`)
  })

  test('asks which orders are meant, and says when there are none', async () => {
    const all = await cli(['redrive'])
    const none = await cli(['redrive', '--reason', 'no-such-reason'])

    expect([all.code, all.err]).toEqual([
      2,
      'which orders? Name them, or say --reason, --older-than, --day, --shop or --all\n',
    ])
    expect(none).toEqual({ code: 0, out: '', err: 'nothing to redrive\n' })
  })
})

describe('redrive --dead-letters', () => {
  let queue: Queue

  beforeEach(async () => {
    queue = await startQueue({ name: 'dead-letters' })
    stubAws({ AWS_ENDPOINT_URL_SQS: queue.endpoint, NOTICE_DEAD_LETTERS_URL: queue.url })
  })
  afterEach(() => queue.close())

  let orders = 0
  const nextOrder = () => {
    orders += 1
    return `LETTER-${orders}`
  }

  /** Lets a notice by event fail until Lambda gives it up. Gives the letter as Lambda writes it. */
  const deadNotice = async (out_order_no: string) => {
    placeOrder(world, 'payafter-orders', out_order_no)
    world.table.faults.add({ kind: 'fail', times: Infinity, match: ({ operation }) => operation === 'UpdateItem' })
    putNotice(world, noticeOf('payafter-orders', out_order_no))
    const letterOf = () =>
      world.notices.letters.findLast(({ requestPayload }) =>
        JSON.stringify(requestPayload).includes(`"${out_order_no}"`),
      )
    for (let minute = 0; minute < 20 && !letterOf(); minute += 1) {
      await world.idle()
      world.clock.advance(MINUTE)
      world.bus.tick()
    }
    await world.idle()
    world.table.faults.clear()
    const letter = letterOf()
    if (!letter) throw new Error('the notice was not given up')
    return letter
  }

  test('puts a notice back on the bus with its first time, and deletes it once the bus took it', async () => {
    const letter = await deadNotice('LETTER')
    queue.send(JSON.stringify(letter))

    const rehearsed = await cli(['redrive', '--dead-letters', '--dry-run'])
    const keptMeanwhile = queue.messages.length
    const { code, out } = await cli(['redrive', '--dead-letters'])
    await world.idle()

    expect(rehearsed.out).toBe(`order              outcome\n${mchid}/LETTER  would be sent again\n`)
    expect(keptMeanwhile).toBe(1)
    expect([code, out]).toEqual([0, `order              outcome\n${mchid}/LETTER  sent again\n`])
    expect(queue.messages).toEqual([])
    expect(await told('LETTER')).toMatchObject({ state: 'SYNCED' })
    const row = await rowOf(world, 'payafter-orders', 'LETTER')
    const { time } = letter.requestPayload as { time: string }
    expect(row?.noticed_at).toBe(Date.parse(time))
  })

  test('takes the letters of a rule, which are the bare event', async () => {
    const { requestPayload } = await deadNotice('RULE')
    queue.send(JSON.stringify(requestPayload), { TARGET_ARN: targetArn('sync') })

    const { out } = await cli(['redrive', '--dead-letters', '--json'])
    await world.idle()

    expect(JSON.parse(out)).toEqual({
      dry_run: false,
      results: [{ outcome: 'sent', order: `${mchid}/RULE` }],
      left: 0,
    })
    expect(await told('RULE')).toMatchObject({ state: 'SYNCED' })
  })

  test('drops due events, and keeps what is no notice', async () => {
    const due = {
      source: 'payscore.reconcile',
      'detail-type': 'Payscore Order Due',
      detail: { mchid, out_order_no: 'X', next: 'sync' },
    }
    queue.send(JSON.stringify(due))
    queue.send(JSON.stringify({ version: '1.0', requestContext: {}, requestPayload: due }))
    queue.send('not JSON')
    queue.send(JSON.stringify({ version: '1.0', DDBStreamBatchInfo: {} }))
    queue.send(JSON.stringify({ ...due, source: 'com.example.pos', 'detail-type': 'Payscore Order Paid Offline' }))

    const rehearsed = await cli(['redrive', '--dead-letters', '--dry-run', '--json'])
    const { code, out } = await cli(['redrive', '--dead-letters'], CHINESE)

    expect(JSON.parse(rehearsed.out).results.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'would drop',
      'would drop',
      'kept',
      'kept',
      'kept',
    ])
    expect(code).toBe(1)
    expect(out.match(/到期事件,已丢弃/g)).toHaveLength(2)
    expect(out.match(/保留在队列中 {2,}no notice/g)).toHaveLength(3)
    expect(queue.messages).toHaveLength(3)
  })

  test.each([
    ['refuses the entry', 'refuse-entries', 'InternalFailure'],
    ['fails', 'fail', 'InternalException'],
    ['breaks the connection', 'reset', 'TimeoutError'],
  ] as const)('keeps a notice when the bus %s, for the next time', async (_, kind, why) => {
    const letter = await deadNotice(`KEPT-${kind}`)
    queue.send(JSON.stringify(letter))
    world.bus.faults.add({ kind, times: 10 })

    const { code, out } = await cli(['redrive', '--dead-letters'])
    world.bus.faults.clear()
    const visibleAt = queue.messages[0]?.visibleAt
    const again = await cli(['redrive', '--dead-letters'])

    expect(code).toBe(1)
    expect(out).toContain(`${mchid}/KEPT-${kind}  stays in the queue  ${why}\n`)
    expect(visibleAt).toBeLessThanOrEqual(Date.now())
    expect(again.code).toBe(0)
    expect(queue.messages).toEqual([])
  })

  test('goes through more letters than one receive gives, each once', async () => {
    const { requestPayload } = await deadNotice('MANY')
    for (let i = 0; i < 25; i += 1) queue.send(JSON.stringify(requestPayload))
    queue.send('not JSON')

    const { out } = await cli(['redrive', '--dead-letters', '--json'])

    const outcomes = JSON.parse(out).results.map(({ outcome }: { outcome: string }) => outcome)
    expect(outcomes).toEqual([...Array(25).fill('sent'), 'kept'])
    expect(queue.messages).toHaveLength(1)
  })

  test('ends on letters that fail each time and come back under new ids, and says how many are left', async () => {
    const { requestPayload } = await deadNotice('AGAIN')
    const letters = 30
    for (let i = 0; i < letters; i += 1) queue.send(JSON.stringify(requestPayload))
    // By the clock of the queue a letter that comes back is newer than the run, which begins in whole seconds.
    const bus = await listenOnLoopback(async (_, response) => {
      queue.send(JSON.stringify(requestPayload), {}, Date.now() + 2000)
      response.setHeader('content-type', 'application/x-amz-json-1.1')
      response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }))
    })
    stubAws({ AWS_ENDPOINT_URL_EVENTBRIDGE: `http://${bus.host}` })

    const { code, out, err } = await cli(['redrive', '--dead-letters'])
    await bus.close()

    expect(out.match(/sent again/g)).toHaveLength(letters)
    expect(code).toBe(1)
    expect(err.split('\n').at(-2)).toBe(
      '30 left in the queue: 30 of them came while this ran, as a notice does that fails once more. Mend what the log of function sync names, then run it again.',
    )
    expect(queue.messages).toHaveLength(letters)
    expect(queue.messages.every(({ visibleAt }) => visibleAt <= Date.now())).toBe(true)
  })

  /** A deployed stack whose function is `sync`, and what was invoked of Lambda meanwhile. */
  const redriveByStack = async (outputs: Readonly<Record<string, string>>, ...argv: readonly string[]) => {
    const invoked: unknown[] = []
    const lambda = await listenOnLoopback(async (request, response) => {
      const event = JSON.parse((await readBody(request)).toString())
      const path = decodeURIComponent(request.url ?? '')
      invoked.push([request.method, path, request.headers['x-amz-invocation-type'], event])
      void world.lambdas.sync.invoke(event)
      response.writeHead(202).end()
    })
    await stubStack({ NoticeDeadLettersUrl: queue.url, ...outputs })
    stubAws({ AWS_ENDPOINT_URL_LAMBDA: `http://${lambda.host}` })
    const done = await cli(['redrive', '--dead-letters', '--stack', 'payscore-sync-prod', ...argv])
    await lambda.close()
    return { ...done, invoked }
  }
  const OWN = { SyncFunctionArn: targetArn('sync') }

  test('of a deployed stack gives the notice to the function of the stack', async () => {
    const letter = await deadNotice('FUNCTION')
    queue.send(JSON.stringify(letter))

    const { code, invoked } = await redriveByStack(OWN)

    expect(invoked).toEqual([
      ['POST', `/2015-03-31/functions/${targetArn('sync')}/invocations`, 'Event', letter.requestPayload],
    ])
    expect(code).toBe(0)
    expect(queue.messages).toEqual([])
  })

  test('of a deployed stack never invokes what a letter names, and leaves such a letter in the queue by name', async () => {
    const letter = await deadNotice('DOOR')
    const other = targetArn('payroll')
    const named = (functionArn: string) => ({ ...letter, requestContext: { functionArn } })
    queue.send(JSON.stringify(named(`${other}:$LATEST`)))
    queue.send(JSON.stringify(named('arn:aws:lambda:ap-east-1:999988887777:function:sync')))
    queue.send(JSON.stringify(letter.requestPayload), { TARGET_ARN: other })
    queue.send(JSON.stringify(letter.requestPayload))

    const rehearsed = await redriveByStack(OWN, '--dry-run', '--json')
    const { code, out, invoked } = await redriveByStack(OWN)

    expect(invoked).toEqual([])
    expect(code).toBe(1)
    expect(out.match(/DOOR {2}stays in the queue {2}names (.*), not the stack's /g)).toEqual([
      `DOOR  stays in the queue  names ${other}, not the stack's `,
      `DOOR  stays in the queue  names arn:aws:lambda:ap-east-1:999988887777:function:sync, not the stack's `,
      `DOOR  stays in the queue  names ${other}, not the stack's `,
      `DOOR  stays in the queue  names no function, not the stack's `,
    ])
    expect(JSON.parse(rehearsed.out).results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(
      Array(4).fill('kept'),
    )
    expect(queue.messages).toHaveLength(4)
  })

  test.each<[string, object, object, string]>([
    [
      'a source that is not listed',
      { source: 'com.example.stranger' },
      {},
      `source: is not listed for merchant ${mchid}`,
    ],
    ['a merchant that is not served', {}, { mchid: '1' }, 'mchid: is not a merchant that this service serves'],
    ['an order number that none is', {}, { out_order_no: '../../x' }, 'out_order_no: must be 1 to 32 of'],
    ['a time of payment that none is', {}, { detail: { paid_time: 'now' } }, 'detail.paid_time: must be a real time'],
    ['more than a notice may hold', {}, { more: 'x'.repeat(8192) }, 'detail: must not be larger than 8192 bytes'],
  ])('leaves a forged letter in the queue: %s', async (_, event, detail, why) => {
    const letter = await deadNotice(nextOrder())
    const genuine = letter.requestPayload as { detail: object }
    const forged = { ...genuine, ...event, detail: { ...genuine.detail, ...detail } }
    queue.send(JSON.stringify({ ...letter, requestPayload: forged }))

    const byStack = await redriveByStack(OWN)
    const onBus = await cli(['redrive', '--dead-letters'])

    expect([byStack.code, byStack.invoked, onBus.code]).toEqual([1, [], 1])
    expect(byStack.out).toContain(`stays in the queue  ${why}`)
    expect(onBus.out).toContain(`stays in the queue  ${why}`)
    expect(queue.messages).toHaveLength(1)
  })

  test('shows what a letter says without what would move the cursor of a terminal', async () => {
    const letter = await deadNotice('CURSOR')
    const { source, time } = letter.requestPayload as { source: string; time: string }
    const detail = { mchid: '\u001b[2J1900000109', out_order_no: '\u001b]0;paid\u0007' }
    queue.send(JSON.stringify({ source, time, 'detail-type': 'Payscore Order Paid Offline', detail }))

    const { out } = await cli(['redrive', '--dead-letters'])

    expect(out).toContain('?[2J1900000109/?]0;paid?  stays in the queue')
  })

  test.each([
    [{}, {}, 1, 'the stack payscore-sync-prod does not name its function sync: deploy it again\n'],
    [
      OWN,
      { MERCHANTS: '{}' },
      2,
      'who is served? A letter is held against it: set MERCHANTS, or run it beside merchants.json\n',
    ],
  ])(
    'sends nothing without a function or merchants to hold a letter against: %j %j',
    async (outputs, env, code, said) => {
      queue.send(JSON.stringify(await deadNotice(nextOrder())))
      stubAws(env)

      const done = await redriveByStack(outputs as Record<string, string>)

      expect([done.code, done.err, done.invoked]).toEqual([code, said, []])
      expect(queue.messages).toHaveLength(1)
    },
  )

  test.each([
    [{ NOTICE_DEAD_LETTERS_URL: '' }, [], 'which queue? Say --queue URL or --stack NAME\n'],
    [{ EVENT_BUS: '' }, [], 'send them where? Say --bus NAME or --stack NAME\n'],
  ])('asks for what is missing: %j', async (env, argv, said) => {
    stubAws(env)

    const { code, err } = await cli(['redrive', '--dead-letters', ...argv])

    expect([code, err]).toEqual([2, said])
  })

  test('says in words that there is no such queue', async () => {
    const { code, err } = await cli(['redrive', '--dead-letters', '--queue', `${queue.url}-other`])

    expect(code).toBe(1)
    expect(err).toMatch(
      /^QueueDoesNotExist: there is no such table, queue, bucket, bus or secret in this region\..* --queue /,
    )
  })
})
