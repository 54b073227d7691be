import { type Family, otherValues, SIGNATURE, upTo } from './tools.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export const alteredSignatureTexts: readonly Family[] = [
  [
    'the right signature in lenient base64',
    ['signature'],
    otherValues(SIGNATURE, (right) => [
      right.replaceAll('=', ''),
      right.slice(0, -1),
      ...['=', '==', 'A', 'AAAA', '!', '\0', ' ', '\n', '\r\n', '#garbage', ',', '=A'].map((tail) => right + tail),
      ...['=', '\n', ' ', '"', 'data:;base64,'].map((head) => head + right),
      right.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      `${right.replaceAll('+', '-').replaceAll('/', '_')}`,
      right.replaceAll('+', ' '),
      right.replaceAll('+', '%2B').replaceAll('/', '%2F').replaceAll('=', '%3D'),
      ...[64, 76].flatMap((width) =>
        ['\n', '\r\n', '\n ', ' '].map((lineBreak) => right.replace(RegExp(`.{${width}}`, 'g'), `$&${lineBreak}`)),
      ),
      `${right.slice(0, 100)}=${right.slice(100)}`,
      `${right.slice(0, 100)}*${right.slice(100)}`,
      `"${right}"`,
    ]),
  ],
  [
    'the right signature with bits after its last byte',
    ['signature'],
    otherValues(SIGNATURE, (right) => {
      const last = ALPHABET.indexOf(right.charAt(341))
      return upTo(15).map((bits) => `${right.slice(0, 341)}${ALPHABET.charAt(last + bits + 1)}==`)
    }),
  ],
  [
    'the right signature in hexadecimal',
    ['signature'],
    otherValues(SIGNATURE, (right) => {
      const hex = Buffer.from(right, 'base64').toString('hex')
      return [hex, hex.toUpperCase()]
    }),
  ],
  [
    'a SIGNTEST signature',
    ['signature'],
    otherValues(SIGNATURE, (right) => [
      'WECHATPAY/SIGNTEST/',
      `WECHATPAY/SIGNTEST/${right}`,
      `WECHATPAY/SIGNTEST/${right.slice(19)}`,
      `WECHATPAY/SIGNTEST/${'A'.repeat(323)}==`,
    ]),
  ],
]
