/** Delimiters that CSV files use. */
export const DELIMITERS = [',', '\t', ';', '|', ','] as const

/**
 * Reads one record of CSV text. A field that begins with a quote must end with a quote, and quotes inside it are
 * doubled. Elsewhere a quote is an ordinary character, as in ="0012". Spaces around the quotes are ignored. `open`: the
 * closing quote is missing, and may follow in a later line. `broken`: text follows the closing quote.
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

/** Number of fields if quotes are treated as ordinary characters. */
export const plainWidth = (text: string, delimiter: string): number => text.split(delimiter).length

const afterBlanks = (text: string, from: number, delimiter: string): number => {
  let at = from
  while (at < text.length && text[at] !== delimiter && /[ \t\u00a0\u3000]/.test(text[at] ?? '')) at += 1
  return at
}

/** Index of the closing quote of a field; -1 if it is missing. */
const endOfQuoted = (text: string, from: number): number => {
  let at = text.indexOf('"', from)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
