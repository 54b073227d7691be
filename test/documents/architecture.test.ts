import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inLevels } from './architecture/levels.ts'
import { architectureTables, importsUpwards } from './architecture/tables.ts'
import { ROOT, readDocument } from './markdown.ts'
import { withTables } from './tables.ts'

const FILE = 'docs/architecture.md'
const text = readFileSync(`${ROOT}${FILE}`, 'utf8')
const tables = await architectureTables()

describe(FILE, () => {
  it('has the tables of the code as the code has them: npm run documents', () => {
    expect(text).toBe(withTables(text, 'en', tables))
  })

  it('has every table of the code, and a word for each row', () => {
    for (const name of Object.keys(tables)) expect(text).toContain(`<!-- from the code: ${name} -->\n|`)
    const rows = readDocument(FILE).tables.flatMap((table) => table.rows)
    expect(rows.filter((row) => row.at(-1) === '')).toEqual([])
  })

  it('draws every function', () => {
    const [picture] = readDocument(FILE).blocks
    const names = readdirSync(`${ROOT}functions`).map((file) => file.replace('.ts', ''))

    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(picture?.text ?? ''))).toEqual([])
  })
})

describe('the order of the folders', () => {
  it('has no import that leads upwards', () => {
    expect(importsUpwards()).toEqual([])
  })

  const weightOf =
    (arrows: Readonly<Record<string, number>>) =>
    (from: string, to: string): number =>
      arrows[`${from}>${to}`] ?? 0

  it('has above what imports, and below what is imported', () => {
    expect(inLevels(['a', 'b', 'c'], weightOf({ 'c>a': 1, 'a>b': 1 }))).toEqual(['c', 'a', 'b'])
  })

  it('leaves the fewest imports upwards where folders import each other', () => {
    expect(inLevels(['a', 'b'], weightOf({ 'a>b': 1, 'b>a': 2 }))).toEqual(['b', 'a'])
  })
})

it.each([FILE, 'docs/ledger.md'])('every path that %s names is there', (file) => {
  const named = [
    ...readFileSync(`${ROOT}${file}`, 'utf8').matchAll(
      /`((?:lib|functions|test)(?:\/[\w./-]+)?|stack(?:\/[\w./-]+)?|serverless\.yml)`/g,
    ),
  ]

  expect(named.length).toBeGreaterThan(0)
  expect(named.map(([, path = '']) => path).filter((path) => !existsSync(`${ROOT}${path}`))).toEqual([])
})
