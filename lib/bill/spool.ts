import { createHash } from 'node:crypto'
import type { Candidate } from './candidate.ts'
import type { AgreedBill } from './read-bill.ts'

/**
 * The candidates of a bill that agreed, a list for each chunk of what `readBill` gave to the caller's spool. Throws when it is
 * not that, whole and unaltered; what came before is true all the same, so whoever acts on a part and does it all again has
 * done nothing wrong.
 */
export const readSpool = async function* (
  bill: AgreedBill,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Candidate[]> {
  const hash = createHash('sha256')
  let kept: Uint8Array = new Uint8Array()
  for await (const chunk of chunks) {
    hash.update(chunk)
    const bytes = Buffer.concat([kept, chunk])
    const end = bytes.lastIndexOf(LF) + 1
    kept = bytes.subarray(end)
    if (end > 0) yield candidatesIn(bytes.toString('utf8', 0, end - 1))
  }
  if (kept.length > 0 || hash.digest('hex') !== bill.spool) throw new Error('this is not what was spooled of the bill')
}

const LF = 0x0a

/** Candidates as they are spooled: a line each. */
export const spoolText = (candidates: readonly Candidate[]): string =>
  candidates.map((candidate) => `${JSON.stringify(candidate)}\n`).join('')

// It was written by spoolText, and is compared with the hash of that.
const candidatesIn = (text: string): readonly Candidate[] => text.split('\n').map((line): Candidate => JSON.parse(line))
