import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addOrder, honestQuery, isSignedBy, type Scene, startScene } from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'serviceorder', 'ORDER1')
})
afterEach(() => scene.world.close())

const askWith = (accept: Record<string, string>) => {
  const { 'Accept-Encoding': _, ...headers } = honestQuery('serviceorder', 'ORDER1').headers
  return scene.send({ ...honestQuery('serviceorder', 'ORDER1'), headers: { ...headers, ...accept } })
}

describe('an answer is packed', () => {
  it.each([
    {},
    { 'Accept-Encoding': 'gzip' },
    { 'accept-encoding': 'br, GZIP;q=0.5' },
    { 'Accept-Encoding': 'x-gzip' },
    { 'Accept-Encoding': 'identity;q=0.1, *' },
  ])('where the request allows it, by %j, and signed over what was packed', async (accept) => {
    const answer = await askWith(accept)

    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(answer.body).out_order_no).toBe('ORDER1')
    expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
  })
})

describe('an answer is as it is', () => {
  it.each([
    { 'Accept-Encoding': 'identity' },
    { 'Accept-Encoding': '' },
    { 'Accept-Encoding': 'br' },
    { 'Accept-Encoding': 'gzip;q=0, identity' },
    { 'Accept-Encoding': '*;q=0' },
  ])('where the request says so, by %j', async (accept) => {
    const answer = await askWith(accept)

    expect(answer.headers).not.toHaveProperty('content-encoding')
    expect(JSON.parse(answer.body).out_order_no).toBe('ORDER1')
  })
})
