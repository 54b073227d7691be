import { readdirSync } from 'node:fs'
import { ROOT } from './markdown.ts'
import type { Language } from './tables.ts'

/** A document in both languages, by its paths. */
export type Pair = Readonly<Record<Language, string>>

const pagesIn = (folder: string): readonly string[] =>
  readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .sort()

/** For who changes the code, as CONTRIBUTING.md is: in English alone. */
const isEnglishAlone = (name: string): boolean => ['architecture.md', 'faults.md', 'ledger.md'].includes(name)

export const ENGLISH_ALONE: readonly string[] = pagesIn('docs').filter(isEnglishAlone)

export const pagesOf = (folder: string): readonly string[] => pagesIn(folder).filter((name) => !isEnglishAlone(name))

/** The README and every page of docs/, in the order in which their examples are run. */
export const PAIRS: readonly Pair[] = [
  { en: 'README.md', zh: 'README.zh-CN.md' },
  ...pagesOf('docs').map((name) => ({ en: `docs/${name}`, zh: `docs/zh/${name}` })),
]

export const DOCUMENTS: readonly (readonly [file: string, language: Language])[] = PAIRS.flatMap(
  ({ en, zh }) =>
    [
      [en, 'en'],
      [zh, 'zh'],
    ] as const,
)

/** The documents of one language, as files. */
export const filesIn = (language: Language): readonly string[] => PAIRS.map((pair) => pair[language])
