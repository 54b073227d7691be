import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

/** What a first pass over the bytes finds out about a file. */
export type FileFacts = {
  readonly encoding: Encoding
  /**
   * Lines of the file, including empty ones. Counted from the bytes and not by the parser, so that lost lines are
   * noticed.
   */
  readonly lines: number
  readonly bytes: number
}

/** Reads all bytes once; stops early if there are more than `maxBytes`. Throws if a gzip file is damaged. */
export const readFileFacts = async (bytes: Readable, maxBytes: number): Promise<FileFacts> => {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let isUtf8 = true
  let head = Buffer.alloc(0)
  let count: ReturnType<typeof createLineCount> | undefined
  let total = 0

  const look = (chunk: Buffer): void => {
    count ??= createLineCount(head)
    isUtf8 &&= decodes(utf8, chunk, false)
    count.add(chunk)
  }
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > maxBytes) break
    if (count) look(chunk)
    else {
      head = Buffer.concat([head, chunk])
      if (head.length >= HEAD_BYTES) look(head)
    }
  }
  bytes.destroy()
  if (!count) look(head)
  isUtf8 &&= decodes(utf8, undefined, true)
  return { encoding: encodingOf(head.subarray(0, HEAD_BYTES), isUtf8), lines: count?.end() ?? 0, bytes: total }
}

const LF = 0x0a
const CR = 0x0d
const HEAD_BYTES = 4096

/** Counts line ends (CRLF as one) and a last line without one. */
const createLineCount = (head: Buffer) => {
  const wide = utf16Of(head)
  const mark = markOf(head, wide)
  let skip = mark
  let odd: number | undefined
  let lines = 0
  let isInLine = false
  let isAfterCr = false

  const unit = (code: number): void => {
    if (code === LF || code === CR) {
      if (!(code === LF && isAfterCr)) lines += 1
      isInLine = false
    } else isInLine = true
    isAfterCr = code === CR
  }
  const add = (chunk: Buffer): void => {
    for (const byte of chunk) {
      if (skip > 0) skip -= 1
      else if (!wide) unit(byte)
      else if (odd === undefined) odd = byte
      else {
        unit(wide === 'utf-16le' ? odd + byte * 256 : odd * 256 + byte)
        odd = undefined
      }
    }
  }
  return { add, end: () => lines + (isInLine || odd !== undefined ? 1 : 0) }
}

/** Length of the byte order mark, which is not part of the first line. */
const markOf = (head: Buffer, wide: 'utf-16le' | 'utf-16be' | undefined): number => {
  if (wide) return isMarked(head) ? 2 : 0
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
}

const isMarked = (head: Buffer): boolean =>
  (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)

/**
 * Detects UTF-16 by its byte order mark; without one, by the zero bytes beside ASCII letters, which no other encoding
 * has.
 */
const utf16Of = (head: Buffer): 'utf-16le' | 'utf-16be' | undefined => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  let [le, be] = [0, 0]
  for (let at = 0; at + 1 < Math.min(head.length, HEAD_BYTES); at += 2) {
    const [first = 0, second = 0] = [head[at], head[at + 1]]
    if (second === 0 && first > 0 && first < 0x80) le += 1
    if (first === 0 && second > 0 && second < 0x80) be += 1
  }
  if (Math.max(le, be) < 4) return undefined
  if (le > 4 * be) return 'utf-16le'
  return be > 4 * le ? 'utf-16be' : undefined
}

const decodes = (decoder: TextDecoder, chunk: Buffer | undefined, isEnd: boolean): boolean => {
  try {
    decoder.decode(chunk, { stream: !isEnd })
    return true
  } catch {
    return false
  }
}

/**
 * Text that is not valid UTF-8 is GB18030; but if its first line is Chinese in valid UTF-8, it is UTF-8 with a few
 * broken bytes.
 */
const encodingOf = (head: Buffer, isUtf8: boolean): Encoding => {
  const wide = utf16Of(head)
  if (wide) return wide
  if (isUtf8 || markOf(head, undefined) > 0) return 'utf-8'
  const end = head.indexOf(LF)
  const firstLine = head.subarray(0, end < 0 ? head.length : end)
  const isChinese = firstLine.some((byte) => byte > 0x7f)
  return isChinese && decodes(new TextDecoder('utf-8', { fatal: true }), firstLine, end >= 0) ? 'utf-8' : 'gb18030'
}
