import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import type { StatementKey } from './statement-key.ts'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le'

/** What a first look at a statement's bytes tells. */
export type Survey = {
  readonly encoding: Encoding
  /** Lines that are not empty, the header among them. */
  readonly lines: number
  readonly bytes: number
}

/** The bytes of a statement, unpacked. Destroyed by whoever stops reading. */
export const openStatement = (file: string, { isGzipped }: Pick<StatementKey, 'isGzipped'>): Readable => {
  const stored = createReadStream(file)
  if (!isGzipped) return stored
  const unpacked = createGunzip()
  stored.on('error', (error) => unpacked.destroy(error))
  return stored.pipe(unpacked)
}

/** Reads all bytes once; stops early when there are more than `maxBytes`. Throws when a gzip file is damaged. */
export const surveyStatement = async (bytes: Readable, maxBytes: number): Promise<Survey> => {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let isUtf8 = true
  let head: Buffer | undefined
  let total = 0
  let lines = 0
  let isInLine = false
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    head =
      head && head.length >= HEAD_BYTES ? head : Buffer.concat([head ?? Buffer.alloc(0), chunk.subarray(0, HEAD_BYTES)])
    total += chunk.length
    if (total > maxBytes) break
    isUtf8 &&= decodes(utf8, chunk, false)
    for (const byte of chunk) {
      if (byte > CR) isInLine = true
      else if ((byte === LF || byte === CR) && isInLine) {
        lines += 1
        isInLine = false
      }
    }
  }
  bytes.destroy()
  isUtf8 &&= decodes(utf8, undefined, true)
  return { encoding: encodingOf(head ?? Buffer.alloc(0), isUtf8), lines: lines + (isInLine ? 1 : 0), bytes: total }
}

const LF = 0x0a
const CR = 0x0d
const HEAD_BYTES = 4096

const decodes = (decoder: TextDecoder, chunk: Buffer | undefined, isEnd: boolean): boolean => {
  try {
    decoder.decode(chunk, { stream: !isEnd })
    return true
  } catch {
    return false
  }
}

/** What is not UTF-8 throughout is GB18030, unless its first line is Chinese in UTF-8: then some bytes are broken. */
const encodingOf = (head: Buffer, isUtf8: boolean): Encoding => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (isUtf8) return 'utf-8'
  const end = head.indexOf(LF)
  const firstLine = head.subarray(0, end < 0 ? head.length : end)
  const isChinese = firstLine.some((byte) => byte > 0x7f)
  return isChinese && decodes(new TextDecoder('utf-8', { fatal: true }), firstLine, end >= 0) ? 'utf-8' : 'gb18030'
}
