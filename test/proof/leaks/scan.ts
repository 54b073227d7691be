/** What must be nowhere: a secret, or a word about a customer. At least 16 characters. */
export type Canary = { readonly what: string; readonly value: string }

export type Leak = { readonly what: string; readonly form: string; readonly where: string }

/** Pieces of this length are looked for: a part of a secret is a leak as well. */
const PIECE = 16

const FORMS: Readonly<Record<string, (value: string) => readonly string[]>> = {
  'as is': (value) => [value],
  percent: (value) => [encodeURIComponent(value)],
  hex: (value) => [Buffer.from(value).toString('hex'), Buffer.from(value).toString('hex').toUpperCase()],
  // Wherever in a longer text it began.
  base64: (value) => [0, 1, 2].map((before) => inBase64(value, before)),
  'hex of its bytes': (value) => (isBase64(value) ? [Buffer.from(value, 'base64').toString('hex')] : []),
}

const inBase64 = (value: string, before: number): string => {
  const text = Buffer.from('\0'.repeat(before) + value).toString('base64')
  // The first and the last letters depend on what stands beside it.
  return text.slice(before === 0 ? 0 : 4, -4)
}

const isBase64 = (value: string): boolean => /^[A-Za-z0-9+/]{32,}={0,2}$/.test(value)

/** Looks for canaries in every form; `lines` and `leaks` are what came of it so far. */
export const createScan = (canaries: Iterable<Canary>) => {
  const pieces = new Map<string, string>()
  let values = 0
  for (const { what, value } of canaries) {
    values += 1
    for (const [form, make] of Object.entries(FORMS))
      for (const text of make(value))
        for (let at = 0; at + PIECE <= text.length; at += PIECE)
          pieces.set(text.slice(at, at + PIECE), `${what}\n${form}`)
  }

  const leaks: Leak[] = []
  let lines = 0

  /** @param mayHold which kinds may stand there */
  const look = (where: string, text: string, mayHold: (what: string) => boolean = () => false): void => {
    lines += 1
    for (const [run] of text.matchAll(/[A-Za-z0-9+/=_%-]{16,}/g))
      for (let at = 0; at + PIECE <= run.length; at += 1) {
        const found = pieces.get(run.slice(at, at + PIECE))
        if (found === undefined) continue
        const [what = '', form = ''] = found.split('\n')
        if (mayHold(what)) continue
        leaks.push({ what, form, where })
        break
      }
  }

  return { look, leaks, values, pieces: pieces.size, lines: () => lines }
}

/** Every form of a canary, to be planted on purpose. */
export const formsOf = (value: string): readonly (readonly [form: string, text: string])[] =>
  Object.entries(FORMS).flatMap(([form, make]) => make(value).map((text) => [form, text] as const))
