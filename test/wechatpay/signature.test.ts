import { createSecretKey, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Formatter, Rsa } from 'wechatpay-axios-plugin'
import { verifyAnswer } from '../../lib/wechatpay/answer.ts'
import { type Call, ORDER_APIS, queryRequest, syncRequest } from '../../lib/wechatpay/order-api.ts'
import { sign, verify } from '../../lib/wechatpay/signature.ts'
import { randomNonce, sendSigned } from '../../lib/wechatpay/signed-call.ts'
import { fakeSend, NO_ANSWER, SIGNER } from '../support/fake-wechatpay.ts'
import { rsaPair } from '../support/keys.ts'
import { refusedByOpenssl, signedByOpenssl } from '../support/openssl.ts'

const merchant = rsaPair('merchant')
const wechatpay = rsaPair('WeChat Pay')
const WECHATPAY_KEY_ID = 'PUB_KEY_ID_0119000001092026112400000000000001'

const text = (alphabet: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength })
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'

const calls: fc.Arbitrary<Call> = fc.record({
  order_api: fc.constantFrom(...ORDER_APIS),
  mchid: text(DIGITS, 10),
  out_order_no: text(`${LETTERS}_-||||****`, 32),
  service_id: text(DIGITS, 32),
  paid_time: text(DIGITS, 14),
  appid: text(LETTERS, 32),
  sub_mchid: text(DIGITS, 10),
  channel_id: text(DIGITS, 10),
})

const AUTHORIZATION =
  /^WECHATPAY2-SHA256-RSA2048 mchid="\d+",nonce_str="(?<nonce>[0-9A-F]{32})",signature="(?<signature>[0-9A-Za-z+/=]+)",timestamp="(?<timestamp>\d{10})",serial_no="[0-9A-F]{40}"$/

/** What goes on the wire for a call, with the signed text put together by the other implementation. */
const onTheWire = async (call: Call, i: number) => {
  const { send, sent } = fakeSend(NO_ANSWER)
  const signer = { ...SIGNER, mchid: call.mchid }
  await sendSigned((i % 2 ? queryRequest : syncRequest)(call), signer, {
    send,
    now: () => 1795487400_000 + i * 1000,
    nonce: randomNonce,
  })
  const [request] = sent
  if (!request) throw new Error('nothing was sent')
  const { method, target, body, headers } = request
  const { nonce = '', signature = '', timestamp = '' } = AUTHORIZATION.exec(headers.Authorization ?? '')?.groups ?? {}
  return { target, signature, message: Formatter.request(method, target, timestamp, nonce, body) }
}

describe('a signature over each of 1,024 generated orders', async () => {
  const orders = fc.sample(calls, 1024)
  const signed = await Promise.all(orders.map(onTheWire))
  const numbersWith = (mark: string) => orders.filter(({ out_order_no }) => out_order_no.includes(mark)).length

  test('covers order numbers with | and with *', () => {
    expect(numbersWith('|')).toBeGreaterThan(100)
    expect(numbersWith('*')).toBeGreaterThan(100)
    expect(signed.filter(({ target }) => target.includes('|'))).toEqual([])
  })

  test('is accepted by wechatpay-axios-plugin', () => {
    const refused = signed.filter(({ message, signature }) => !Rsa.verify(message, signature, merchant.publicKey))

    expect(refused).toEqual([])
  })

  test('is accepted by openssl', async () => {
    const refused = await refusedByOpenssl(signed, merchant.publicKey)

    expect(refused.map((i) => signed[i])).toEqual([])
  }, 30_000)
})

test('openssl refuses what was signed otherwise, so that its word counts', async () => {
  const message = 'POST\n/v3/payscore/serviceorder/ORDER1/sync\n1795487400\nN\n{}\n'
  const signature = sign(message, merchant.privateKey)

  const refused = await refusedByOpenssl(
    [
      { message, signature },
      { message: message.replace('ORDER1', 'ORDER2'), signature },
      { message, signature: sign(message, wechatpay.privateKey) },
    ],
    merchant.publicKey,
  )

  expect(refused.sort()).toEqual([1, 2])
})

test('signs the UTF-8 bytes of a text just as openssl does', async () => {
  const message = 'POST\n/v3/payscore/serviceorder/ORDER1/sync\n1795487400\nN\n{"attach":"支付分订单"}\n'

  const signature = sign(message, merchant.privateKey)

  expect([signature]).toEqual(await signedByOpenssl([message], merchant.privateKey))
})

describe('an answer signed elsewhere', () => {
  const timestamp = '1795487400'
  const bodies = fc.sample(fc.json(), 64)
  const accepted = (signatures: readonly string[]) =>
    signatures.map((signature, i) => {
      const rawHeaders = [
        ...['Wechatpay-Serial', WECHATPAY_KEY_ID, 'Wechatpay-Timestamp', timestamp],
        ...['Wechatpay-Nonce', `nonce${i}`, 'Wechatpay-Signature', signature],
      ]
      const answer = { status: 200, rawHeaders, body: Buffer.from(bodies[i] ?? '') }
      return verifyAnswer(answer, new Map([[WECHATPAY_KEY_ID, wechatpay.publicKey]]), 1795487400_000).verified
    })

  test('by openssl is accepted', async () => {
    const messages = bodies.map((body, i) => `${timestamp}\nnonce${i}\n${body}\n`)

    const signatures = await signedByOpenssl(messages, wechatpay.privateKey)

    expect(accepted(signatures)).toEqual(bodies.map(() => true))
  })

  test('by wechatpay-axios-plugin is accepted', () => {
    const signatures = bodies.map((body, i) =>
      Rsa.sign(Formatter.response(timestamp, `nonce${i}`, body), wechatpay.privateKey),
    )

    expect(accepted(signatures)).toEqual(bodies.map(() => true))
  })
})

describe('verify', () => {
  const message = Buffer.from('1795487400\nN\n{}\n')
  const signature = sign(message.toString(), wechatpay.privateKey)

  test('says true of the right signature', () => {
    expect(verify(message, signature, wechatpay.publicKey)).toBe(true)
  })

  test('says false of another message, and of another key', () => {
    expect(verify(Buffer.from('1795487400\nN\n{} \n'), signature, wechatpay.publicKey)).toBe(false)
    expect(verify(message, signature, merchant.publicKey)).toBe(false)
  })

  test('says false, and does not throw, whatever the text of the signature', () => {
    const ofRightLength = fc.uint8Array({ minLength: 256, maxLength: 256 })
    const texts = fc.oneof(
      fc.string(),
      ofRightLength.map((bytes) => Buffer.from(bytes).toString('base64')),
    )

    fc.assert(fc.property(texts, (any) => !verify(message, any, wechatpay.publicKey)))
  })

  test('says false of a key without a modulus', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

    expect(verify(message, signature, publicKey)).toBe(false)
    expect(verify(message, '', publicKey)).toBe(false)
  })

  test('says false of what an elliptic key has rightly signed, and of a key that is only a word', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const elliptic = signBytes('sha256', message, privateKey).toString('base64')

    expect(verify(message, elliptic, publicKey)).toBe(false)
    expect(verify(message, signature, createSecretKey(Buffer.alloc(32, 1)))).toBe(false)
  })
})
