/**
 * Asks for an answer without compression. Answers are short, and loading zlib would make a cold start slower. An answer
 * that a proxy has compressed nevertheless is unpacked.
 */
export const IDENTITY_ENCODING = { 'Accept-Encoding': 'identity' } as const

/** Why the body of an answer cannot be read. */
export type Unpackable = 'ANSWER_TOO_LARGE' | 'ANSWER_ENCODING' | 'ANSWER_DAMAGED'

/**
 * HTTP content codings, and the function of node:zlib for each. `deflate` should have a zlib header, but some servers
 * send raw deflate.
 */
const UNPACKERS = {
  gzip: 'gunzipSync',
  'x-gzip': 'gunzipSync',
  deflate: 'inflateSync',
  br: 'brotliDecompressSync',
  zstd: 'zstdDecompressSync',
} as const

/** No proper server applies more content codings than this. */
const MAX_CODINGS = 4

/**
 * Removes the content codings from the body of an answer, since WeChat Pay signs the body without them. Neither the
 * result nor any intermediate step is larger than `maxBytes`.
 */
export const unpack = (body: Buffer, rawHeaders: readonly string[], maxBytes: number): Buffer | Unpackable => {
  const codings = codingsOf(rawHeaders)
  if (body.length === 0 || codings.length === 0) return body
  if (codings.length > MAX_CODINGS || !codings.every(isKnown)) return 'ANSWER_ENCODING'
  const zlib = process.getBuiltinModule('node:zlib')
  try {
    // The header names the codings in the order in which they were applied.
    return codings.reduceRight<Buffer>((packed, coding) => {
      const unpacker = coding === 'deflate' && !hasZlibHeader(packed) ? 'inflateRawSync' : UNPACKERS[coding]
      return zlib[unpacker](packed, { maxOutputLength: maxBytes })
    }, body)
  } catch (error) {
    return error instanceof RangeError ? 'ANSWER_TOO_LARGE' : 'ANSWER_DAMAGED'
  }
}

const isKnown = (coding: string): coding is keyof typeof UNPACKERS => Object.hasOwn(UNPACKERS, coding)

/** The content codings in order, from one or more headers. */
const codingsOf = (rawHeaders: readonly string[]): readonly string[] =>
  rawHeaders
    .filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')

/** @see https://www.rfc-editor.org/rfc/rfc1950#section-2.2 */
const hasZlibHeader = ([first = 0, second = 0]: Buffer): boolean =>
  (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
