import { sign } from 'node:crypto'
import type { KeyPair } from '../keys.ts'

export type CertificateParts = {
  /** 40 hexadecimal digits. */
  readonly serial_no: string
  /** Of subject and issuer. A merchant API certificate has the mchid here. */
  readonly commonName: string
  readonly keys: KeyPair
  readonly notBefore: Date
  readonly notAfter: Date
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content])
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)

/**
 * A DER integer is signed: if the first bit is 1, a zero byte must come before it. Other leading zero bytes are
 * forbidden.
 */
const unsigned = (hex: string): Buffer => {
  const digits = hex.replace(/^(?:00)+(?=..)/, '')
  return der(0x02, Buffer.from(/^[89a-f]/i.test(digits) ? `00${digits}` : digits, 'hex'))
}

const COMMON_NAME = Buffer.from('0603550403', 'hex')
const SHA256_WITH_RSA = sequence(Buffer.from('06092a864886f70d01010b', 'hex'), Buffer.from('0500', 'hex'))

const name = (commonName: string) => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))))

/** UTCTime (two digits for the year) until 2049, GeneralizedTime from 2050, as RFC 5280 requires. */
const time = (at: Date) => {
  const digits = at.toISOString().replace(/\D/g, '').slice(0, 14)
  return at.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : der(0x18, Buffer.from(`${digits}Z`))
}

/** A self-signed X.509 certificate in PEM with an RSA key, for code that does not check the issuer. */
export const selfSignedCertificate = ({
  serial_no,
  commonName,
  keys,
  notBefore,
  notAfter,
}: CertificateParts): string => {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])))
  const content = sequence(
    version3,
    unsigned(serial_no),
    SHA256_WITH_RSA,
    name(commonName),
    sequence(time(notBefore), time(notAfter)),
    name(commonName),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der(0x03, Buffer.from([0]), sign('RSA-SHA256', content, keys.privateKey))
  const base64 = sequence(content, SHA256_WITH_RSA, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
}
