import { isUtf8 } from 'node:buffer'
import type { FlawName } from './mistakes.ts'

/** A file as somebody gave it: its name for people, and its bytes. */
export type GivenFile = { readonly name: string; readonly bytes: Buffer }

/** The first block of a PEM file, with line feeds and nothing before or after it. */
export type Pem = { readonly label: string; readonly pem: string }

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\n([A-Za-z0-9+/=\n]+)\n-----END \1-----/
const ENCRYPTED_RSA = /-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n/

/** Reads PEM however editors and systems write it; what mail, variables and downloads do to it gets a name of its own. */
export const readPemFile = ({ name, bytes }: GivenFile): Pem | FlawName => {
  if (bytes.length === 0) return 'empty'
  if (isUtf16(bytes)) return 'utf16'
  if (bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80) return /\.(p12|pfx)$/i.test(name) ? 'p12' : 'der'
  if (!isUtf8(bytes)) return 'not-pem'

  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
  if (ENCRYPTED_RSA.test(text)) return { label: 'ENCRYPTED PRIVATE KEY', pem: '' }
  const [, label, body] = BLOCK.exec(text) ?? []
  if (label !== undefined && body !== undefined)
    return { label, pem: `-----BEGIN ${label}-----\n${body.trim()}\n-----END ${label}-----\n` }
  if (/-----BEGIN [A-Z0-9 ]+-----/.test(text)) return /-----END [A-Z0-9 ]+-----/.test(text) ? 'newlines-lost' : 'cut'
  const bare = text.replace(/\s|\\n/g, '')
  if (/^[0-9A-Za-z]{32}$/.test(bare)) return 'apiv3-key'
  return /^[A-Za-z0-9+/]{100,}={0,2}$/.test(bare) ? 'headers-cut' : 'not-pem'
}

/** Windows' editors save so, and every other byte of plain text is then zero. */
const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes[1] === 0
