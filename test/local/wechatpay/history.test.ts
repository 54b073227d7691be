import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWechatpay } from '../../../lib/local/wechatpay/wechatpay.ts'
import {
  addOrder,
  DIRECT,
  honestQuery,
  honestRequest,
  honestSync,
  NOW,
  type Scene,
  send,
  startScene,
  syncBody,
} from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'serviceorder', 'A|B*C')
  addOrder(scene, 'serviceorder', 'ORDER2')
})
afterEach(() => scene.world.close())

/** Until the first request is in the history. */
const hasArrived = () => expect.poll(() => scene.world.history.calls.length > 0).toBe(true)

describe('the history', () => {
  it('keeps each request as it came, and what became of it', async () => {
    await scene.send(honestSync('serviceorder', 'A|B*C'))

    expect(scene.world.history.calls).toEqual([
      {
        at: NOW,
        method: 'POST',
        target: '/v3/payscore/serviceorder/A%7CB*C/sync',
        headers: ['Host', 'Authorization', 'Accept', 'Accept-Encoding', 'User-Agent', 'Content-Type', 'Content-Length'],
        acceptEncoding: 'identity',
        body: syncBody('serviceorder'),
        mchid: '1900000109',
        out_order_no: 'A|B*C',
        kind: 'sync',
        status: 200,
        refusal: undefined,
        fault: undefined,
        applied: true,
        start: expect.any(Number),
        end: expect.any(Number),
      },
    ])
  })

  it('tells the kinds of requests apart, the forged ones as well', async () => {
    const echo = { method: 'POST', target: '/v3/security/echo', body: '{"echo_message":"a"}' }
    await scene.send(honestRequest(DIRECT, echo))
    await scene.send(honestQuery('serviceorder', 'ORDER2'))
    await scene.send({ ...honestSync('serviceorder', 'ORDER2'), headers: { Accept: '*/*', 'User-Agent': 'x' } })
    await scene.send(honestRequest(DIRECT, { method: 'GET', target: '/v3/certificates', body: '' }))

    const kinds = scene.world.history.calls.map(({ kind, mchid, status }) => [kind, mchid, status])

    expect(kinds).toEqual([
      ['echo', '1900000109', 200],
      ['query', '1900000109', 200],
      ['sync', '', 401],
      ['other', '1900000109', 404],
    ])
  })

  it('answers for one order', async () => {
    await scene.send(honestSync('serviceorder', 'A|B*C'))
    await scene.send(honestSync('serviceorder', 'A|B*C'))
    await scene.send(honestQuery('serviceorder', 'A|B*C'))
    await scene.send(honestQuery('serviceorder', 'ORDER2'))

    const { posts, queries } = scene.world.history

    expect(posts('A|B*C').map(({ applied }) => applied)).toEqual([true, false])
    expect(queries('A|B*C')).toHaveLength(1)
    expect(posts('ORDER2')).toHaveLength(0)
    expect(posts('ORDER3')).toHaveLength(0)
  })

  it('can be cleared', async () => {
    await scene.send(honestQuery('serviceorder', 'ORDER2'))

    scene.world.history.clear()

    expect(scene.world.history.calls).toEqual([])
    expect(scene.world.history.queries('ORDER2')).toEqual([])
  })

  it('goes by the clock that WeChat Pay was given', async () => {
    scene.setNow(NOW + 1234)
    await scene.send(honestQuery('serviceorder', 'ORDER2'))

    expect(scene.world.history.calls[0]?.at).toBe(NOW + 1234)
  })
})

describe('overlaps', () => {
  it('are calls for one order that are out at once', async () => {
    scene.world.faultNext({ fault: 'slow-answer', delayMs: 300 })

    const slow = scene.send(honestQuery('serviceorder', 'ORDER2'))
    await hasArrived()
    await scene.send(honestSync('serviceorder', 'ORDER2'))
    await slow

    const pairs = scene.world.history.overlaps()

    expect(pairs.map((pair) => pair.map(({ kind }) => kind))).toEqual([['query', 'sync']])
  })

  it('are not calls one after the other, nor for two orders, nor of two merchants', async () => {
    addOrder(scene, 'partner', 'ORDER2')
    scene.world.faultNext({ fault: 'slow-answer', delayMs: 300 })

    const slow = scene.send(honestQuery('serviceorder', 'ORDER2'))
    await hasArrived()
    await scene.send(honestQuery('serviceorder', 'A|B*C'))
    await scene.send(honestQuery('partner', 'ORDER2'))
    await slow
    await scene.send(honestQuery('serviceorder', 'ORDER2'))

    expect(scene.world.history.overlaps()).toEqual([])
  })

  it('last until a client that gets no answer hangs up', async () => {
    scene.world.faultNext({ fault: 'no-answer' })

    void scene.send(honestQuery('serviceorder', 'ORDER2')).catch(() => {})
    await hasArrived()
    await scene.send(honestQuery('serviceorder', 'ORDER2'))

    expect(scene.world.history.overlaps()).toHaveLength(1)
  })
})

describe('the server', () => {
  it('says that it drops idle connections after eight seconds', async () => {
    const answer = await fetch(scene.world.origin)

    expect(answer.headers.get('keep-alive')).toBe('timeout=8')
  })

  it('ends at once, even with a client that still waits', async () => {
    const world = await startWechatpay()
    world.faultNext({ fault: 'no-answer' })
    const waiting = send(world.origin, honestQuery('serviceorder', 'ORDER2'))
    const ending = expect(waiting).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expect.poll(() => world.history.calls.length > 0).toBe(true)

    await world.close()

    await ending
  })
})
