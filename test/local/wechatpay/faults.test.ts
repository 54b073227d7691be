import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultName, faultApplies } from '../../../lib/local/wechatpay/faults.ts'
import {
  addOrder,
  honestQuery,
  honestSync,
  isSignedBy,
  isUnsigned,
  type Response,
  type Scene,
  startScene,
} from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'serviceorder', 'ORDER1')
})
afterEach(() => scene.world.close())

const sync = () => scene.send(honestSync('serviceorder', 'ORDER1'))
const isRight = (answer: Response) => isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)
const until = (isSo: () => boolean) => expect.poll(isSo).toBe(true)
const nobodyAnswers = (promise: Promise<unknown>) => Promise.race([promise.then(() => 'answered'), wait(100)])
const wait = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, 'waiting'))

/** The order afterwards and the record of the call must tell the same story. */
const expectApplied = (fault: FaultName, applied: boolean) => {
  expect(scene.world.order('1900000109', 'ORDER1').state).toBe(applied ? 'paid' : 'finished')
  expect(scene.world.history.calls[0]).toMatchObject({ fault, applied })
  expect(faultApplies(fault)).toBe(applied)
}

describe('no whole answer', () => {
  it.each([
    ['no-answer', false],
    ['no-answer-after-applying', true],
  ] as const)('%s: the client waits, for ever if it likes', async (fault, applied) => {
    scene.world.faultNext({ fault })

    const outcome = await nobodyAnswers(sync().catch(() => 'hung up'))

    expect(outcome).toBe('waiting')
    expectApplied(fault, applied)
    expect(scene.world.history.calls[0]).toMatchObject({ status: 0, end: Number.POSITIVE_INFINITY })
  })

  it.each([
    ['reset-before-applying', false],
    ['reset-after-applying', true],
  ] as const)('%s', async (fault, applied) => {
    scene.world.faultNext({ fault })

    await expect(sync()).rejects.toMatchObject({ code: 'ECONNRESET' })

    expectApplied(fault, applied)
    expect(scene.world.history.calls[0]?.status).toBe(0)
  })

  it('half-a-body: more was announced than comes', async () => {
    scene.world.faultNext({ fault: 'half-a-body' })

    await expect(sync()).rejects.toMatchObject({ code: 'ECONNRESET' })

    expectApplied('half-a-body', true)
    expect(scene.world.history.calls[0]?.status).toBe(200)
  })

  it('half-a-body: even of an answer that has none', async () => {
    addOrder(scene, 'partner', 'ORDER2')
    scene.world.faultNext({ fault: 'half-a-body' })

    await expect(scene.send(honestSync('partner', 'ORDER2'))).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('an answer that must not be believed', () => {
  const answerWith = async (fault: FaultName, more: { seconds?: number } = {}) => {
    scene.world.faultNext({ fault, ...more })
    return sync()
  }

  it('wrong-signature: one bit of it is another', async () => {
    const answer = await answerWith('wrong-signature')

    expect(answer.status).toBe(200)
    expect(Buffer.from(answer.headers['wechatpay-signature'] ?? '', 'base64')).toHaveLength(256)
    expect(isRight(answer)).toBe(false)
    expectApplied('wrong-signature', true)
  })

  it('signtest-signature: it begins as WeChat Pay’s probes do', async () => {
    const answer = await answerWith('signtest-signature')

    expect(answer.headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\/[A-Za-z0-9+/]+=*$/)
    expect(isRight(answer)).toBe(false)
    expectApplied('signtest-signature', true)
  })

  it.each([
    ['stale-time', 600, '1795486800'],
    ['stale-time', 301, '1795487099'],
    ['future-time', 600, '1795488000'],
    ['future-time', 301, '1795487701'],
  ] as const)('%s of %i seconds: rightly signed, at the wrong time', async (fault, seconds, timestamp) => {
    const answer = await answerWith(fault, { seconds })

    expect(answer.headers['wechatpay-timestamp']).toBe(timestamp)
    expect(isRight(answer)).toBe(true)
    expectApplied(fault, true)
  })

  it('unknown-serial: rightly signed, with the key of nobody', async () => {
    const answer = await answerWith('unknown-serial')

    expect(answer.headers['wechatpay-serial']).toMatch(/^PUB_KEY_ID_0\d{33}$/)
    expect(answer.headers['wechatpay-serial']).not.toBe(scene.world.keyId)
    expectApplied('unknown-serial', true)
  })

  it('unsigned: the honest answer without the four headers', async () => {
    const answer = await answerWith('unsigned')

    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body).out_order_no).toBe('ORDER1')
    expect(isUnsigned(answer)).toBe(true)
    expectApplied('unsigned', true)
  })

  it('other-order: rightly signed, and about somebody else’s order', async () => {
    const answer = await answerWith('other-order')

    expect(JSON.parse(answer.body)).toMatchObject({ mchid: '1900000109', out_order_no: 'SOMEBODY-ELSES-ORDER' })
    expect(isRight(answer)).toBe(true)
    expectApplied('other-order', true)
  })

  it('unsigned-4xx: it looks as if the request were wrong', async () => {
    const answer = await answerWith('unsigned-4xx')

    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).code).toBe('PARAM_ERROR')
    expect(isUnsigned(answer)).toBe(true)
    expectApplied('unsigned-4xx', false)
  })

  it.each([
    ['unsigned-5xx', false],
    ['unsigned-5xx-after-applying', true],
  ] as const)('%s: a page of HTML from a proxy', async (fault, applied) => {
    const answer = await answerWith(fault)

    expect(answer.status).toBe(502)
    expect(answer.headers['content-type']).toBe('text/html')
    expect(isUnsigned(answer)).toBe(true)
    expectApplied(fault, applied)
  })
})

describe('an answer that is unusual', () => {
  it.each([
    ['throttled-429', 429, false],
    ['accepted-202', 202, false],
    ['bare-204', 204, true],
  ] as const)('%s', async (fault, status, applied) => {
    scene.world.faultNext({ fault })

    const answer = await sync()

    expect(answer.status).toBe(status)
    expect(isRight(answer)).toBe(true)
    expectApplied(fault, applied)
  })

  it('redirect: whoever follows it is seen', async () => {
    scene.world.faultNext({ fault: 'redirect' })

    const answer = await sync()
    const followed = await scene.send({
      ...honestQuery('serviceorder', 'ORDER1'),
      target: answer.headers.location ?? '',
    })

    expect(answer.status).toBe(302)
    expect(followed.status).toBe(404)
    expectApplied('redirect', false)
    expect(scene.world.history.calls[1]).toMatchObject({ kind: 'other', target: '/v3/payscore/moved' })
  })

  it.each([
    ['body-10-mib', 10_485_760],
    ['body-64-mib', 67_108_864],
  ] as const)('%s: a right answer, whoever takes it whole', async (fault, bytes) => {
    scene.world.faultNext({ fault })

    const answer = await sync()

    expect(answer.headers['content-length']).toBe(String(bytes))
    expect(Buffer.byteLength(answer.body)).toBe(bytes)
    expect(JSON.parse(answer.body).out_order_no).toBe('ORDER1')
    expect(isRight(answer)).toBe(true)
    expectApplied(fault, true)
  })

  it.each([
    ['packed-gzip', 'gzip'],
    ['packed-deflate', 'deflate'],
    ['packed-br', 'br'],
  ] as const)('%s: packed though nobody asked, and signed over what was packed', async (fault, coding) => {
    scene.world.faultNext({ fault })

    const answer = await sync()

    expect(answer.headers['content-encoding']).toBe(coding)
    expect(JSON.parse(answer.body).out_order_no).toBe('ORDER1')
    expect(isRight(answer)).toBe(true)
    expectApplied(fault, true)
  })

  it('packed-32-mib: a few bytes on the wire, and the answer of another once unpacked', async () => {
    scene.world.faultNext({ fault: 'packed-32-mib' })

    const answer = await sync()

    expect(Number(answer.headers['content-length'])).toBeLessThan(65_536)
    expect(answer.body).toHaveLength(33_554_432)
    expectApplied('packed-32-mib', true)
  })

  it('packed-half: cannot be unpacked', async () => {
    scene.world.faultNext({ fault: 'packed-half' })

    await expect(sync()).rejects.toMatchObject({ code: 'Z_BUF_ERROR' })
    expectApplied('packed-half', true)
  })

  it('packed-unknown: said to be packed by what nobody knows', async () => {
    scene.world.faultNext({ fault: 'packed-unknown' })

    const answer = await sync()

    expect(answer.headers['content-encoding']).toBe('compress')
    expectApplied('packed-unknown', true)
  })

  it('byte-order-mark: stands before the body, and is signed with it', async () => {
    scene.world.faultNext({ fault: 'byte-order-mark' })

    const answer = await sync()

    expect(answer.body.startsWith('\ufeff{')).toBe(true)
    expect(isRight(answer)).toBe(true)
    expectApplied('byte-order-mark', true)
  })

  it('slow-answer: the order is paid long before the client hears of it', async () => {
    scene.world.faultNext({ fault: 'slow-answer', delayMs: 300 })

    const answering = sync()
    await until(() => scene.world.order('1900000109', 'ORDER1').state === 'paid')
    const meanwhile = { ...scene.world.history.calls[0] }
    const answer = await answering

    expect(meanwhile).toMatchObject({ status: 0, end: Number.POSITIVE_INFINITY })
    expect(answer.status).toBe(200)
    expectApplied('slow-answer', true)
  })

  it('late-request: the order is paid after the client has gone', async () => {
    scene.world.faultNext({ fault: 'late-request', delayMs: 300 })

    const hangUp = new AbortController()
    const gone = scene.send(honestSync('serviceorder', 'ORDER1'), hangUp.signal).catch(() => 'gone')
    await until(() => scene.world.history.calls[0]?.fault === 'late-request')
    hangUp.abort()
    const stateBefore = scene.world.order('1900000109', 'ORDER1').state
    await until(() => scene.world.order('1900000109', 'ORDER1').state !== stateBefore)

    expect(await gone).toBe('gone')
    expect(stateBefore).toBe('finished')
    expectApplied('late-request', true)
    expect(scene.world.history.calls[0]?.status).toBe(0)
  })

  it('late-request: a client that waits is answered', async () => {
    scene.world.faultNext({ fault: 'late-request', delayMs: 50 })

    const answer = await sync()

    expect(answer.status).toBe(200)
    expect(isRight(answer)).toBe(true)
  })
})

describe('faults', () => {
  it('strike as often as was said, and only where they were meant', async () => {
    addOrder(scene, 'serviceorder', 'ORDER2')
    scene.world.faultNext({ fault: 'throttled-429', match: { out_order_no: 'ORDER2' }, times: 2 })

    const statuses = []
    for (const out_order_no of ['ORDER2', 'ORDER1', 'ORDER2', 'ORDER2']) {
      statuses.push((await scene.send(honestQuery('serviceorder', out_order_no))).status)
    }

    expect(statuses).toEqual([429, 200, 429, 200])
  })

  it('do not sign what is never signed', async () => {
    const request = honestSync('serviceorder', 'ORDER1')
    scene.world.faultNext({ fault: 'slow-answer', delayMs: 1 })

    const answer = await scene.send({ ...request, headers: { ...request.headers, Authorization: 'none' } })

    expect(answer.status).toBe(401)
    expect(isUnsigned(answer)).toBe(true)
  })

  it('damage a refusal as well, which applies nothing', async () => {
    scene.world.faultNext({ fault: 'wrong-signature' })

    const answer = await scene.send(honestSync('serviceorder', 'NO-SUCH-ORDER'))

    expect(answer.status).toBe(404)
    expect(isRight(answer)).toBe(false)
    expect(scene.world.history.calls[0]).toMatchObject({ fault: 'wrong-signature', applied: false })
  })

  it('strike now and then, the same again for the same chance', async () => {
    const run = async () => {
      const chance = [0.9, 0.1, 0.99, 0.5, 0.4, 0.0]
      scene.world.faultOften({
        faults: ['throttled-429', 'accepted-202'],
        probability: 0.5,
        random: () => chance.shift() ?? 0.9,
        match: { kind: 'query' },
      })
      const statuses = []
      for (let calls = 0; calls < 5; calls++) {
        statuses.push((await scene.send(honestQuery('serviceorder', 'ORDER1'))).status)
      }
      scene.world.behave()
      return statuses
    }

    const first = await run()
    const second = await run()

    expect(first).toEqual([200, 202, 200, 429, 200])
    expect(second).toEqual(first)
  })

  it('can be taken back', async () => {
    const takeBack = scene.world.faultOften({ faults: ['throttled-429'], probability: 1, random: () => 0 })
    const during = await sync()

    takeBack()
    const afterwards = await sync()

    expect([during.status, afterwards.status]).toEqual([429, 200])
  })
})
