import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto'
import { signedAnswer } from '../../support/answers.ts'
import { rsaPair } from '../../support/keys.ts'
import {
  MERCHANT_SERIAL,
  merchant,
  PLATFORM_SERIAL,
  PUBLIC_KEY_ID,
  platform,
  wechatpay,
  wechatpayKeys,
} from '../recorded-answers.ts'
import { type Family, otherSignatures, signedAnew } from './tools.ts'

const integer = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`)
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(512, '0').slice(-512), 'hex')
const modulus = (privateKey: KeyObject) =>
  integer(Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).n ?? '', 'base64url'))

const SHA256_WITH_NULL = '3031300d060960864801650304020105000420'
const SHA256_WITHOUT_NULL = '302f300b0609608648016503040201' + '0420'

export const alteredSignatures: readonly Family[] = [
  [
    'a signature of another length',
    ['signature'],
    otherSignatures((text, _key, right) => ({
      'zero before': Buffer.concat([Buffer.alloc(1), right]),
      'zero after': Buffer.concat([right, Buffer.alloc(1)]),
      'last byte gone': right.subarray(0, -1),
      'first byte gone': right.subarray(1),
      'twice over': Buffer.concat([right, right]),
      'one byte': right.subarray(0, 1),
      'key of 1024 bits': sign('sha256', text, rsaPair('another', 1024).privateKey),
      'key of 3072 bits': sign('sha256', text, rsaPair('another', 3072).privateKey),
    })),
  ],
  [
    'a signature of another scheme',
    ['signature'],
    otherSignatures((text, key, right) => {
      const hash = createHash('sha256').update(text).digest()
      const padded = (hex: string, tail = Buffer.alloc(0)) =>
        privateEncrypt(
          { key, padding: constants.RSA_PKCS1_PADDING },
          Buffer.concat([Buffer.from(hex, 'hex'), hash, tail]),
        )
      const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING }
      return {
        PSS: sign('sha256', text, pss),
        'PSS without salt': sign('sha256', text, { ...pss, saltLength: 0 }),
        'SHA-1': sign('sha1', text, key),
        'SHA-384': sign('sha384', text, key),
        'SHA-512': sign('sha512', text, key),
        'bare hash': padded(''),
        'no NULL after the name of the hash': padded(SHA256_WITHOUT_NULL),
        'bytes after the hash': padded(SHA256_WITH_NULL, Buffer.alloc(20)),
        'hash of the hash': sign('sha256', hash, key),
        'unpadded text': Buffer.concat([hash, Buffer.alloc(224)]),
        negated: bytesOf(modulus(key) - integer(right)),
        'more than the modulus': bytesOf(modulus(key) + integer(right)),
        ones: Buffer.alloc(256, 255),
        zeros: Buffer.alloc(256),
        one: bytesOf(1n),
        ECDSA: sign('sha256', text, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      }
    }),
  ],
  [
    'a signature by a key that is not the named one',
    ['signature', 'serial'],
    ({ parts }) =>
      [PUBLIC_KEY_ID, PLATFORM_SERIAL, MERCHANT_SERIAL].flatMap((serial) =>
        [wechatpay, platform, merchant, rsaPair('somebody')]
          .filter(({ publicKey }) => wechatpayKeys.get(serial) !== publicKey)
          .map(({ privateKey }, i) => ({
            how: `${serial} by ${i}`,
            answer: signedAnswer({ ...parts, serial }, privateKey),
          })),
      ),
  ],
  [
    'a serial that is none of ours',
    ['serial'],
    signedAnew(({ serial }) =>
      [
        ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'get', 'size', '0', 'undefined', 'null'],
        ...[MERCHANT_SERIAL, '0'.repeat(40), `0${serial}`, serial.slice(1), serial.slice(0, -1), `${serial}0`],
        ...[serial.toLowerCase(), serial.replace(/\d/, (digit) => `${(Number(digit) + 1) % 10}`), 'PUB_KEY_ID_', '*'],
      ].map((other) => ({ serial: other })),
    ),
  ],
]
