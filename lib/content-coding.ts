/**
 * What an answer may be packed with. Ours are short, and to unpack them costs a cold start the loading of zlib, so they are
 * asked for as they are; whoever packs all the same, as a proxy may, is understood.
 */
export const AS_IT_IS = { 'Accept-Encoding': 'identity' } as const

/** Why the body of an answer cannot be had. */
export type Unpackable = 'ANSWER_TOO_LARGE' | 'ANSWER_ENCODING' | 'ANSWER_DAMAGED'

/** Names of HTTP's content codings, and who unpacks them. `deflate` is zlib's form, though some servers send it bare. */
const UNPACKERS = {
  gzip: 'gunzipSync',
  'x-gzip': 'gunzipSync',
  deflate: 'inflateSync',
  br: 'brotliDecompressSync',
  zstd: 'zstdDecompressSync',
} as const

/** Packed more often than this is nobody's honest answer. */
const CODINGS_MOST = 4

/**
 * The body of an answer without its content codings, which is what WeChat Pay signs. Neither it nor anything on the way to
 * it is larger than `maxBytes`.
 */
export const unpack = (body: Buffer, rawHeaders: readonly string[], maxBytes: number): Buffer | Unpackable => {
  const codings = codingsOf(rawHeaders)
  if (body.length === 0 || codings.length === 0) return body
  if (codings.length > CODINGS_MOST || !codings.every(isKnown)) return 'ANSWER_ENCODING'
  const zlib = process.getBuiltinModule('node:zlib')
  try {
    // The one that was applied last is named last.
    return codings.reduceRight<Buffer>((packed, coding) => {
      const unpacker = coding === 'deflate' && !hasZlibHeader(packed) ? 'inflateRawSync' : UNPACKERS[coding]
      return zlib[unpacker](packed, { maxOutputLength: maxBytes })
    }, body)
  } catch (error) {
    return error instanceof RangeError ? 'ANSWER_TOO_LARGE' : 'ANSWER_DAMAGED'
  }
}

const isKnown = (coding: string): coding is keyof typeof UNPACKERS => Object.hasOwn(UNPACKERS, coding)

/** All of them in order, from one header or several. */
const codingsOf = (rawHeaders: readonly string[]): readonly string[] =>
  rawHeaders
    .filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')

/** @see https://www.rfc-editor.org/rfc/rfc1950#section-2.2 */
const hasZlibHeader = ([first = 0, second = 0]: Buffer): boolean =>
  (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
