import type { KeyObject } from 'node:crypto'
import { beforeAll, describe, test } from 'vitest'
import { pem } from '../support/keys.ts'
import { selfSignedCertificate } from '../support/openssl.ts'
import { MERCHANT_SERIAL, merchant, PLATFORM_SERIAL, PUBLIC_KEY_ID, platform, wechatpay } from './recorded-answers.ts'
import { derOf, ec, ed25519, expectRefusal, privateKeyPem, pss, publicKeyPem, small, whole } from './secrets.ts'

let certificate = { platform: '', own: '', ec: '', small: '' }
beforeAll(async () => {
  const made = (key: KeyObject, serial: string) => selfSignedCertificate(key, { serial })
  certificate = {
    platform: await made(platform.privateKey, PLATFORM_SERIAL),
    own: await made(merchant.privateKey, MERCHANT_SERIAL),
    ec: await made(ec.privateKey, PLATFORM_SERIAL),
    small: await made(small.privateKey, PLATFORM_SERIAL),
  }
})

describe('wechatpay_keys is refused', () => {
  test.each([
    ['missing', undefined],
    ['empty', {}],
    ['null', null],
    ['as a list', [publicKeyPem]],
    ['as text', publicKeyPem],
  ])('%s', (_how, wechatpay_keys) => {
    expectRefusal(
      JSON.stringify({ ...whole, wechatpay_keys }),
      'wechatpay_keys must hold at least one key of WeChat Pay by its id',
    )
  })

  test.each([
    ['an id without PUB_KEY_ID_', '0119000001092026112400000000000001'],
    ['PUB_KEY_ID_ alone', 'PUB_KEY_ID_'],
    ['text before PUB_KEY_ID_', `my${PUBLIC_KEY_ID}`],
    ['an id too long', `PUB_KEY_ID_${'0'.repeat(65)}`],
    ['an id in small letters', PUBLIC_KEY_ID.toLowerCase()],
    ['a serial in small letters', PLATFORM_SERIAL.toLowerCase()],
    ['a serial without its first digit', PLATFORM_SERIAL.slice(1)],
    ['an id with a line break', `${PUBLIC_KEY_ID}\n`],
    ['a key’s text as its id', publicKeyPem],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
  ])('for %s', (_how, id) => {
    const text = JSON.stringify(whole).replace(JSON.stringify(PUBLIC_KEY_ID), JSON.stringify(id))

    expectRefusal(
      text,
      'wechatpay_keys: an id must be PUB_KEY_ID_… or the 40 hexadecimal digits of a platform certificate',
    )
  })

  const notPem = 'must be PEM of a public key (BEGIN PUBLIC KEY) or of a platform certificate'
  const damaged = 'is damaged: no key can be read from it'
  const pkcs1 = String(wechatpay.publicKey.export({ type: 'pkcs1', format: 'pem' }))

  test.each([
    ['not text', { pem: publicKeyPem }, notPem],
    ['a private key in its place', pem(wechatpay.privateKey), notPem],
    ['the merchant’s private key in its place', privateKeyPem, notPem],
    ['without its line breaks', publicKeyPem.replaceAll('\n', ''), notPem],
    ['in PKCS#1', pkcs1, notPem],
    ['an APIv3 key', '0123456789abcdef0123456789ABCDEF', notPem],
    ['cut off', publicKeyPem.slice(0, 300), damaged],
    ['with a letter lost', publicKeyPem.replace(/^(.+\n.{30})./, '$1'), damaged],
    ['of an elliptic curve', pem(ec.publicKey), 'must be an RSA key'],
    ['of Ed25519', pem(ed25519.publicKey), 'must be an RSA key'],
    ['of RSA-PSS', pem(pss.publicKey), 'must be an RSA key'],
    ['of 1024 bits', pem(small.publicKey), 'must be RSA of at least 2048 bits'],
    ['the merchant’s own', pem(merchant.publicKey), "is the merchant's own key, not WeChat Pay's"],
  ])('with a public key %s', (_how, key, problem) => {
    expectRefusal(
      JSON.stringify({ ...whole, wechatpay_keys: { [PUBLIC_KEY_ID]: key } }),
      `wechatpay_keys PUB_KEY_ID_0119000001092026112400000000000001 ${problem}`,
    )
  })

  test('when only the second of two keys is wrong', () => {
    const wechatpay_keys = { [PUBLIC_KEY_ID]: publicKeyPem, [PLATFORM_SERIAL]: pem(small.publicKey) }

    expectRefusal(
      JSON.stringify({ ...whole, wechatpay_keys }),
      'wechatpay_keys 5157F09EFDC096DE15EBE81A47057A7232F1B8E1 must be RSA of at least 2048 bits',
    )
  })

  const expectCertificateRefusal = (id: string, pemText: string, problem: string) =>
    expectRefusal(JSON.stringify({ ...whole, wechatpay_keys: { [id]: pemText } }), `wechatpay_keys ${id} ${problem}`)

  test('with a certificate under another serial', () => {
    expectCertificateRefusal(
      '5157F09EFDC096DE15EBE81A47057A7232F1B8E2',
      certificate.platform,
      'holds a certificate with another serial',
    )
  })

  test('with a certificate under the id of a public key', () => {
    expectCertificateRefusal(PUBLIC_KEY_ID, certificate.platform, 'holds a certificate with another serial')
  })

  test('with a damaged certificate', () => {
    expectCertificateRefusal(
      PLATFORM_SERIAL,
      certificate.platform.slice(0, 700),
      'is damaged: no certificate can be read from it',
    )
  })

  test('with a certificate whose key is of an unknown kind', () => {
    const hex = derOf(certificate.platform).toString('hex').replace('2a864886f70d010101', '2a864886f70d010163')
    const base64 = Buffer.from(hex, 'hex').toString('base64')

    expectCertificateRefusal(
      PLATFORM_SERIAL,
      `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
      'is damaged: no key can be read from it',
    )
  })

  test('with a certificate of an elliptic curve', () => {
    expectCertificateRefusal(PLATFORM_SERIAL, certificate.ec, 'must be an RSA key')
  })

  test('with a certificate of 1024 bits', () => {
    expectCertificateRefusal(PLATFORM_SERIAL, certificate.small, 'must be RSA of at least 2048 bits')
  })

  test('with the merchant’s own certificate', () => {
    expectCertificateRefusal(MERCHANT_SERIAL, certificate.own, "is the merchant's own key, not WeChat Pay's")
  })
})
