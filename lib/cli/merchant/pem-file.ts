import { isUtf8 } from 'node:buffer'
import type { FlawName } from './problems.ts'

/** A file as somebody gave it: its name for people, and its bytes. */
export type GivenFile = { readonly name: string; readonly bytes: Buffer }

/** A block of a PEM file, in lines of 64 with line feeds and nothing before or after it. */
export type Pem = { readonly label: string; readonly pem: string }

/** Dashes as editors turn them, around the words that frame a block. */
const FRAME = /[-\u2010-\u2015\u2212]{2,}[ \t]*(BEGIN|END)[ \t]+([A-Z0-9 ]+?)[ \t]*[-\u2010-\u2015\u2212]{2,}/g
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g
const IS_ENCRYPTED = /^\s*Proc-Type: ?4, ?ENCRYPTED/

/**
 * The block of a PEM file that is wanted, by its label, where there are several; else its first. Read however editors and
 * systems write it: in one line, with `\n` in words, quoted, indented, behind other text. What mail, variables and
 * downloads do to it beyond repair gets a name of its own.
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

/** undefined where something stands in it that no base64 has. */
const blockOf = (label: string, body: string): Pem | undefined => {
  if (IS_ENCRYPTED.test(body)) return { label: 'ENCRYPTED PRIVATE KEY', pem: '' }
  const base64 = body.replace(/\\[rn]|[\s"'>|,\\]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  return { label, pem: `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n` }
}

/** Windows' editors save so, and every other byte of plain text is then zero. */
const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes[1] === 0
