import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  API_NAMES,
  APPID,
  type Api,
  addOrder,
  DIRECT,
  honestQuery,
  honestRequest,
  honestSync,
  isSignedBy,
  refusalOf,
  type Scene,
  SERVICE_ID,
  startScene,
} from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
})
afterEach(() => scene.world.close())

const json = ({ body }: { body: string }) => JSON.parse(body)

describe('an honest sync', () => {
  it('of a payafter order is answered with four fields and makes it USER_PAID by the merchant’s channel', async () => {
    const { order_id } = addOrder(scene, 'payafter-orders', 'ORDER1')

    const answer = await scene.send(honestSync('payafter-orders', 'ORDER1'))
    const after = json(await scene.send(honestQuery('payafter-orders', 'ORDER1')))

    expect(answer.status).toBe(200)
    expect(json(answer)).toEqual({ appid: APPID, mchid: '1900000109', out_order_no: 'ORDER1', order_id })
    expect(after).toMatchObject({ state: 'USER_PAID', pay_type: 'MchChannelPayType', pay_succ_time: '20261124102915' })
    expect(after).not.toHaveProperty('finish_transaction_id')
  })

  it('of a service order is answered with the whole order, DONE and paid by the merchant’s channel', async () => {
    addOrder(scene, 'serviceorder', 'ORDER1')

    const answer = await scene.send(honestSync('serviceorder', 'ORDER1'))

    expect(answer.status).toBe(200)
    expect(json(answer)).toMatchObject({
      appid: APPID,
      mchid: '1900000109',
      service_id: SERVICE_ID,
      out_order_no: 'ORDER1',
      state: 'DONE',
      total_amount: 3900,
      need_collection: true,
      openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      collection: {
        state: 'USER_PAID',
        total_amount: 3900,
        paying_amount: 0,
        paid_amount: 3900,
        details: [{ seq: 1, amount: 3900, paid_type: 'MCH', paid_time: '20261124102915' }],
      },
    })
    expect(json(answer)).not.toHaveProperty('state_description')
  })

  it.each(['partner', 'acquiringbank'] as const)(
    'of a %s order is answered 204, and a query shows it DONE',
    async (api) => {
      addOrder(scene, api, 'ORDER1')

      const answer = await scene.send(honestSync(api, 'ORDER1'))
      const after = json(await scene.send(honestQuery(api, 'ORDER1')))

      expect(answer.status).toBe(204)
      expect(answer.body).toBe('')
      expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
      expect(after).toMatchObject({ state: 'DONE', sub_mchid: '1900000202', sub_openid: expect.any(String) })
      expect(after.collection.details).toEqual([
        { seq: 1, amount: 3900, paid_type: 'MCH', paid_time: '20261124102915' },
      ])
    },
  )

  it('may name a day instead of a time', async () => {
    addOrder(scene, 'serviceorder', 'ORDER1')
    const body = `{"appid":"${APPID}","service_id":"${SERVICE_ID}","type":"Order_Paid","detail":{"paid_time":"20261124"}}`

    const answer = await scene.send(honestSync('serviceorder', 'ORDER1', body))

    expect(json(answer).collection.details[0].paid_time).toBe('20261124000000')
  })

  it('may send its members in any order and with white space', async () => {
    addOrder(scene, 'payafter-orders', 'ORDER1')
    const body = `{ "detail": { "paid_time": "20261124102915" },\n"type": "Order_Paid", "service_id": "${SERVICE_ID}", "appid": "${APPID}" }`

    const answer = await scene.send(honestSync('payafter-orders', 'ORDER1', body))

    expect(answer.status).toBe(200)
  })

  it('may name an order with every character that a number can have', async () => {
    addOrder(scene, 'payafter-orders', 'aZ09_-|*')

    const answer = await scene.send(honestSync('payafter-orders', 'aZ09_-|*'))

    expect(answer.status).toBe(200)
    expect(scene.world.history.calls[0]?.target).toBe('/v3/payscore/payafter-orders/aZ09_-%7C*/sync')
  })
})

describe('a sync of an order that is not waiting for its payment', () => {
  const refusals = {
    created: { status: 400, code: 'INVALID_REQUEST', number: 271302332 },
    accepted: { status: 400, code: 'INVALID_REQUEST', number: 271302262 },
    revoked: { status: 400, code: 'INVALID_REQUEST', number: 271302333 },
    expired: { status: 400, code: 'INVALID_REQUEST', number: 271302262 },
  } as const
  const states = ['created', 'accepted', 'revoked', 'expired'] as const
  const direct = ['payafter-orders', 'serviceorder', 'partner'] as const

  it.each(direct.flatMap((api) => states.map((state) => [api, state] as const)))(
    'is refused: %s, %s',
    async (api, state) => {
      const order = addOrder(scene, api, 'ORDER1', state)

      const answer = await scene.send(honestSync(api, 'ORDER1'))

      expect(refusalOf(answer)).toEqual(refusals[state])
      expect(order.state).toBe(state)
      expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
    },
  )

  it.each([
    ['accepted', 'INVALID_ORDER_STATE'],
    ['revoked', 'ORDER_CANCELED'],
    ['expired', 'INVALID_ORDER_STATE'],
  ] as const)('is refused to an institution by a code of its own: %s', async (state, code) => {
    addOrder(scene, 'acquiringbank', 'ORDER1', state)

    const answer = await scene.send(honestSync('acquiringbank', 'ORDER1'))

    expect(refusalOf(answer)).toMatchObject({ status: 400, code })
  })

  it.each(API_NAMES)('is told to wait while a charge runs, and taken when it has failed: %s', async (api) => {
    const order = addOrder(scene, api, 'ORDER1')
    scene.world.chargeStarts(order)

    const during = await scene.send(honestSync(api, 'ORDER1'))
    scene.world.chargeFails(order)
    const afterwards = await scene.send(honestSync(api, 'ORDER1'))

    expect(refusalOf(during)).toEqual({ status: 400, code: 'INVALID_REQUEST', number: 271316754 })
    expect(json(during).message).toContain('单据正在扣款中')
    expect(afterwards.status).toBeLessThan(300)
  })

  it.each(API_NAMES)('is ORDER_DONE once WeChat Pay Score has charged: %s', async (api) => {
    scene.world.payscoreCharges(addOrder(scene, api, 'ORDER1'))

    const answer = await scene.send(honestSync(api, 'ORDER1'))

    expect(refusalOf(answer)).toMatchObject({ status: 400, code: 'ORDER_DONE' })
  })
})

describe('a repeated sync', () => {
  it.each(API_NAMES)('is ORDER_DONE by default: %s', async (api) => {
    addOrder(scene, api, 'ORDER1')
    await scene.send(honestSync(api, 'ORDER1'))

    const second = await scene.send(honestSync(api, 'ORDER1'))

    expect(refusalOf(second)).toMatchObject({ status: 400, code: 'ORDER_DONE' })
    expect(scene.world.history.posts('ORDER1').map(({ applied }) => applied)).toEqual([true, false])
  })

  it.each(API_NAMES)('can be answered like the first one: %s', async (api) => {
    const lenient = await startScene({ repeatedSync: 'same answer' })
    addOrder(lenient, api, 'ORDER1')

    const first = await lenient.send(honestSync(api, 'ORDER1'))
    const second = await lenient.send(honestSync(api, 'ORDER1'))
    await lenient.world.close()

    expect([second.status, second.body]).toEqual([first.status, first.body])
  })

  it('is ORDER_DONE all the same when WeChat Pay Score has charged', async () => {
    const lenient = await startScene({ repeatedSync: 'same answer' })
    lenient.world.payscoreCharges(addOrder(lenient, 'serviceorder', 'ORDER1'))

    const answer = await lenient.send(honestSync('serviceorder', 'ORDER1'))
    await lenient.world.close()

    expect(refusalOf(answer)).toMatchObject({ status: 400, code: 'ORDER_DONE' })
  })
})

describe('a query', () => {
  const shown = async (api: Api) => json(await scene.send(honestQuery(api, 'ORDER1')))

  it('follows a payafter order through its flat states', async () => {
    const order = addOrder(scene, 'payafter-orders', 'ORDER1', 'created')
    const states = [(await shown('payafter-orders')).state]

    scene.world.customerAccepts(order)
    states.push((await shown('payafter-orders')).state)
    scene.world.merchantCompletes(order, 4200)
    states.push((await shown('payafter-orders')).state)
    const transaction_id = scene.world.payscoreCharges(order)
    const paid = await shown('payafter-orders')

    expect(states).toEqual(['CREATED', 'USER_ACCEPTED', 'FINISHED'])
    expect(paid).toMatchObject({ state: 'USER_PAID', total_amount: 4200, finish_transaction_id: transaction_id })
    expect(paid).not.toHaveProperty('pay_type')
  })

  it('follows a service order through state, description and collection', async () => {
    const order = addOrder(scene, 'serviceorder', 'ORDER1', 'created')
    const created = await shown('serviceorder')
    scene.world.customerAccepts(order)
    const accepted = await shown('serviceorder')
    scene.world.merchantCompletes(order)
    const completed = await shown('serviceorder')
    const transaction_id = scene.world.payscoreCharges(order, '4200001234567890')
    const paid = await shown('serviceorder')

    expect(created).toMatchObject({ state: 'CREATED' })
    expect(accepted).toMatchObject({ state: 'DOING', state_description: 'USER_CONFIRM' })
    expect(completed).toMatchObject({
      state: 'DOING',
      state_description: 'MCH_COMPLETE',
      collection: { state: 'USER_PAYING', paying_amount: 3900, paid_amount: 0 },
    })
    expect(transaction_id).toBe('4200001234567890')
    expect(paid.collection.details).toEqual([
      { seq: 1, amount: 3900, paid_type: 'NEWTON', paid_time: '20261124103000', transaction_id: '4200001234567890' },
    ])
  })

  it.each([
    ['revoked', 'REVOKED'],
    ['expired', 'EXPIRED'],
  ] as const)('shows an order that is %s as %s in both families', async (state, word) => {
    addOrder(scene, 'payafter-orders', 'ORDER1', state)
    addOrder(scene, 'serviceorder', 'ORDER2', state)

    const flat = json(await scene.send(honestQuery('payafter-orders', 'ORDER1')))
    const service = json(await scene.send(honestQuery('serviceorder', 'ORDER2')))

    expect([flat.state, service.state]).toEqual([word, word])
  })

  it('shows both payments when a charge lands after a sync', async () => {
    const service = addOrder(scene, 'serviceorder', 'ORDER1')
    const flat = addOrder(scene, 'payafter-orders', 'ORDER2')
    await scene.send(honestSync('serviceorder', 'ORDER1'))
    await scene.send(honestSync('payafter-orders', 'ORDER2'))

    scene.world.payscoreCharges(service)
    const transaction_id = scene.world.payscoreCharges(flat)
    const both = json(await scene.send(honestQuery('serviceorder', 'ORDER1')))
    const marks = json(await scene.send(honestQuery('payafter-orders', 'ORDER2')))

    expect(both.collection.paid_amount).toBe(7800)
    expect(both.collection.details.map((detail: { paid_type: string }) => detail.paid_type)).toEqual(['MCH', 'NEWTON'])
    expect(marks).toMatchObject({ finish_transaction_id: transaction_id, pay_type: 'MchChannelPayType' })
  })

  it('shows an order of 0 yuan as done, with nothing to collect', async () => {
    const order = addOrder(scene, 'serviceorder', 'ORDER1', 'accepted')

    scene.world.merchantCompletes(order, 0)
    const answer = await shown('serviceorder')

    expect(answer).toMatchObject({ state: 'DONE', need_collection: false })
    expect(answer).not.toHaveProperty('collection')
  })

  it('finds an order by the number that the confirmation page gave the customer’s phone', async () => {
    addOrder(scene, 'serviceorder', 'ORDER1')
    const query_id = Buffer.from('1900000109 ORDER1').toString('base64url')
    const target = `/v3/payscore/serviceorder?service_id=${SERVICE_ID}&appid=${APPID}&query_id=${query_id}`

    const answer = await scene.send(honestRequest(DIRECT, { method: 'GET', target, body: '' }))

    expect(json(answer).out_order_no).toBe('ORDER1')
    expect(scene.world.history.queries('ORDER1')).toHaveLength(1)
  })

  it('can be made to show what no order honestly is', async () => {
    const order = addOrder(scene, 'serviceorder', 'ORDER1')

    scene.world.showInstead(order, { state: 'WAIT_PAY', collection: undefined })
    const odd = await shown('serviceorder')
    scene.world.showInstead(order, undefined)
    const honest = await shown('serviceorder')

    expect(odd.state).toBe('WAIT_PAY')
    expect(odd).not.toHaveProperty('collection')
    expect(honest.state).toBe('DOING')
  })
})

describe('orders', () => {
  it('are nobody else’s: not another merchant’s, not the other family’s, not another number’s', async () => {
    addOrder(scene, 'serviceorder', 'ORDER1')
    addOrder(scene, 'partner', 'ORDER2')

    const answers = await Promise.all([
      scene.send(honestSync('payafter-orders', 'ORDER1')),
      scene.send(honestQuery('payafter-orders', 'ORDER1')),
      scene.send(honestSync('partner', 'ORDER1')),
      scene.send(honestSync('serviceorder', 'ORDER2')),
      scene.send(honestSync('serviceorder', 'order1')),
    ])

    for (const answer of answers) {
      expect(refusalOf(answer)).toEqual({ status: 404, code: 'ORDER_NOT_EXIST', number: 271317510 })
    }
  })

  it('cannot go ways that there are not', () => {
    const paid = addOrder(scene, 'serviceorder', 'ORDER1')
    scene.world.payscoreCharges(paid)
    const created = addOrder(scene, 'serviceorder', 'ORDER2', 'created')

    expect(() => scene.world.payscoreCharges(paid)).toThrow('order ORDER1 has been charged already')
    expect(() => scene.world.merchantCancels(paid)).toThrow('order ORDER1 is paid: it cannot be cancelled')
    expect(() => scene.world.merchantCompletes(created)).toThrow('order ORDER2 is created: it cannot be completed')
    expect(() => scene.world.merchantLowers(created, 1)).toThrow('order ORDER2 is created: its sum cannot be lowered')
    expect(() => scene.world.chargeStarts(created)).toThrow('order ORDER2 is created: it cannot be charged')
    expect(() => addOrder(scene, 'serviceorder', 'ORDER2')).toThrow('1900000109 already has an order ORDER2')
  })

  it('refuse two calls that come too close, if so wanted', async () => {
    const hasty = await startScene({ minMsBetweenCalls: 1000 })
    addOrder(hasty, 'serviceorder', 'ORDER1')
    const start = Date.UTC(2026, 10, 24, 2, 30)

    const first = await hasty.send(honestQuery('serviceorder', 'ORDER1'))
    hasty.setNow(start + 999)
    const second = await hasty.send(honestQuery('serviceorder', 'ORDER1'))
    hasty.setNow(start + 1999)
    const third = await hasty.send(honestQuery('serviceorder', 'ORDER1'))
    await hasty.world.close()

    expect([first.status, second.status, third.status]).toEqual([200, 429, 200])
  })
})

describe('the echo', () => {
  const echo = (body: string) =>
    scene.send(honestRequest(DIRECT, { method: 'POST', target: '/v3/security/echo', body }))

  it('says back what it was told, signed', async () => {
    const answer = await echo('{"echo_message":"你好"}')

    expect(answer.body).toBe('{"echo_message":"你好"}')
    expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
  })

  it('wants its one member and no other', async () => {
    const none = await echo('{}')
    const text = await echo('"a"')
    const two = await echo('{"echo_message":"a","b":"c"}')

    expect(refusalOf(none)).toEqual({ status: 400, code: 'PARAM_ERROR', number: 268435461 })
    expect(refusalOf(text)).toEqual({ status: 400, code: 'PARAM_ERROR', number: 268435461 })
    expect(refusalOf(two)).toEqual({ status: 400, code: 'PARAM_ERROR', number: 270924358 })
  })
})
