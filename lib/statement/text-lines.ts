import type { Encoding } from './survey.ts'

/** A line as it stands in the file, numbered from 1. `isCut`: it was longer than any line may be. */
export type TextLine = { readonly number: number; readonly text: string; readonly isCut: boolean }

/** Characters of one line. */
const LINE_MOST = 8192

/** Decodes bytes and splits them at CRLF, LF or CR, a list of lines for each chunk. Memory stays flat whatever the bytes. */
export const textLines = async function* (
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<readonly TextLine[]> {
  const decoder = new TextDecoder(encoding)
  let rest = ''
  let isCut = false
  let number = 0

  const take = (text: string, isEnd: boolean): TextLine[] => {
    const parts = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = parts.pop() ?? ''
    const lines = parts.map((part) => lineOf(part))
    if (rest.length > LINE_MOST) {
      rest = rest.slice(0, LINE_MOST)
      isCut = true
    }
    if (isEnd && rest !== '') lines.push(lineOf(rest.replace(/\r$/, '')))
    return lines
  }

  const lineOf = (text: string): TextLine => {
    number += 1
    const line = { number, text: text.slice(0, LINE_MOST), isCut: isCut || text.length > LINE_MOST }
    isCut = false
    return line
  }

  for await (const chunk of bytes) yield take(decoder.decode(chunk, { stream: true }), false)
  yield take(decoder.decode(), true)
}
