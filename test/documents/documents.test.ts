import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { DOCUMENTS, ENGLISH_ALONE, filesIn, PAIRS, pagesOf } from './documents.ts'
import { ROOT, readDocument } from './markdown.ts'
import { eventSchemas } from './schema/events.ts'
import { TABLE_NAMES, withTables } from './tables.ts'

const read = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8')

/** Every table of all documents of a language. */
const tablesIn = (language: 'en' | 'zh') => filesIn(language).flatMap((file) => readDocument(file).tables)

describe.each(DOCUMENTS)('%s', (file, language) => {
  it('has the tables of the code as the code has them: npm run documents', () => {
    expect(read(file)).toBe(withTables(read(file), language))
  })

  it('has a word for each row of its tables', () => {
    const rows = readDocument(file).tables.flatMap((table) => table.rows)

    expect(rows.filter((row) => row.some((cell, i) => i > 0 && cell === '') && !isSum(row))).toEqual([])
  })
})

const isSum = ([first = '']: readonly string[]) => /^(together|合计)/.test(first)

describe.each(['README.md', 'README.zh-CN.md'])('%s', (file) => {
  it('has at most 200 lines', () => {
    expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(200)
  })
})

describe.each(['en', 'zh'] as const)('the documents, %s,', (language) => {
  it.each(TABLE_NAMES)('have the table of %s once', (name) => {
    const having = filesIn(language).flatMap((file) => read(file).split(`<!-- from the code: ${name} -->\n|`).slice(1))

    expect(having).toHaveLength(1)
  })

  it('name every command, and no other', async () => {
    const { out } = await runCli(['--help'])
    const commands = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name)

    const [table] = tablesIn(language).filter(({ rows }) => rows.some(([cell]) => cell?.startsWith('`doctor`')))
    const named = table?.rows.flatMap(([cell = '']) => [...cell.matchAll(/`([a-z]+)/g)].map(([, name = '']) => name))

    expect(commands.length).toBeGreaterThan(10)
    expect([...new Set(named)].sort()).toEqual(commands.sort())
  })

  it('name every event', () => {
    const types = Object.values(eventSchemas('0')).map((schema) => (schema.info as { title: string }).title)

    const cells = tablesIn(language).flatMap(({ rows }) => rows.map(([cell]) => cell))

    expect(types.filter((type) => !cells.includes(`\`${type}\``))).toEqual([])
  })
})

describe('both languages', () => {
  it('have the same pages', () => {
    expect(pagesOf('docs/zh')).toEqual(pagesOf('docs'))
  })

  const read = PAIRS.map(({ en, zh }) => [en, zh, readDocument(en), readDocument(zh)] as const)

  it.each(read)('have the same headings, level for level: %s, %s', (_, __, english, chinese) => {
    expect(chinese.headings.map(({ depth }) => depth)).toEqual(english.headings.map(({ depth }) => depth))
  })

  it.each(read)('have the same blocks of code: %s, %s', (_, __, english, chinese) => {
    expect(chinese.blocks).toEqual(english.blocks)
  })

  it.each(read)('have the same tables, row for row and column for column: %s, %s', (_, __, english, chinese) => {
    const shapesOf = ({ tables }: typeof english) => tables.map(({ head, rows }) => [head.length, rows.length])

    expect(shapesOf(chinese)).toEqual(shapesOf(english))
  })

  it.each(read)('lead to each other: %s, %s', (en, zh, english, chinese) => {
    const [there = '', back = ''] = [english.targets[0], chinese.targets[0]]

    expect([join(dirname(en), there), join(dirname(zh), back)]).toEqual([zh, en])
  })

  it.each(read)('link to the same places outside: %s, %s', (_, __, english, chinese) => {
    const outside = ({ targets }: typeof english) => targets.filter((target) => target.startsWith('https:'))

    expect(outside(chinese)).toEqual(outside(english))
  })
})

describe('links', () => {
  const alone = [
    ...[
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'docs/faults.md',
      'test/proof/README.md',
      'test/proof/bench/NOTES.md',
    ],
    ...ENGLISH_ALONE.map((name) => `docs/${name}`),
  ]

  it.each([...DOCUMENTS.map(([file]) => file), ...alone])('of %s lead to something that is there', (file) => {
    const inside = readDocument(file).targets.filter((target) => !/^(https|mailto):/.test(target))

    const broken = inside.filter((target) => {
      const [path = '', anchor] = decodeURIComponent(target).split('#')
      const there = path === '' ? file : join(dirname(file), path)
      if (!existsSync(`${ROOT}${there}`)) return true
      if (anchor === undefined) return false
      return !readDocument(there).headings.some(({ slug }) => slug === anchor)
    })

    expect(broken).toEqual([])
  })
})
