import { isUtf8 } from 'node:buffer'

/**
 * What is wrong with a text, to be printed after the name of the file or value. It quotes at most the name of a member.
 */
export type Flaw = { readonly en: string; readonly zh: string }

const UTF_16: Flaw = { en: 'is UTF-16, it must be UTF-8', zh: '是 UTF-16 编码,必须为 UTF-8' }

/**
 * The only reader for text from outside: valid UTF-8. One byte order mark at the beginning is allowed, since Windows
 * writes it. Node would turn invalid bytes into U+FFFD, a character that the sender did not write.
 */
export const readText = (source: string | Uint8Array): { readonly text: string } | { readonly flaw: Flaw } => {
  if (typeof source !== 'string' && !isUtf8(source)) return { flaw: encodingFlaw(source) }
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8')
  return { text: text.startsWith('\ufeff') ? text.slice(1) : text }
}

/**
 * The only reader for JSON from outside; `value` is undefined if the text is not JSON. A repeated member name is a
 * flaw, since JSON.parse silently drops one of the two.
 */
export const readJson = (
  source: string | Uint8Array,
  reviverOf?: (json: string) => Parameters<typeof JSON.parse>[1],
): { readonly value: unknown } | { readonly flaw: Flaw } => {
  const read = readText(source)
  if ('flaw' in read) return read
  try {
    const value: unknown = JSON.parse(read.text, reviverOf?.(read.text))
    const name = repeatedName(read.text)
    return name === undefined ? { value } : { flaw: { en: `has ${name} twice`, zh: `中 ${name} 出现了两次` } }
  } catch {
    // The message of JSON.parse quotes its input.
    return { value: undefined }
  }
}

/**
 * The path to a text that was damaged before it arrived; '' for the value itself. Such a text contains U+FFFD, which
 * replaces bytes that could not be decoded, or half of a surrogate pair. Undefined if there is none.
 */
export const damagedText = (value: unknown): string | undefined => {
  const members: (readonly [path: string, value: unknown])[] = [['', value]]
  for (const [path, member] of members) {
    if (typeof member === 'string' && !isUndamaged(member)) return path
    if (typeof member !== 'object' || member === null) continue
    for (const [name, inner] of Object.entries(member)) {
      if (!isUndamaged(name)) return path
      members.push([path === '' ? name : `${path}.${name}`, inner])
    }
  }
  return undefined
}

const isUndamaged = (text: string): boolean => text.isWellFormed() && !text.includes('\ufffd')

const encodingFlaw = (bytes: Uint8Array): Flaw => {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return UTF_16
  const before = Buffer.from(bytes).toString('utf8').split('\ufffd', 1)[0] ?? ''
  const byte = Buffer.byteLength(before) + 1
  return { en: `is not UTF-8 (byte ${byte})`, zh: `不是 UTF-8 编码(第 ${byte} 个字节)` }
}

/** Tokens of valid JSON. A string is matched as a whole, so that a brace or a name inside it is skipped. */
const TOKENS = /"([^"\\]*(?:\\.[^"\\]*)*)"\s*(:?)|[{}]/g

const repeatedName = (json: string): string | undefined => {
  const objects: Set<string>[] = []
  for (const [token, name = '', colon] of json.matchAll(TOKENS)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (colon) {
      const names = objects.at(-1)
      const unescaped: string = name.includes('\\') ? JSON.parse(`"${name}"`) : name
      if (names?.has(unescaped)) return unescaped.slice(0, 64)
      names?.add(unescaped)
    }
  }
  return undefined
}
