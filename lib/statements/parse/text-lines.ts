import { TextDecoder } from 'node:util'
import type { Encoding } from './detect-encoding.ts'

/** A line of the file, numbered from 1. `isCut`: it was longer than LINE_MOST. */
export type TextLine = { readonly number: number; readonly text: string; readonly isCut: boolean }

/** Most characters of one line. */
const LINE_MOST = 8192
/** Most bytes that are buffered without a line end; longer than any line that is read. */
const KEPT_MOST = 64 * 1024

/**
 * Decodes bytes and splits them at CRLF, LF or CR; one array of lines per chunk. Memory use does not depend on the
 * file.
 */
export const textLines = async function* (
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<readonly TextLine[]> {
  let rest = ''
  let isCut = false
  /** The last chunk ended with CR, so a LF at the start of the next one is the same line end. */
  let isAfterCr = false
  let number = 0

  const take = (text: string): TextLine[] => {
    const all = isAfterCr && text.startsWith('\n') ? text.slice(1) : text
    isAfterCr = text.endsWith('\r')
    const parts = (rest + all).split(/\r\n|\n|\r/)
    rest = parts.pop() ?? ''
    const lines = parts.map(lineOf)
    if (rest.length > LINE_MOST) {
      rest = rest.slice(0, LINE_MOST)
      isCut = true
    }
    return lines
  }

  const lineOf = (text: string): TextLine => {
    number += 1
    const line = { number, text: text.slice(0, LINE_MOST), isCut: isCut || text.length > LINE_MOST }
    isCut = false
    return line
  }

  for await (const text of decoded(bytes, encoding)) yield take(text)
  if (rest !== '') yield [lineOf(rest)]
}

/**
 * Yields text in pieces that end at a line end. Each piece is decoded separately, since Node's stream decoder throws
 * for some broken GB18030 bytes that are split over two pieces.
 */
const decoded = async function* (bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true })
  let kept: Buffer = Buffer.alloc(0)
  let isFirst = true
  const decode = (piece: Buffer): string => {
    const text = decoder.decode(piece)
    const isMarked = isFirst && text.startsWith('\ufeff')
    isFirst = false
    return isMarked ? text.slice(1) : text
  }
  for await (const chunk of bytes) {
    kept = Buffer.concat([kept, chunk])
    const end = kept.length > KEPT_MOST ? wholeUnits(kept, encoding) : endOfLines(kept, encoding)
    if (end === 0) continue
    yield decode(kept.subarray(0, end))
    kept = kept.subarray(end)
  }
  if (kept.length > 0) yield decode(kept)
}

const LF = 0x0a
const CR = 0x0d

/** Index after the last line end. Its byte is never part of a multi-byte character. */
const endOfLines = (bytes: Buffer, encoding: Encoding): number => {
  if (encoding === 'utf-8' || encoding === 'gb18030') return Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)) + 1
  const isEnd = (at: number): boolean => {
    const code = encoding === 'utf-16le' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)
    return code === LF || code === CR
  }
  for (let at = wholeUnits(bytes, encoding) - 2; at >= 0; at -= 2) if (isEnd(at)) return at + 2
  return 0
}

/** So that no UTF-16 unit is cut in two. */
const wholeUnits = (bytes: Buffer, encoding: Encoding): number =>
  encoding.startsWith('utf-16') ? bytes.length - (bytes.length % 2) : bytes.length
