import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { pasted } from '../value-kinds.ts'
import { type GivenFile, readPemFile } from './pem-file.ts'
import { type InputProblem, type ProblemName, problem } from './problems.ts'

/** A key of WeChat Pay as a person gave it. A platform certificate needs no id. */
export type GivenKey = { readonly file: GivenFile; readonly id?: string | undefined }

export type GivenFiles = {
  readonly certificate?: GivenFile | undefined
  readonly privateKey?: GivenFile | undefined
  readonly wechatpayKeys: readonly GivenKey[]
  /** The merchant to which the files should belong. */
  readonly mchid?: string | undefined
  /** The certificate's serial number, if the person has it from another source. */
  readonly serial_no?: string | undefined
}

/** A merchant's secret, in the form that the functions read. */
export type MerchantSecret = {
  readonly mchid: string
  readonly serial_no: string
  readonly private_key: string
  /** RFC 3339 */
  readonly not_after: string
  readonly wechatpay_keys: Readonly<Record<string, string>>
}

type Certificate = {
  readonly mchid: string
  readonly serial_no: string
  readonly not_after: string
  readonly publicKey: KeyObject
}
type PrivateKey = { readonly pem: string; readonly key: KeyObject }

/** Makes the secret from the files, or gives every problem with them. */
export const readMerchantFiles = (given: GivenFiles, nowMs: number): MerchantSecret | readonly InputProblem[] => {
  const found: InputProblem[] = []
  const keep = <T extends object>(read: T | InputProblem): T | undefined => {
    if (!isMistake(read)) return read
    found.push(read)
    return undefined
  }

  const certificate = keep(readCertificate(given, nowMs))
  const privateKey = keep(readPrivateKey(given.privateKey))
  if (certificate && privateKey && !isSameKey(certificate.publicKey, privateKey.key))
    found.push(problem(given.privateKey?.name ?? '', 'key-of-other-certificate'))
  if (certificate && given.serial_no !== undefined) {
    const wrong = serialMistake(given.serial_no, certificate.serial_no)
    if (wrong) found.push(problem(`--serial-no ${given.serial_no}`, wrong))
  }

  const own = { publicKeys: [certificate?.publicKey, privateKey?.key], serial_no: certificate?.serial_no }
  const keys = given.wechatpayKeys
    .map((one) => keep(readWechatpayKey(one, own, nowMs)))
    .filter((key) => key !== undefined)
  if (given.wechatpayKeys.length === 0) found.push(problem('pub_key.pem', 'no-wechatpay-key'))

  if (found.length > 0 || !certificate || !privateKey) return found
  const { mchid, serial_no, not_after } = certificate
  return { mchid, serial_no, private_key: privateKey.pem, not_after, wechatpay_keys: publicKeysFirst(keys) }
}

const readCertificate = ({ certificate: file, mchid }: GivenFiles, nowMs: number): Certificate | InputProblem => {
  if (!file) return problem('apiclient_cert.pem', 'no-certificate')
  const pem = readPemFile(file, /^CERTIFICATE$/)
  if (typeof pem === 'string') return problem(file.name, pem)
  if (pem.label !== 'CERTIFICATE') return problem(file.name, notCertificate(pem.label))
  const read = attempt(() => {
    const { subject, serialNumber, validFrom, validTo, publicKey } = new X509Certificate(pem.pem)
    return {
      commonName: commonName(subject),
      serialNumber,
      from: Date.parse(validFrom),
      to: Date.parse(validTo),
      publicKey,
    }
  })
  if (!read) return problem(file.name, 'damaged')
  if (!/^\d{1,32}$/.test(read.commonName)) return problem(file.name, 'certificate-is-platform')
  if (mchid !== undefined && read.commonName !== mchid) return problem(file.name, 'other-mchid')
  if (read.to < nowMs) return problem(file.name, 'certificate-expired')
  if (read.from > nowMs) return problem(file.name, 'certificate-not-yet')
  return {
    mchid: read.commonName,
    serial_no: fullSerial(read.serialNumber),
    not_after: new Date(read.to).toISOString(),
    publicKey: read.publicKey,
  }
}

const notCertificate = (label: string): ProblemName => {
  if (label.endsWith('PRIVATE KEY')) return 'certificate-is-key'
  if (label.endsWith('PUBLIC KEY')) return 'certificate-is-public-key'
  return label.endsWith('REQUEST') ? 'certificate-is-request' : 'not-pem'
}

const readPrivateKey = (file: GivenFile | undefined): PrivateKey | InputProblem => {
  if (!file) return problem('apiclient_key.pem', 'no-key')
  const pem = readPemFile(file, /PRIVATE KEY$/)
  if (typeof pem === 'string') return problem(file.name, pem)
  if (pem.label !== 'PRIVATE KEY' && pem.label !== 'RSA PRIVATE KEY')
    return problem(file.name, notPrivateKey(pem.label))
  const key = attempt(() => createPrivateKey(pem.pem))
  if (!key) return problem(file.name, 'damaged')
  if (key.asymmetricKeyType !== 'rsa') return problem(file.name, 'key-not-rsa')
  if (bits(key) < 2048) return problem(file.name, 'key-short')
  // The functions read PKCS#8, so a PKCS#1 key is converted.
  return { pem: String(key.export({ type: 'pkcs8', format: 'pem' })), key }
}

const notPrivateKey = (label: string): ProblemName => {
  if (label === 'CERTIFICATE') return 'key-is-certificate'
  if (label.endsWith('PUBLIC KEY')) return 'key-is-public-key'
  if (label === 'ENCRYPTED PRIVATE KEY') return 'key-encrypted'
  return label.endsWith('PRIVATE KEY') ? 'key-not-rsa' : 'not-pem'
}

type Own = { readonly publicKeys: readonly (KeyObject | undefined)[]; readonly serial_no: string | undefined }
type WechatpayKey = { readonly id: string; readonly pem: string }

const readWechatpayKey = ({ file, id }: GivenKey, own: Own, nowMs: number): WechatpayKey | InputProblem => {
  const wrong = (name: ProblemName) => problem(file.name, name)
  const pem = readPemFile(file, /^(CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)$/)
  if (typeof pem === 'string') return wrong(pem)
  if (pem.label.endsWith('PRIVATE KEY')) return wrong('wechatpay-is-private')
  if (pem.label === 'CERTIFICATE') return readPlatformCertificate({ file, id }, pem.pem, own, nowMs)
  if (pem.label !== 'PUBLIC KEY' && pem.label !== 'RSA PUBLIC KEY') return wrong('wechatpay-form')

  const key = attempt(() => createPublicKey(pem.pem))
  if (!key) return wrong('damaged')
  if (isOwn(key, own)) return wrong('wechatpay-is-merchants')
  if (key.asymmetricKeyType !== 'rsa' || bits(key) < 2048) return wrong('wechatpay-weak')
  if (id === undefined) return wrong('id-missing')
  if (id.toUpperCase() === own.serial_no) return problem(`--wechatpay-key-id ${id}`, 'id-is-merchants-serial')
  if (!/^PUB_KEY_ID_[0-9A-Za-z_]{1,64}$/.test(id)) return problem(`--wechatpay-key-id ${id}`, 'id-without-prefix')
  return { id, pem: String(key.export({ type: 'spki', format: 'pem' })) }
}

const readPlatformCertificate = (
  { file, id }: GivenKey,
  pem: string,
  own: Own,
  nowMs: number,
): WechatpayKey | InputProblem => {
  const wrong = (name: ProblemName) => problem(file.name, name)
  const read = attempt(() => {
    const { subject, serialNumber, validTo, publicKey } = new X509Certificate(pem)
    return { commonName: commonName(subject), serial: fullSerial(serialNumber), to: Date.parse(validTo), publicKey }
  })
  if (!read) return wrong('damaged')
  if (isOwn(read.publicKey, own)) return wrong('wechatpay-is-merchants')
  if (/^\d+$/.test(read.commonName)) return wrong('wechatpay-is-other-merchants')
  if (read.publicKey.asymmetricKeyType !== 'rsa' || bits(read.publicKey) < 2048) return wrong('wechatpay-weak')
  if (id?.startsWith('PUB_KEY_ID_')) return wrong('id-of-public-key-on-certificate')
  if (id !== undefined && id.toUpperCase() === own.serial_no)
    return problem(`--wechatpay-key ${id}=${file.name}`, 'id-is-merchants-serial')
  if (id !== undefined && id.toUpperCase() !== read.serial) return wrong('id-not-serial')
  if (read.to < nowMs) return wrong('platform-expired')
  return { id: read.serial, pem }
}

const serialMistake = (given: string, serial_no: string): ProblemName | undefined => {
  const bare = pasted(given)
    .replace(/[:-]/g, '')
    .replace(/^(serial(number|_no)?=?|证书序列号)?(0x)?/i, '')
    .toUpperCase()
  if (bare === serial_no) return undefined
  if (/^\d+$/.test(bare) && BigInt(bare) === BigInt(`0x${serial_no}`)) return 'serial-decimal'
  if (!/^[0-9A-F]+$/.test(bare)) return 'serial-not-hex'
  if (bare.padStart(40, '0') === serial_no) return 'serial-zeros-lost'
  return bare.length === 40 ? 'serial-other' : 'serial-length'
}

/**
 * A request names the first key in `Wechatpay-Serial`. A public key does not expire, so it comes before any
 * certificate.
 */
const publicKeysFirst = (keys: readonly WechatpayKey[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...keys]
      .sort((a, b) => Number(b.id.startsWith('PUB_KEY_ID_')) - Number(a.id.startsWith('PUB_KEY_ID_')))
      .map(({ id, pem }) => [id, pem]),
  )

/** OpenSSL omits leading zero bytes of a serial number; WeChat Pay keeps them. */
const fullSerial = (serial: string): string => serial.toUpperCase().padStart(40, '0')

const commonName = (subject: string): string => /^CN=(.*)$/m.exec(subject)?.[1]?.trim() ?? ''

const isOwn = (key: KeyObject, own: Own): boolean =>
  own.publicKeys.some((other) => other !== undefined && isSameKey(key, other))

const isSameKey = (one: KeyObject, other: KeyObject): boolean => spki(one) === spki(other)

const spki = (key: KeyObject): string => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
}

const bits = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

const isMistake = (value: object): value is InputProblem => 'mend' in value

/** The message of a parser error may quote the file, so it is not kept. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
