import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** Text is collected in pieces of this many characters before it is written. */
const PIECE = 64 * 1024

/** A local file that is written piece by piece, at the pace of the disk. */
export const openTextFile = (file: string, begin = '') => {
  const stream = createWriteStream(file)
  let gathered = begin
  // The stream keeps the error, and the next write throws it.
  stream.on('error', () => {})

  const flush = async (): Promise<void> => {
    if (stream.errored) throw stream.errored
    const text = gathered
    gathered = ''
    if (!stream.write(text)) await once(stream, 'drain')
  }

  return {
    /** Throws what the disk said to an earlier piece, too. */
    write: async (text: string): Promise<void> => {
      gathered += text
      if (gathered.length >= PIECE) await flush()
    },
    end: async (): Promise<void> => {
      await flush()
      stream.end()
      await finished(stream)
    },
    /** Closes it, also after an error. A file that is still being opened is made first: who removes its folder waits. */
    drop: async (): Promise<void> => {
      stream.destroy()
      if (!stream.closed) await once(stream, 'close')
    },
  }
}
