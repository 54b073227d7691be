import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { daysLeft, readMerchantSecret } from '../../lib/wechatpay/merchant-secret.ts'
import { pem, rsaPair } from '../support/keys.ts'
import { selfSignedCertificate } from '../support/openssl.ts'
import { MERCHANT_SERIAL, merchant, PLATFORM_SERIAL, PUBLIC_KEY_ID, platform, wechatpay } from './recorded-answers.ts'
import {
  derOf,
  ec,
  ed25519,
  expectRefusal,
  MCHID,
  piecesOf,
  privateKeyPem,
  pss,
  publicKeyPem,
  small,
  whole,
} from './secrets.ts'

const read = (secret: object) => readMerchantSecret(JSON.stringify(secret), MCHID)

describe('a whole secret', () => {
  test('becomes a signer that holds keys and no text of them', () => {
    const signer = read(whole)

    expect(signer).toEqual({
      mchid: MCHID,
      serial_no: MERCHANT_SERIAL,
      notAfter: Date.UTC(2031, 10, 23, 16),
      privateKey: expect.anything(),
      wechatpayKeys: expect.any(Map),
    })
    expect(signer.privateKey.equals(merchant.privateKey)).toBe(true)
    expect(signer.wechatpayKeys.get(PUBLIC_KEY_ID)?.equals(wechatpay.publicKey)).toBe(true)
    expect(inspect(signer, { depth: 10, showHidden: true })).not.toContain('BEGIN')
  })

  test('may hold public keys and platform certificates at once, and keeps their order', async () => {
    const certificate = await selfSignedCertificate(platform.privateKey, { serial: PLATFORM_SERIAL })
    const keys = { [PUBLIC_KEY_ID]: publicKeyPem, [PLATFORM_SERIAL]: certificate }

    const { wechatpayKeys } = read({ ...whole, wechatpay_keys: keys })

    expect([...wechatpayKeys.keys()]).toEqual([PUBLIC_KEY_ID, PLATFORM_SERIAL])
    expect(wechatpayKeys.get(PLATFORM_SERIAL)?.equals(platform.publicKey)).toBe(true)
  })

  test('may name a platform certificate whose serial begins with zeros', async () => {
    const serial = '0000F09EFDC096DE15EBE81A47057A7232F1B8E1'
    const certificate = await selfSignedCertificate(platform.privateKey, { serial })

    const { wechatpayKeys } = read({ ...whole, wechatpay_keys: { [serial]: certificate } })

    expect([...wechatpayKeys.keys()]).toEqual([serial])
  })

  test.each<[string, (text: string) => string | Uint8Array]>([
    ['begin with a byte order mark', (text) => `\ufeff${text}`],
    ['come as bytes', (text) => Buffer.from(text)],
    ['come as bytes with a byte order mark before them', (text) => Buffer.from(`\ufeff${text}`)],
  ])('may %s', (_how, as) => {
    expect(readMerchantSecret(as(JSON.stringify(whole)), MCHID).serial_no).toBe(MERCHANT_SERIAL)
  })

  test('may have PEM with CRLF, or with blank lines about it', () => {
    const private_key = privateKeyPem.replaceAll('\n', '\r\n')
    const wechatpay_keys = { [PUBLIC_KEY_ID]: `\n\n${publicKeyPem}\n\n` }

    const signer = read({ ...whole, private_key, wechatpay_keys })

    expect(signer.privateKey.equals(merchant.privateKey)).toBe(true)
    expect(signer.wechatpayKeys.size).toBe(1)
  })

  test('may leave out when the certificate ends', () => {
    const { not_after, ...rest } = whole

    expect(not_after).toBeDefined()
    expect(read(rest)).not.toHaveProperty('notAfter')
  })

  test('must say a time if it says when the certificate ends', () => {
    expect(() => read({ ...whole, not_after: 'in five years' })).toThrow(
      "not_after must be the end of the merchant's certificate, as RFC 3339",
    )
  })

  test('may hold a key of 3072 bits', () => {
    const { privateKey } = rsaPair('merchant', 3072)

    const signer = read({ ...whole, private_key: pem(privateKey) })

    expect(signer.privateKey.equals(privateKey)).toBe(true)
  })
})

describe('text that is no JSON object is refused', () => {
  const json = JSON.stringify(whole)

  test.each([
    ['empty', ''],
    ['a PEM file in place of JSON', privateKeyPem],
    ['a list', JSON.stringify([whole])],
    ['null', 'null'],
    ['JSON inside a JSON text', JSON.stringify(json)],
    ['cut off in the private key', json.slice(0, 600)],
    ['with bare line breaks in a string', json.replaceAll('\\n', '\n')],
    ['in single quotes', json.replaceAll('"', "'")],
    ['with a comma too many', json.replace(/}$/, ',}')],
    ['with a key’s text after its end', json + privateKeyPem],
  ])('%s', (_how, text) => {
    const shown = expectRefusal(text, 'is not a JSON object')

    expect(piecesOf(text, 12).filter((piece) => shown.includes(piece))).toEqual([])
  })
})

describe('mchid is refused', () => {
  test.each([
    ['missing', { ...whole, mchid: undefined }],
    ['another merchant’s', { ...whole, mchid: '1900000108' }],
    ['as a number', { ...whole, mchid: 1900000109 }],
  ])('%s', (_how, secret) => {
    expectRefusal(JSON.stringify(secret), 'mchid is missing or another merchant’s')
  })
})

describe('serial_no is refused', () => {
  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['in small letters', MERCHANT_SERIAL.toLowerCase()],
    ['in decimal', '79219485746310475102938475610293847561029384756'],
    ['as a number', 7921948574631047],
    ['in a list', [MERCHANT_SERIAL]],
    ['without its leading zero', MERCHANT_SERIAL.slice(1)],
    ['with a digit too many', `0${MERCHANT_SERIAL}`],
    ['with colons', MERCHANT_SERIAL.replace(/..(?=.)/g, '$&:')],
    ['with a line break at its end', `${MERCHANT_SERIAL}\n`],
    ['as the id of a public key', PUBLIC_KEY_ID],
  ])('%s', (_how, serial_no) => {
    expectRefusal(
      JSON.stringify({ ...whole, serial_no }),
      'serial_no must be 40 hexadecimal digits in capitals, leading zeros kept, never decimal',
    )
  })
})

describe('private_key is refused', () => {
  const notPkcs8 = 'private_key must be PKCS#8 PEM (BEGIN PRIVATE KEY), with its line breaks'
  const damaged = 'private_key is damaged: no key can be read from it'
  const pkcs1 = String(merchant.privateKey.export({ type: 'pkcs1', format: 'pem' }))
  const encrypted = merchant.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })

  test.each([
    ['missing', undefined, notPkcs8],
    ['as an object', { pem: privateKeyPem }, notPkcs8],
    ['in a list', [privateKeyPem], notPkcs8],
    ['without its line breaks', privateKeyPem.replaceAll('\n', ''), notPkcs8],
    ['with spaces for line breaks', privateKeyPem.replaceAll('\n', ' '), notPkcs8],
    ['with \\n written out', privateKeyPem.replaceAll('\n', '\\n'), notPkcs8],
    ['without its first line', privateKeyPem.split('\n').slice(1).join('\n'), notPkcs8],
    ['as bare base64', derOf(privateKeyPem).toString('base64'), notPkcs8],
    ['as a path', 'file:///etc/apiclient_key.pem', notPkcs8],
    ['in PKCS#1', pkcs1, notPkcs8],
    ['encrypted', String(encrypted), notPkcs8],
    ['a public key in its place', pem(merchant.publicKey), notPkcs8],
    ['with a letter lost', privateKeyPem.replace(/^(.+\n.{30})./, '$1'), damaged],
    ['cut off', privateKeyPem.slice(0, 900), damaged],
    ['without its last line', privateKeyPem.split('\n').slice(0, -2).join('\n'), damaged],
    [
      'a public key under its name',
      privateKeyPem.replace(/\n[^-]+/, `\n${derOf(publicKeyPem).toString('base64')}\n`),
      damaged,
    ],
    ['of an elliptic curve', pem(ec.privateKey), 'private_key must be an RSA key'],
    ['of Ed25519', pem(ed25519.privateKey), 'private_key must be an RSA key'],
    ['of RSA-PSS', pem(pss.privateKey), 'private_key must be an RSA key'],
    ['of 1024 bits', pem(small.privateKey), 'private_key must be RSA of at least 2048 bits'],
  ])('%s', (_how, private_key, problem) => {
    expectRefusal(JSON.stringify({ ...whole, private_key }), problem)
  })
})

describe('the days that a certificate has left', () => {
  const end = Date.UTC(2026, 10, 24, 16)

  test.each([
    ['30 days before its end', '2026-10-25T16:00:00Z', 30],
    ['a moment less than 30 days before it', '2026-10-25T16:00:00.001Z', 29],
    ['at its end', '2026-11-24T16:00:00Z', 0],
    ['a moment after it', '2026-11-24T16:00:00.001Z', -1],
  ])('%s', (_when, now, days) => {
    expect(daysLeft(end, Date.parse(now))).toBe(days)
  })
})
