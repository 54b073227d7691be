import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventSchemas } from '../../lib/order/schema/events.ts'
import { runCli } from '../cli/run-cli.ts'
import { ROOT, readDocument } from './markdown.ts'
import { TABLE_NAMES, withTables } from './tables.ts'

const READMES = [
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
] as const
const DOCUMENTS = [
  ...['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...['docs/ledger.md', 'docs/architecture.md'],
].filter((file) => existsSync(`${ROOT}${file}`))

const read = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8')
const english = readDocument('README.md')
const chinese = readDocument('README.zh-CN.md')

describe.each(READMES)('%s', (file, language) => {
  it('has the tables of the code as the code has them: npm run documents', () => {
    expect(read(file)).toBe(withTables(read(file), language))
  })

  it('has every table of the code, and a word for each row', () => {
    for (const name of TABLE_NAMES) expect(read(file)).toContain(`<!-- from the code: ${name} -->\n|`)
    const rows = readDocument(file).tables.flatMap((table) => table.rows)
    expect(rows.filter((row) => row[0] !== '' && row.at(-1) === '' && !/^(together|合计)/.test(row[0] ?? ''))).toEqual(
      [],
    )
  })

  it('names every command, and no other', async () => {
    const { out } = await runCli(['--help'])
    const commands = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name)

    const [table] = readDocument(file).tables.filter(({ rows }) => rows.some(([cell]) => cell?.startsWith('`doctor`')))
    const named = table?.rows.flatMap(([cell = '']) => [...cell.matchAll(/`([a-z]+)/g)].map(([, name = '']) => name))

    expect(commands.length).toBeGreaterThan(10)
    expect([...new Set(named)].sort()).toEqual(commands.sort())
  })

  it('names every event', () => {
    const types = Object.values(eventSchemas('0')).map((schema) => (schema.info as { title: string }).title)

    const cells = readDocument(file).tables.flatMap(({ rows }) => rows.map(([cell]) => cell))

    expect(types.filter((type) => !cells.includes(`\`${type}\``))).toEqual([])
  })

  it('says of every alarm what whoever is on call does', () => {
    const { tables } = readDocument(file)
    const alarms = tables.find(({ rows }) => rows.some(([cell]) => cell === '`double-charged`'))
    const duty = tables.find(({ head }) => head.length === 4 && /you see|您看到/.test(head[0] ?? ''))
    const named = duty?.rows.map(([cell]) => cell).join() ?? ''

    const missing = alarms?.rows
      .map(([cell = '']) => cell.replaceAll('`', ''))
      .filter((name) => !named.includes(name) && !named.includes(name.replace('certificate', '')))

    expect(missing).toEqual([])
  })
})

describe('the two READMEs', () => {
  it('have the same headings, level for level', () => {
    expect(chinese.headings.map(({ depth }) => depth)).toEqual(english.headings.map(({ depth }) => depth))
  })

  it('have the same blocks of code', () => {
    expect(chinese.blocks).toEqual(english.blocks)
  })

  it('have the same tables, row for row and column for column', () => {
    const shapesOf = ({ tables }: typeof english) => tables.map(({ head, rows }) => [head.length, rows.length])

    expect(shapesOf(chinese)).toEqual(shapesOf(english))
  })

  it('lead to each other', () => {
    expect([english.targets[0], chinese.targets[0]]).toEqual(['README.zh-CN.md', 'README.md'])
  })

  it('link to the same places outside', () => {
    const outside = ({ targets }: typeof english) => targets.filter((target) => target.startsWith('https:'))

    expect(outside(chinese)).toEqual(outside(english))
  })
})

describe('links', () => {
  it.each(DOCUMENTS)('of %s lead to something that is there', (file) => {
    const inside = readDocument(file).targets.filter((target) => !/^(https|mailto):/.test(target))

    const broken = inside.filter((target) => {
      const [path = '', anchor] = decodeURIComponent(target).split('#')
      const led = path === '' ? file : posix.join(posix.dirname(file), path)
      if (!existsSync(`${ROOT}${led}`)) return true
      if (anchor === undefined) return false
      return !readDocument(led).headings.some(({ slug }) => slug === anchor)
    })

    expect(broken).toEqual([])
  })
})
