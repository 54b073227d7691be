import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyPair, serialNo } from '../../../lib/local/keys.ts'
import {
  addOrder,
  authorization,
  DIRECT,
  honestQuery,
  honestRequest,
  honestSync,
  isUnsigned,
  NOW,
  NOW_SECONDS,
  type Request,
  type Scene,
  startScene,
  syncBody,
} from './test-client.ts'

let scene: Scene
beforeEach(async () => {
  scene = await startScene()
  addOrder(scene, 'serviceorder', 'ORDER1')
})
afterEach(() => scene.world.close())

const POST = { method: 'POST', target: '/v3/payscore/serviceorder/ORDER1/sync', body: syncBody('serviceorder') }

const withAuthorization = (
  request: Request,
  change: (authorization: string) => string | readonly string[],
): Request => ({
  ...request,
  headers: { ...request.headers, Authorization: change(String(request.headers.Authorization)) },
})

const expectStranger = async (request: Request, message: string) => {
  const answer = await scene.send(request)

  expect({ status: answer.status, number: answer.number, ...JSON.parse(answer.body) }).toMatchObject({
    status: 401,
    number: 270924332,
    code: 'SIGN_ERROR',
    message,
  })
  expect(isUnsigned(answer)).toBe(true)
  expect(scene.world.order('1900000109', 'ORDER1').state).toBe('finished')
  expect(scene.world.history.calls.at(-1)).toMatchObject({ status: 401, applied: false })
}

const MALFORMED = 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》'
const MISMATCH = '错误的签名，验签失败'

describe('the form of an Authorization', () => {
  it('may have its five members in any order', async () => {
    const request = withAuthorization(honestRequest(DIRECT, POST), (text) => {
      const [scheme, members = ''] = text.split(' ')
      return `${scheme} ${members.split(',').reverse().join(',')}`
    })

    const answer = await scene.send(request)

    expect(answer.status).toBe(200)
  })

  it('must be there', async () => {
    const { Authorization, ...headers } = honestRequest(DIRECT, POST).headers

    await expectStranger({ ...POST, headers }, MALFORMED)
  })

  it('must be of the one type', async () => {
    const request = withAuthorization(honestRequest(DIRECT, POST), (text) => text.replace('RSA2048', 'RSA4096'))

    await expectStranger(request, 'Http头Authorization认证类型不正确')
  })

  const without = (name: string) => (text: string) =>
    text.replace(new RegExp(`${name}="[^"]*",?`), '').replace(/,$/, '')

  const spoilt: Readonly<Record<string, (text: string) => string | readonly string[]>> = {
    'a member twice': (text) => `${text},mchid="1900000109"`,
    'a member in place of another': (text) => text.replace('mchid=', 'appid='),
    'a member too many': (text) => `${text},appid="wx1"`,
    'a member without quotes': (text) => text.replace('mchid="1900000109"', 'mchid=1900000109'),
    'single quotes': (text) => text.replaceAll('"', "'"),
    'an empty member': (text) => text.replace('mchid="1900000109"', 'mchid=""'),
    'a space after a comma': (text) => text.replaceAll(',', ', '),
    'a timestamp in milliseconds': (text) => text.replace(/timestamp="(\d+)"/, 'timestamp="$1000"'),
    'a nonce of 33 characters': (text) => text.replace('nonce_str="', 'nonce_str="x'),
    'a nonce with a dash': (text) => text.replace(/nonce_str="./, 'nonce_str="-'),
    'a second one beside it': (text) => [text, text],
    'no mchid': without('mchid'),
    'no nonce_str': without('nonce_str'),
    'no signature': without('signature'),
    'no timestamp': without('timestamp'),
    'no serial_no': without('serial_no'),
  }

  it.each(Object.entries(spoilt))('must not have %s', async (_, change) => {
    await expectStranger(withAuthorization(honestRequest(DIRECT, POST), change), MALFORMED)
  })
})

describe('the timestamp', () => {
  const TOO_FAR = 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟'

  it.each([-300, 300])('may be %i seconds off', async (seconds) => {
    const answer = await scene.send(honestRequest(DIRECT, { ...POST, timestamp: NOW_SECONDS + seconds }))

    expect(answer.status).toBe(200)
  })

  it.each([-301, 301])('may not be %i seconds off', async (seconds) => {
    await expectStranger(honestRequest(DIRECT, { ...POST, timestamp: NOW_SECONDS + seconds }), TOO_FAR)
  })

  it('is looked at before the signature', async () => {
    const request = honestRequest({ ...DIRECT, privateKey: keyPair('somebody').privateKey }, { ...POST, timestamp: 1 })

    await expectStranger(request, MALFORMED)
    await expectStranger(honestRequest(DIRECT, { ...POST, timestamp: 1_554_208_460 }), TOO_FAR)
  })

  it('is held against WeChat Pay’s own clock', async () => {
    scene.setNow(NOW + 86_400_000)

    await expectStranger(honestRequest(DIRECT, POST), TOO_FAR)
  })
})

describe('the nonce', () => {
  it('may not come twice', async () => {
    await scene.send(
      honestRequest(DIRECT, { method: 'GET', target: '/v3/payscore/serviceorder', body: '', nonce: 'A1' }),
    )

    await expectStranger(honestRequest(DIRECT, { ...POST, nonce: 'A1' }), 'Http头Authorization中的nonce_str重复')
  })

  it('is not used up by a request that somebody else has signed', async () => {
    await expectStranger(
      honestRequest({ ...DIRECT, privateKey: keyPair('somebody').privateKey }, { ...POST, nonce: 'A1' }),
      MISMATCH,
    )

    const answer = await scene.send(honestRequest(DIRECT, { ...POST, nonce: 'A1' }))

    expect(answer.status).toBe(200)
  })

  it('may come again when its time is over, and not before', async () => {
    const query = { method: 'GET', target: '/v3/payscore/serviceorder', body: '', nonce: 'A1' }
    const at = async (seconds: number, timestamp: number) => {
      scene.setNow(NOW + seconds * 1000)
      return (await scene.send(honestRequest(DIRECT, { ...query, timestamp: NOW_SECONDS + timestamp }))).status
    }

    const first = await at(0, 300)
    const replayed = await at(600, 300)
    const muchLater = await at(1800, 1800)

    expect([first, replayed, muchLater]).toEqual([400, 401, 400])
  })
})

describe('the certificate', () => {
  const SERIAL = '商户证书序列号有误。请使用签名私钥匹配的证书序列号'

  it('must be one of the merchant’s', async () => {
    await expectStranger(honestRequest({ ...DIRECT, serial_no: serialNo() }, POST), SERIAL)
  })

  it('must be written as it was issued', async () => {
    const lower = { ...DIRECT, serial_no: DIRECT.serial_no.toLowerCase() }
    const decimal = { ...DIRECT, serial_no: BigInt(`0x${DIRECT.serial_no}`).toString() }

    await expectStranger(honestRequest(lower, POST), SERIAL)
    await expectStranger(honestRequest(decimal, POST), SERIAL)
  })

  it('must be of a merchant that there is', async () => {
    await expectStranger(honestRequest({ ...DIRECT, mchid: '1900000999' }, POST), SERIAL)
  })

  it('may be rotated: both are good, then the old one is not', async () => {
    const next = { mchid: '1900000109', serial_no: serialNo(), privateKey: keyPair('next').privateKey }
    const query = { ...honestQuery('serviceorder', 'ORDER1'), body: '' }

    scene.world.addCertificate('1900000109', { serial_no: next.serial_no, publicKeyPem: keyPair('next').publicKeyPem })
    const both = [await scene.send(honestRequest(DIRECT, query)), await scene.send(honestRequest(next, query))]
    scene.world.revokeCertificate('1900000109', DIRECT.serial_no)
    await expectStranger(honestRequest(DIRECT, POST), '商户证书已作废')
    const after = await scene.send(honestRequest(next, POST))

    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(after.status).toBe(200)
  })
})

describe('the signature', () => {
  const other = (change: Partial<typeof POST>): Request => ({
    ...honestRequest(DIRECT, POST),
    headers: { ...honestRequest(DIRECT, POST).headers, Authorization: authorization(DIRECT, { ...POST, ...change }) },
  })

  it('must be the merchant’s', async () => {
    await expectStranger(honestRequest({ ...DIRECT, privateKey: keyPair('somebody').privateKey }, POST), MISMATCH)
  })

  it('must be over the method that was used', async () => {
    await expectStranger(other({ method: 'PUT' }), MISMATCH)
  })

  it('must be over the target that was sent, to the letter', async () => {
    await expectStranger(other({ target: '/v3/payscore/serviceorder/order1/sync' }), MISMATCH)
    await expectStranger(other({ target: `http://127.0.0.1${POST.target}` }), MISMATCH)
  })

  it('must be over the target with its query', async () => {
    const query = honestQuery('serviceorder', 'ORDER1')
    const [path = ''] = query.target.split('?')

    await expectStranger(
      withAuthorization(query, () => authorization(DIRECT, { method: 'GET', target: path, body: '' })),
      MISMATCH,
    )
  })

  it('must be over the very bytes of the body', async () => {
    await expectStranger(other({ body: POST.body.replace(',', ', ') }), MISMATCH)
    await expectStranger(other({ body: `${POST.body}\n` }), MISMATCH)
    await expectStranger(other({ body: '' }), MISMATCH)
  })

  it('must be over a body that is UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from(POST.body.slice(0, -1)),
      Buffer.from(',"a":"'),
      Buffer.from([0xff, 0x22, 0x7d]),
    ])

    await expectStranger(honestRequest(DIRECT, { ...POST, body }), MISMATCH)
    await expectStranger({ ...honestRequest(DIRECT, { ...POST, body: body.toString() }), body }, MISMATCH)
  })

  it('must be plain base64 on one line', async () => {
    const urlSafe = (text: string) =>
      text.replace(
        /signature="([^"]*)"/,
        (_, value) => `signature="${Buffer.from(value, 'base64').toString('base64url')}"`,
      )

    await expectStranger(withAuthorization(honestRequest(DIRECT, POST), urlSafe), MISMATCH)
  })

  it('is missed with what should have been signed, the body cut short', async () => {
    const request = honestRequest(
      { ...DIRECT, privateKey: keyPair('somebody').privateKey },
      { ...POST, nonce: '593BEC0C930BF1AFEB40B5A08C8FB242' },
    )

    const { detail } = JSON.parse((await scene.send(request)).body)

    expect(detail).toEqual({
      detail: { issue: 'sign not match' },
      field: 'signature',
      location: 'authorization',
      sign_information: {
        method: 'POST',
        sign_message_length: 225,
        truncated_sign_message:
          'POST\n/v3/payscore/serviceorder/ORDER1/sync\n1795487400\n593BEC0C930BF1AFEB40B5A08C8FB242\n{"appid"\n',
        url: '/v3/payscore/serviceorder/ORDER1/sync',
      },
    })
  })
})

describe('what stands before the door', () => {
  it('is the path: an unknown one is 404 with nothing in it', async () => {
    const answer = await scene.send(
      honestRequest(DIRECT, { ...POST, target: '/v3/payscore/service-orders/ORDER1/sync' }),
    )

    expect({ status: answer.status, body: answer.body }).toEqual({ status: 404, body: '' })
    expect(isUnsigned(answer)).toBe(true)
  })

  it.each([
    `${POST.target}/`,
    `${POST.target}?a=b`,
    `/${POST.target}`,
    '/v3/payscore/serviceorder//sync',
    '/v3/payscore/serviceorder/a/b/sync',
    '/v3/payscore/oversea/partner/serviceorder/ORDER1/sync',
    '/V3/payscore/serviceorder/ORDER1/sync',
  ])('is the path to the letter: not %s', async (target) => {
    const answer = await scene.send(honestRequest(DIRECT, { ...POST, target }))

    expect(answer.status).toBe(404)
  })

  it('is the method: a wrong one is 405 with nothing in it', async () => {
    const get = await scene.send(honestRequest(DIRECT, { ...POST, method: 'GET', body: '' }))
    const post = await scene.send(honestRequest(DIRECT, { ...POST, target: '/v3/payscore/serviceorder?a=b' }))

    expect([get.status, get.body, post.status, post.body]).toEqual([405, '', 405, ''])
  })

  it.each(['Accept', 'User-Agent'])('is %s: without it 400, even if the signature is wrong as well', async (name) => {
    const { [name]: _, ...headers } = honestRequest(DIRECT, POST).headers

    const honest = await scene.send({ ...POST, headers })
    const forged = await scene.send({ ...POST, headers: { ...headers, Authorization: 'none' } })

    for (const answer of [honest, forged]) {
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body)).toEqual({ code: 'INVALID_REQUEST', message: 'Http头缺少Accept或User-Agent' })
      expect(isUnsigned(answer)).toBe(true)
    }
  })

  it('lets any Accept pass that JSON would satisfy', async () => {
    const request = honestSync('serviceorder', 'ORDER1')

    const answer = await scene.send({ ...request, headers: { ...request.headers, Accept: '*/*' } })

    expect(answer.status).toBe(200)
  })
})
