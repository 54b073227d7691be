import type { ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { pipeline as piped } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Answer } from './answer.ts'
import { type AnswerSignature, spaces } from './answer-signing.ts'
import type { Download } from './bills.ts'

/** How header names are written: as WeChat Pay does, or with random case, as proxies may do. */
export type HeaderCase = 'as written' | 'mixed'

/**
 * The headers of a response as name, value, name, value; without a signature the response is unsigned. `length` is that
 * of the body on the wire in bytes, undefined if it is not known yet; `coding` is its Content-Encoding.
 */
export type AnswerHeaders = (
  answer: Answer,
  signature: AnswerSignature | undefined,
  length: number | undefined,
  coding?: string,
) => string[]

const asWritten = (name: string) => name
const lower = (name: string) => name.toLowerCase()
const upper = (name: string) => name.toUpperCase()

export const createAnswerHeaders = (headerCase: HeaderCase): AnswerHeaders => {
  const spellings = headerCase === 'mixed' ? [asWritten, lower, upper] : [asWritten]
  let answers = 0
  return (answer, signature, length, coding) => {
    const spell = spellings[answers++ % spellings.length] ?? asWritten
    const requestId = `08${answers.toString(16).toUpperCase().padStart(10, '0')}10D7031866A2-${answer.number}`
    const headers = [spell('Request-Id'), requestId, spell('Cache-Control'), 'no-cache, must-revalidate']
    if (answer.status !== 204 && length !== undefined) headers.push(spell('Content-Length'), String(length))
    const contentType = answer.contentType ?? (answer.body === '' ? undefined : 'application/json; charset=utf-8')
    if (contentType !== undefined) headers.push(spell('Content-Type'), contentType)
    if (coding !== undefined) headers.push(spell('Content-Encoding'), coding, spell('Vary'), 'Accept-Encoding')
    if (answer.location !== undefined) headers.push(spell('Location'), answer.location)
    if (signature === undefined) return headers
    headers.push(spell('Wechatpay-Nonce'), signature.nonce, spell('Wechatpay-Signature'), signature.signature)
    headers.push(spell('Wechatpay-Timestamp'), signature.timestamp, spell('Wechatpay-Serial'), signature.serial)
    return headers
  }
}

/** Sends the text, then so many spaces in pieces. The JSON value stays the same. */
export const streamPadded = (res: ServerResponse, text: string, padding: number): void => {
  const pieces = function* () {
    yield Buffer.from(text)
    yield* spaces(padding)
  }
  // A client may disconnect early; that is no error here.
  pipeline(Readable.from(pieces()), res, () => {})
}

/** Sends a bill as it is written. `reset` is called after the last byte of one that is cut. */
export const streamDownload = async (res: ServerResponse, download: Download, reset: () => void): Promise<void> => {
  const text = Readable.from(download.pieces())
  const end = { end: !download.reset }
  try {
    if (download.gzip) await piped(text, createGzip({ level: 1 }), res, end)
    else await piped(text, res, end)
    if (download.reset) reset()
  } catch {
    // A client may disconnect early; that is no error here.
  }
}
