import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Why the bytes of a bill cannot be had whole. */
export type Unhad =
  | 'lost' // the stream broke: ask for the bill again
  | 'packed' // they are no whole gzip
  | 'too_large'

/** Pieces of this size keep the work for each of them small beside the work for its lines. */
const PIECE_BYTES = 256 * 1024

/**
 * The text of a bill as bytes, gunzipped where it is gzip, which the first two bytes tell; at last the reason if it is not
 * whole. Stops after `maxBytes` of text. Closes the stream whenever it ends.
 */
export const unpacked = async function* (
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array | Unhad> {
  let length = 0
  try {
    for await (const piece of await gunzipped(bytes)) {
      length += piece.length
      if (length > maxBytes) {
        yield 'too_large'
        return
      }
      yield piece
    }
  } catch (error) {
    yield isOfZlib(error) ? 'packed' : 'lost'
  }
}

const gunzipped = async (bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> => {
  const pieces = bytes[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < 2) {
    const next = await pieces.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const whole = (async function* () {
    yield head
    yield* { [Symbol.asyncIterator]: () => pieces }
  })()
  if (head[0] !== 0x1f || head[1] !== 0x8b) return whole
  // Its errors come out of the last stream, which is read.
  return pipeline(Readable.from(whole), createGunzip({ chunkSize: PIECE_BYTES }), () => undefined)
}

const isOfZlib = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^Z_/.test(String(error.code))
