/** Chinese characters and punctuation take two columns on a terminal. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g

export const displayWidth = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0)

export const padDisplay = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)))

/** A word, several spaces, or one Chinese character with the punctuation that must not begin a line. */
const PIECES =
  /\s+|[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60][,;:!?)\u3001\u3002\u300d\u300f\u201d\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*|[^\s\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60]+[,;:!?)\u3001\u3002\u300d\u300f\u201d\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*/g

/** Lines of at most `width` columns, broken between words and Chinese characters. A longer word is cut. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const piece of (text.match(PIECES) ?? []).flatMap((one) => cut(one, width))) {
    if (displayWidth(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = piece.trimStart()
    } else line += piece
  }
  return [...lines, line.trimEnd()]
}

const cut = (piece: string, width: number): readonly string[] => {
  if (displayWidth(piece) <= width) return [piece]
  const parts: string[] = ['']
  for (const character of piece) {
    if (displayWidth((parts.at(-1) ?? '') + character) > width) parts.push('')
    parts.push((parts.pop() ?? '') + character)
  }
  return parts
}
