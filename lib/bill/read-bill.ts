import { createHash } from 'node:crypto'
import { type BillFacts, createBillText, type TextFlaw } from './bill-text.ts'
import { spoolText } from './spool.ts'
import { type Unhad, unpacked } from './unpacked.ts'

declare const AGREED: unique symbol

/** A bill that is WeChat Pay's word, and whose lines came to what its summary says. Only `readBill` makes one. */
export type AgreedBill = BillFacts & {
  readonly [AGREED]: true
  /** SHA-256 in hex of what was spooled. */
  readonly spool: string
}

/**
 * Why nothing of a bill may be acted on. `hash`, `lost` and `packed`: the bytes are not the ones that WeChat Pay spoke of, so
 * it is to be asked for again. Any other: they are, and this service cannot read them.
 */
export type BillRefusal = { readonly reason: Unhad | 'hash' } | TextFlaw

export type BillReading =
  | { readonly agreed: true; readonly bill: AgreedBill }
  | { readonly agreed: false; readonly refusal: BillRefusal }

export type BillExpected = {
  /** `hash_value` of the signed answer, 40 hex digits. It is of the text, so that of a packed bill stands for its bytes too. */
  readonly sha1: string
  /** Of the text. */
  readonly maxBytes: number
}

/**
 * Reads a trade bill of any length at flat memory, as text or as gzip. Before the last byte nobody knows whether the bill is
 * true, so what may concern an order goes to `spool` as text that is not meant to be read: the caller writes it to a file
 * (`/tmp`, or an upload of parts) and gives that to `readSpool` with the bill that agreed, which is the only way to the
 * candidates. After a refusal the file is thrown away. `spool` is awaited, so a slow disk slows the download; what it
 * throws is thrown.
 *
 * Damage is told from a format that nobody knows: after a line that cannot be read the rest is hashed all the same.
 */
export const readBill = async (
  bytes: AsyncIterable<Uint8Array>,
  { sha1, maxBytes }: BillExpected,
  spool: (text: string) => unknown,
): Promise<BillReading> => {
  const hash = createHash('sha1')
  const spooled = createHash('sha256')
  const text = createBillText()
  for await (const piece of unpacked(bytes, maxBytes)) {
    if (typeof piece === 'string') return refused({ reason: piece })
    hash.update(piece)
    const lines = spoolText(text.take(piece))
    if (lines === '') continue
    spooled.update(lines)
    await spool(lines)
  }
  if (hash.digest('hex') !== sha1.toLowerCase()) return refused({ reason: 'hash' })
  const end = text.end()
  if ('reason' in end) return refused(end)
  return { agreed: true, bill: { ...end, spool: spooled.digest('hex') } as AgreedBill } // the one place where it agrees
}

const refused = (refusal: BillRefusal): BillReading => ({ agreed: false, refusal })
