/** Characters that are two columns wide on a terminal, and characters without width. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NONE = /[\p{M}\p{Cf}]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const COLOUR = /\u001b\[[0-9;]*m/g

/** Columns that a text takes on a terminal. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const char of text.replace(COLOUR, '')) width += WIDE.test(char) ? 2 : NONE.test(char) ? 0 : 1
  return width
}

/** Characters that must not begin a line, and characters that must not end one. */
const CLOSES = /^[、。,;:!?)》」』”’…!?,.;:)%]/u
const OPENS = /[(《「『“‘(]$/u

/** The parts of a text between which a line may break: words with the spaces after them, and Chinese characters. */
const partsOf = (text: string): readonly string[] => {
  const parts: string[] = []
  for (const char of text) {
    const last = parts.at(-1)
    const isBreak =
      last === undefined ||
      (!/\s/.test(char) &&
        !CLOSES.test(char) &&
        !OPENS.test(last) &&
        (/\s$/.test(last) || WIDE.test(char) || WIDE.test([...last].at(-1) ?? '')))
    if (isBreak) parts.push(char)
    else parts[parts.length - 1] += char
  }
  return parts
}

/** Width of the longest part that cannot be broken. */
export const leastWidth = (text: string): number => Math.max(0, ...partsOf(text).map((part) => widthOf(part.trimEnd())))

/** Wraps a text to so many columns; `hanging` indents all lines after the first. */
export const wrap = (text: string, columns: number, hanging = 0): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const part of partsOf(text)) {
    if (line.trim() !== '' && widthOf(`${line}${part}`.trimEnd()) > columns) {
      lines.push(line.trimEnd())
      line = ' '.repeat(hanging)
    }
    line += part
  }
  return [...lines, line.trimEnd()]
}
