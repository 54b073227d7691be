import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { declares, mutantsOf, mutated } from './mutants.ts'
import { placeOf, type Row, TEMPLATE } from './row.ts'

/** A file as it stands without a guard, or without a part of it, and in words what was changed. */
export type Without = { readonly text: string; readonly what: string }

/** Whether these sources have the guard of a row. */
export const hasGuard = async (row: Row, root: string): Promise<boolean> => {
  const { file, symbol, word } = placeOf(row)
  if (!existsSync(join(root, file))) return false
  const source = readFileSync(join(root, file), 'utf8')
  return file === TEMPLATE
    ? templatesWithout(source, symbol, word).length > 0
    : await declares(file, source, symbol, word)
}

/** Each way to take a row's guard away in these sources. */
export const waysWithout = async (row: Row, root: string): Promise<readonly Without[]> => {
  const { file, symbol, word } = placeOf(row)
  const source = readFileSync(join(root, file), 'utf8')
  if (file === TEMPLATE) return templatesWithout(source, symbol, word)
  return (await mutantsOf(file, source, symbol, word)).map((mutant) => {
    const line = source.slice(0, mutant.from).split('\n').length
    const [old, into] = [source.slice(mutant.from, mutant.to), mutant.into].map(onOneLine)
    return { text: mutated(source, mutant), what: `line ${line}, ${mutant.what}: ${old} -> ${into}` }
  })
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 60)

type Template = { readonly Resources: Readonly<Record<string, unknown>> }

/**
 * The template without one property of a resource at a time, outermost first, and at last without the resource. With
 * `word`, without the properties of that name alone.
 */
const templatesWithout = (text: string, id: string, word?: string): readonly Without[] => {
  const resource = (JSON.parse(text) as Template).Resources[id]
  if (resource === undefined) return []
  return [...pathsIn(resource).toSorted((a, b) => a.length - b.length), []]
    .filter((path) => word === undefined || path.at(-1) === word)
    .map((path) => {
      const template = JSON.parse(text) as Template
      remove(template.Resources, [id, ...path])
      return { text: JSON.stringify(template), what: `without ${[id, ...path].join('.')}` }
    })
}

const pathsIn = (value: unknown): readonly (readonly string[])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])])

const remove = (from: unknown, [key = '', ...rest]: readonly string[]): void => {
  if (rest.length > 0) remove((from as Readonly<Record<string, unknown>>)[key], rest)
  else if (Array.isArray(from)) from.splice(Number(key), 1)
  else delete (from as Record<string, unknown>)[key]
}
