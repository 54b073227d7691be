import { createHash } from 'node:crypto'
import { type Receipt, receiptText } from '../../lib/cli/receipt/file.ts'

/** The receipt's text with a digest that fits what is in it. */
export const withDigest = ({ digest: _, ...content }: Receipt): string => {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return receiptText({ ...content, digest } as Receipt) // what was taken off is put on again
}
