import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyPair, publicKeyId, serialNo } from '../../lib/local/keys.ts'
import { selfSignedCertificate } from '../../lib/local/wechatpay/certificate.ts'

describe('a key pair', () => {
  it('is the same for the same owner, and another for another', () => {
    expect(keyPair('a')).toBe(keyPair('a'))
    expect(keyPair('a').publicKeyPem).not.toBe(keyPair('b').publicKeyPem)
  })

  it('is RSA of 2048 bits, in the forms that WeChat Pay hands out', () => {
    const { privateKeyPem, publicKeyPem } = keyPair('a')

    expect(privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(createPrivateKey(privateKeyPem).asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' })).toBe(publicKeyPem)
  })

  it.each([
    ['rsa-1024', 'rsa'],
    ['ec', 'ec'],
    ['ed25519', 'ed25519'],
  ] as const)('may be of a kind that must be refused: %s', (kind, type) => {
    const { privateKey } = keyPair('a', kind)

    expect(privateKey.asymmetricKeyType).toBe(type)
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(kind === 'rsa-1024' ? 1024 : undefined)
  })
})

describe('numbers', () => {
  it('look like those that WeChat Pay gives out, and never come twice', () => {
    const serials = Array.from({ length: 1000 }, serialNo)
    const ids = Array.from({ length: 1000 }, publicKeyId)

    for (const serial of serials) expect(serial).toMatch(/^(?!00)[0-9A-F]{40}$/)
    for (const id of ids) expect(id).toMatch(/^PUB_KEY_ID_0\d{33}$/)
    expect(new Set([...serials, ...ids]).size).toBe(2000)
  })
})

describe('a certificate', () => {
  const certificateOf = (serial_no: string, notAfter = new Date('2031-11-24T00:00:00Z')) =>
    new X509Certificate(
      selfSignedCertificate({
        serial_no,
        commonName: '1900000109',
        keys: keyPair('a'),
        notBefore: new Date('2026-11-24T00:00:00Z'),
        notAfter,
      }),
    )

  it('says what it was made to say, and is signed by its own key', () => {
    const certificate = certificateOf('5157F09EFDC096DE15EBE81A47057A7232F1B8E1')

    expect(certificate.serialNumber).toBe('5157F09EFDC096DE15EBE81A47057A7232F1B8E1')
    expect(certificate.subject).toBe('CN=1900000109')
    expect(certificate.issuer).toBe('CN=1900000109')
    expect(certificate.validFrom).toBe('Nov 24 00:00:00 2026 GMT')
    expect(certificate.validTo).toBe('Nov 24 00:00:00 2031 GMT')
    expect(certificate.verify(keyPair('a').publicKey)).toBe(true)
    expect(certificate.publicKey.export({ type: 'spki', format: 'pem' })).toBe(keyPair('a').publicKeyPem)
  })

  it.each(['0157F09EFDC096DE15EBE81A47057A7232F1B8E1', 'FF57F09EFDC096DE15EBE81A47057A7232F1B8E1'])(
    'keeps the first digits of its serial number: %s',
    (serial_no) => {
      expect(certificateOf(serial_no).serialNumber).toBe(serial_no)
    },
  )

  it('may last beyond the middle of the century', () => {
    const certificate = certificateOf('5157F09EFDC096DE15EBE81A47057A7232F1B8E1', new Date('2056-01-02T03:04:05Z'))

    expect(certificate.validTo).toBe('Jan  2 03:04:05 2056 GMT')
  })
})
