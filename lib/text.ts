import { isUtf8 } from 'node:buffer'

/** What is wrong with a text, to be said after the name of what it stands in. It quotes the name of a member at most. */
export type Flaw = { readonly en: string; readonly zh: string }

const UTF_16: Flaw = { en: 'is UTF-16, it must be UTF-8', zh: '是 UTF-16 编码,必须为 UTF-8' }

/**
 * The one reader of text that comes from outside: UTF-8 without a fault. One byte order mark may stand before it, as Windows
 * writes it. Of other bytes Node would make U+FFFD, which nobody wrote.
 */
export const readText = (source: string | Uint8Array): { readonly text: string } | { readonly flaw: Flaw } => {
  if (typeof source !== 'string' && !isUtf8(source)) return { flaw: encodingFlaw(source) }
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8')
  return { text: text.startsWith('\ufeff') ? text.slice(1) : text }
}

/**
 * The one reader of JSON that comes from outside; its value is undefined where it is no JSON. A name that stands twice is a
 * flaw: a parser takes one of the two without a word.
 */
export const readJson = (
  source: string | Uint8Array,
  reviverOf?: (json: string) => Parameters<typeof JSON.parse>[1],
): { readonly value: unknown } | { readonly flaw: Flaw } => {
  const read = readText(source)
  if ('flaw' in read) return read
  try {
    const value: unknown = JSON.parse(read.text, reviverOf?.(read.text))
    const name = nameTwice(read.text)
    return name === undefined ? { value } : { flaw: { en: `has ${name} twice`, zh: `中 ${name} 出现了两次` } }
  } catch {
    // A parser's message quotes what it read.
    return { value: undefined }
  }
}

/**
 * The path to text that was damaged before it came here, '' for the whole: it holds U+FFFD, which stands for bytes that
 * somebody could not read, or half of a pair of surrogates. Undefined where there is none.
 */
export const damagedText = (value: unknown): string | undefined => {
  const members: (readonly [path: string, value: unknown])[] = [['', value]]
  for (const [path, member] of members) {
    if (typeof member === 'string' && !isSound(member)) return path
    if (typeof member !== 'object' || member === null) continue
    for (const [name, inner] of Object.entries(member)) {
      if (!isSound(name)) return path
      members.push([path === '' ? name : `${path}.${name}`, inner])
    }
  }
  return undefined
}

const isSound = (text: string): boolean => text.isWellFormed() && !text.includes('\ufffd')

const encodingFlaw = (bytes: Uint8Array): Flaw => {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return UTF_16
  const before = Buffer.from(bytes).toString('utf8').split('\ufffd', 1)[0] ?? ''
  const at = Buffer.byteLength(before) + 1
  return { en: `is not UTF-8 (byte ${at})`, zh: `不是 UTF-8 编码(第 ${at} 个字节)` }
}

/** Of sound JSON: strings are taken whole, so that what looks like a brace or a name within one is passed over. */
const TOKENS = /"([^"\\]*(?:\\.[^"\\]*)*)"\s*(:?)|[{}]/g

const nameTwice = (json: string): string | undefined => {
  const objects: Set<string>[] = []
  for (const [token, name = '', colon] of json.matchAll(TOKENS)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (colon) {
      const names = objects.at(-1)
      const plain: string = name.includes('\\') ? JSON.parse(`"${name}"`) : name
      if (names?.has(plain)) return plain.slice(0, 64)
      names?.add(plain)
    }
  }
  return undefined
}
