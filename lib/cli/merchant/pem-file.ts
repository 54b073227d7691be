import { isUtf8 } from 'node:buffer'
import type { FlawName } from './problems.ts'

/** A file that a person gave: its name for messages, and its bytes. */
export type GivenFile = { readonly name: string; readonly bytes: Buffer }

/** A block of a PEM file, in lines of 64 characters with LF, and nothing around it. */
export type Pem = { readonly label: string; readonly pem: string }

/** The BEGIN and END lines, also with the dashes that editors replace hyphens by. */
const FRAME = /[-\u2010-\u2015\u2212]{2,}[ \t]*(BEGIN|END)[ \t]+([A-Z0-9 ]+?)[ \t]*[-\u2010-\u2015\u2212]{2,}/g
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g
const IS_ENCRYPTED = /^\s*Proc-Type: ?4, ?ENCRYPTED/

/**
 * Reads the wanted block of a PEM file by its label, if there are several; otherwise the first. It accepts what editors
 * and systems produce: one line, a literal `\n`, quotes, indentation, other text before it. Damage by mail, environment
 * variables and downloads that cannot be repaired gives the name of the flaw.
 */
export const readPemFile = ({ name, bytes }: GivenFile, wanted: RegExp): Pem | FlawName => {
  if (bytes.length === 0) return 'empty'
  if (isUtf16(bytes)) return 'utf16'
  if (bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80) return /\.(p12|pfx)$/i.test(name) ? 'p12' : 'der'
  if (!isUtf8(bytes)) return 'not-pem'

  const text = bytes
    .toString('utf8')
    .replace(/\p{Cf}/gu, '')
    .replace(FRAME, '-----$1 $2-----')
  const blocks = [...text.matchAll(BLOCK)].map(([, label = '', body = '']) => blockOf(label, body))
  const block = blocks.find((one) => one && wanted.test(one.label)) ?? blocks[0]
  if (block) return block
  if (blocks.length > 0) return 'garbled'
  if (/-----BEGIN [A-Z0-9 ]+-----/.test(text)) return 'cut'
  const bare = text.replace(/\s|\\n/g, '')
  if (/^[0-9A-Za-z]{32}$/.test(bare)) return 'apiv3-key'
  return /^[A-Za-z0-9+/]{100,}={0,2}$/.test(bare) ? 'headers-cut' : 'not-pem'
}

/** Undefined if the body has a character that base64 does not have. */
const blockOf = (label: string, body: string): Pem | undefined => {
  if (IS_ENCRYPTED.test(body)) return { label: 'ENCRYPTED PRIVATE KEY', pem: '' }
  const base64 = body.replace(/\\[rn]|[\s"'>|,\\]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  return { label, pem: `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n` }
}

/** Windows editors save UTF-16, in which every other byte of ASCII text is zero. */
const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes[1] === 0
