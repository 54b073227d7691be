import {
  bitFlips,
  type Family,
  flippedText,
  NONCE,
  otherBodies,
  otherSignatures,
  SERIAL,
  SIGNATURE,
  TIMESTAMP,
} from './tools.ts'

export const flippedBits: readonly Family[] = [
  [
    'each bit of the signature flipped',
    ['signature'],
    otherSignatures((_text, _key, right) =>
      Object.fromEntries(bitFlips(right).map((bytes, bit) => [`bit ${bit} of the signature`, bytes])),
    ),
  ],
  [
    'each bit of the body flipped',
    ['signature'],
    otherBodies((body) => Object.fromEntries(bitFlips(body).map((bytes, bit) => [`bit ${bit} of the body`, bytes]))),
  ],
  ['each bit of the signature’s text flipped', ['signature'], flippedText(SIGNATURE)],
  ['each bit of the nonce flipped', ['signature', 'header'], flippedText(NONCE)],
  ['each bit of the timestamp flipped', ['timestamp', 'stale', 'signature'], flippedText(TIMESTAMP)],
  ['each bit of the serial flipped', ['serial'], flippedText(SERIAL)],
]
