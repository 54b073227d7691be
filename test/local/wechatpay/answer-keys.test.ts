import { createPublicKey, X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addOrder, honestQuery, isSignedBy, NOW, type Response, type Scene, startScene } from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'serviceorder', 'ORDER1')
})
afterEach(() => scene.world.close())

/** A query that asks for an answer by that key. */
const ask = (serial?: string): Promise<Response> => {
  const request = honestQuery('serviceorder', 'ORDER1')
  return scene.send({ ...request, headers: { ...request.headers, ...(serial && { 'Wechatpay-Serial': serial }) } })
}

describe('WeChat Pay’s keys', () => {
  it('begin with a public key, which signs for everybody', async () => {
    const answer = await ask()

    expect(scene.world.keyId).toMatch(/^PUB_KEY_ID_0\d{33}$/)
    expect(scene.world.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----/)
    expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
    expect(answer.headers['wechatpay-timestamp']).toBe('1795487400')
  })

  it('may be a platform certificate, known by its serial number', async () => {
    const { id, publicKeyPem } = scene.world.addPlatformCertificate()
    scene.world.answerWith(id)

    const answer = await ask()
    const certificate = new X509Certificate(publicKeyPem)

    expect(id).toMatch(/^[0-9A-F]{40}$/)
    expect(certificate.serialNumber).toBe(id)
    expect(certificate.validFromDate.getTime()).toBe(NOW - 86_400_000)
    expect(isSignedBy(answer, id, publicKeyPem)).toBe(true)
  })

  it('are chosen by the request once the switch has been started', async () => {
    const certificate = scene.world.addPlatformCertificate()
    scene.world.answerWith(certificate.id)

    const unasked = await ask()
    const asked = await ask(scene.world.keyId)
    const askedForOld = await ask(certificate.id)

    expect(unasked.headers['wechatpay-serial']).toBe(certificate.id)
    expect(isSignedBy(asked, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
    expect(askedForOld.headers['wechatpay-serial']).toBe(certificate.id)
  })

  it('are not chosen by the request before the switch', async () => {
    const certificate = scene.world.addPlatformCertificate()
    scene.world.answerWith(certificate.id, { followRequest: false })

    const asked = await ask(scene.world.keyId)

    expect(isSignedBy(asked, certificate.id, certificate.publicKeyPem)).toBe(true)
  })

  it('differ from one another', () => {
    const second = scene.world.addPublicKey()
    const third = scene.world.addPlatformCertificate()

    const keys = [scene.world.publicKeyPem, second.publicKeyPem, third.publicKeyPem].map((pem) =>
      createPublicKey(pem).export({ type: 'spki', format: 'pem' }),
    )

    expect(new Set(keys).size).toBe(3)
    expect(() => scene.world.answerWith('PUB_KEY_ID_0')).toThrow('WeChat Pay has no key PUB_KEY_ID_0')
  })

  it('sign for a request that names an unknown one with the standard key, if so wanted', async () => {
    const lenient = await startScene({ unknownSerial: 'ignored' })
    addOrder(lenient, 'serviceorder', 'ORDER1')
    const request = honestQuery('serviceorder', 'ORDER1')

    const answer = await lenient.send({
      ...request,
      headers: { ...request.headers, 'Wechatpay-Serial': 'PUB_KEY_ID_0' },
    })
    await lenient.world.close()

    expect(isSignedBy(answer, lenient.world.keyId, lenient.world.publicKeyPem)).toBe(true)
  })
})

describe('the headers of an answer', () => {
  it('are spelled differently from answer to answer', async () => {
    const names = []
    for (let calls = 0; calls < 3; calls++) {
      names.push((await ask()).rawHeaders.find((name) => name.toLowerCase() === 'wechatpay-signature'))
    }

    expect(names.toSorted()).toEqual(['WECHATPAY-SIGNATURE', 'Wechatpay-Signature', 'wechatpay-signature'])
  })

  it('can be spelled as WeChat Pay does', async () => {
    const tidy = await startScene({ headerCase: 'as written' })
    const request = honestQuery('serviceorder', 'ORDER1')

    const answers = [await tidy.send(request), await tidy.send(request)]
    await tidy.world.close()

    for (const { rawHeaders } of answers) expect(rawHeaders).toContain('Request-Id')
  })

  it('hold a request id that ends in 0 when all went well, and is never the same', async () => {
    const first = await ask()
    const second = await ask()

    expect(first.headers['request-id']).toMatch(/^08[0-9A-F]+-0$/)
    expect(second.headers['request-id']).not.toBe(first.headers['request-id'])
  })

  it('hold a nonce that is never the same', async () => {
    const first = await ask()
    const second = await ask()

    expect(first.headers['wechatpay-nonce']).toMatch(/^[0-9A-F]{32}$/)
    expect(second.headers['wechatpay-nonce']).not.toBe(first.headers['wechatpay-nonce'])
  })
})
