// Names of the stack that are made from somebody's input.
import { createHash } from 'node:crypto'

/** A logical id takes 255 characters and a statement's id 64; the readable part is for people alone. */
const READABLE = 40

/** com.example.pos → ComExamplePos0123456789ab. Two inputs have two names, since the end is a hash of the whole input. */
export const logicalName = (source: string): string => {
  const words = source.split(/[^0-9A-Za-z]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return words.join('').slice(0, READABLE) + hashOf(source)
}

/** com.example.pos → only-com-example-pos-0123456789ab */
export const statementId = (source: string): string =>
  `only-${source.replaceAll(/[^0-9A-Za-z]/g, '-').slice(0, READABLE)}-${hashOf(source)}`

const hashOf = (source: string): string => createHash('sha256').update(source).digest('hex').slice(0, 12)
