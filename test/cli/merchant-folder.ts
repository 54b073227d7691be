import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type KeyPair, keyPair } from '../../lib/local/keys.ts'
import { selfSignedCertificate } from '../../lib/local/wechatpay/certificate.ts'

export const MCHID = '1900000109'
/** Begins with a zero, which OpenSSL and many programs lose. */
export const SERIAL = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'
export const KEY_ID = 'PUB_KEY_ID_0119000001092026112400291100001000'

const openssl = (cwd: string, ...args: readonly string[]) => execFileSync('openssl', args, { cwd, stdio: 'pipe' })

let original: string | undefined

/** What WeChat Pay's tools leave on a merchant's disk, made by openssl: once in a process, then copied. */
const originalFolder = (): string => {
  if (original) return original
  const folder = mkdtempSync(join(tmpdir(), 'merchant-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  openssl(folder, 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', 'apiclient_key.pem')
  openssl(
    folder,
    ...['req', '-x509', '-key', 'apiclient_key.pem', '-days', '400', '-set_serial', `0x${SERIAL}`],
    ...['-subj', `/CN=${MCHID}/O=Tenpay.com/OU=Merchant`, '-out', 'apiclient_cert.pem'],
  )
  openssl(folder, 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', 'wechatpay.key')
  openssl(folder, 'pkey', '-in', 'wechatpay.key', '-pubout', '-out', 'pub_key.pem')
  rmSync(join(folder, 'wechatpay.key'))
  original = folder
  return folder
}

/** A merchant's folder for one test, to be spoilt. */
export const merchantFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'merchant-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  cpSync(originalFolder(), path, { recursive: true })
  return {
    path,
    read: (name: string) => readFileSync(join(path, name), 'utf8'),
    write: (name: string, content: string | Buffer) => writeFileSync(join(path, name), content),
    remove: (name: string) => rmSync(join(path, name)),
    openssl: (...args: readonly string[]) => openssl(path, ...args),
  }
}

export type MerchantFolder = ReturnType<typeof merchantFolder>

const DAY_MS = 86_400_000

/** A certificate over a key of this run; a platform certificate unless it is named otherwise. */
export const certificate = (
  keys: KeyPair = keyPair('tenpay'),
  parts: {
    readonly commonName?: string
    readonly serial_no?: string
    readonly fromDays?: number
    readonly days?: number
  } = {},
): string =>
  selfSignedCertificate({
    serial_no: parts.serial_no ?? PLATFORM_SERIAL,
    commonName: parts.commonName ?? 'Tenpay.com sign',
    keys,
    notBefore: new Date(Date.now() + (parts.fromDays ?? -10) * DAY_MS),
    notAfter: new Date(Date.now() + (parts.days ?? 1000) * DAY_MS),
  })

export const PLATFORM_SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'
