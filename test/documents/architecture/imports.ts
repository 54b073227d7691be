import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { ROOT } from '../markdown.ts'

/** Who imports whom, by their paths from the root. */
export type Arrow = { readonly from: string; readonly to: string }

const { dirname, join } = posix

/** What runs in production, and on a person's machine. */
const ROOTS = ['functions', 'lib'] as const

export const sourceFiles = (): readonly string[] =>
  ROOTS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
    .filter((file) => file.endsWith('.ts'))
    .sort()

/** A folder with all below it, as people speak of it; `lib` are the files that stand in none. */
export const roomOf = (file: string): string => dirname(file).split('/').slice(0, 2).join('/')

/** Every import of our own files by our own, types too, and those that are made while it runs. */
export const importsOf = (files: readonly string[]): readonly Arrow[] =>
  files.flatMap((from) =>
    [...readFileSync(join(ROOT, from), 'utf8').matchAll(/(?:\bfrom |\bimport\()'(\.[^']*)'/g)].map(([, path = '']) => ({
      from,
      to: join(dirname(from), path),
    })),
  )

/** The arrows from one room to another. */
export const betweenRooms = (arrows: readonly Arrow[]): readonly Arrow[] =>
  arrows.filter(({ from, to }) => roomOf(from) !== roomOf(to))
