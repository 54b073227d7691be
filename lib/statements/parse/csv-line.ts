/** What delimiters lists have. */
export const DELIMITERS = [',', '\t', ';', '|', ','] as const

/**
 * One record of CSV text. A field that begins with a quote ends with one, and holds none but doubled; anywhere else a
 * quote is one of a field's characters, as in ="0012". Blanks around the quotes do not matter. `open`: a quote waits for
 * its end, which may stand in a later line. `broken`: text follows after the end of a quoted field.
 */
export const readCsvLine = (text: string, delimiter: string): readonly string[] | 'open' | 'broken' => {
  if (!text.includes('"')) return text.split(delimiter)
  const fields: string[] = []
  let at = 0
  for (;;) {
    const begin = afterBlanks(text, at, delimiter)
    if (text[begin] === '"') {
      const end = endOfQuoted(text, begin + 1)
      if (end < 0) return 'open'
      fields.push(text.slice(begin + 1, end).replaceAll('""', '"'))
      at = afterBlanks(text, end + 1, delimiter)
    } else {
      const end = text.indexOf(delimiter, at)
      fields.push(end < 0 ? text.slice(at) : text.slice(at, end))
      at = end < 0 ? text.length : end
    }
    if (at === text.length) return fields
    if (text[at] !== delimiter) return 'broken'
    at += 1
  }
}

/** How many fields the text has if no quote is one. */
export const plainWidth = (text: string, delimiter: string): number => text.split(delimiter).length

const afterBlanks = (text: string, from: number, delimiter: string): number => {
  let at = from
  while (at < text.length && text[at] !== delimiter && /[ \t\u00a0\u3000]/.test(text[at] ?? '')) at += 1
  return at
}

/** Where the quote is that ends the field; -1 where none is. */
const endOfQuoted = (text: string, from: number): number => {
  let at = text.indexOf('"', from)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
