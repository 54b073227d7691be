// Names of the stack that are made from input of a person.
import { createHash } from 'node:crypto'

/** A logical id may have 255 characters and a statement id 64. The readable part only helps people. */
const READABLE = 40

/** com.example.pos → ComExamplePos0123456789ab. The hash of the whole input at the end makes names unique. */
export const logicalName = (source: string): string => {
  const words = source.split(/[^0-9A-Za-z]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return words.join('').slice(0, READABLE) + hashOf(source)
}

/** com.example.pos → only-com-example-pos-0123456789ab */
export const statementId = (source: string): string =>
  `only-${source.replaceAll(/[^0-9A-Za-z]/g, '-').slice(0, READABLE)}-${hashOf(source)}`

const hashOf = (source: string): string => createHash('sha256').update(source).digest('hex').slice(0, 12)
