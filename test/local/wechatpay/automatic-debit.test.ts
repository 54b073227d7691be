import { describe, expect, it, onTestFinished } from 'vitest'
import { addOrder, honestQuery, honestSync, NOW, refusalOf, startScene } from './test-client.ts'

const open = async (debitAfterMs?: number) => {
  const scene = await startScene(debitAfterMs === undefined ? {} : { debitAfterMs })
  onTestFinished(() => scene.world.close())
  const order = addOrder(scene, 'serviceorder', 'ORDER1', 'accepted')
  const shown = async () => JSON.parse((await scene.send(honestQuery('serviceorder', 'ORDER1'))).body)
  return { ...scene, order, shown }
}

describe('an order that the merchant has completed', () => {
  it('is debited by WeChat Pay itself a minute later, and no sync is taken any more', async () => {
    const { world, setNow, send, order, shown } = await open()

    world.merchantCompletes(order)
    setNow(NOW + 59_999)
    const before = await shown()
    setNow(NOW + 60_000)
    const sync = await send(honestSync('serviceorder', 'ORDER1'))
    const after = await shown()

    expect(before).toMatchObject({ state: 'DOING', collection: { state: 'USER_PAYING', paying_amount: 3900 } })
    expect(refusalOf(sync)).toMatchObject({ status: 400, code: 'ORDER_DONE' })
    expect(after).toMatchObject({
      state: 'DONE',
      collection: { details: [{ paid_type: 'NEWTON', amount: 3900, paid_time: '20261124103100' }] },
    })
  })

  it.each([
    ['the customer has no money', Number.POSITIVE_INFINITY, 'nothing'],
    ['it was synced before', undefined, 'sync'],
    ['it was cancelled before', undefined, 'cancel'],
  ] as const)('is not debited where %s', async (_, debitAfterMs, then) => {
    const { world, setNow, send, order } = await open(debitAfterMs)

    world.merchantCompletes(order)
    if (then === 'sync') await send(honestSync('serviceorder', 'ORDER1'))
    if (then === 'cancel') world.merchantCancels(order)
    setNow(NOW + 24 * 3_600_000)
    const [seen] = world.orders()

    expect(seen?.payments.filter(({ paid_type }) => paid_type === 'NEWTON')).toEqual([])
  })

  it('is done at once when it was completed with 0', async () => {
    const { world, setNow, order } = await open()

    world.merchantCompletes(order, 0)
    setNow(NOW + 24 * 3_600_000)

    expect(world.order('1900000109', 'ORDER1')).toMatchObject({ state: 'paid', payments: [] })
  })
})
