import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

/** A body on the wire. Its signature is over the uncompressed bytes. */
export type Packed = { readonly coding: string; readonly bytes: Buffer }

const PACKERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const

export const pack = (body: Buffer | string, coding: keyof typeof PACKERS): Packed => ({
  coding,
  bytes: PACKERS[coding](body),
})

/** Compresses by gzip if the request allows it. A request without Accept-Encoding allows everything. */
export const packedAsAllowed = (body: string, acceptEncoding: string | undefined): Packed | undefined =>
  body !== '' && allowsGzip(acceptEncoding) ? pack(body, 'gzip') : undefined

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
const allowsGzip = (acceptEncoding: string | undefined): boolean => {
  if (acceptEncoding === undefined) return true
  const weights = new Map(
    acceptEncoding.split(',').map((one) => {
      const [coding = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return [coding, weight === undefined ? 1 : Number(weight.slice(2))]
    }),
  )
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}
