import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Bucket } from '../../lib/aws/bucket.ts'
import { readStatementKey, type StatementKey } from '../../lib/statements/statement-key.ts'
import { type Mark, openReport } from '../../lib/statements/write-report.ts'
import { NOW } from '../support/orders.ts'

const STATEMENT = readStatementKey('statements/1900000109/x.csv')
const FACTS = { made_at: NOW, days: ['20261124'] }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (at: string, mark: Mark = 'put', more: Partial<StatementKey> = {}) => {
  if (!STATEMENT) throw new Error('no statement')
  const statement = { ...STATEMENT, ...more }
  const done: string[] = []
  const objects: Bucket = {
    fetch: async () => undefined,
    newest: async () => undefined,
    put: async (key) => void done.push(`put ${key}`),
    putFile: async (key) => void done.push(`put ${key}`),
    list: async function* () {},
    remove: async (key) => void done.push(`remove ${key}`),
  }
  return { done, report: openReport(statement, at, objects, mark) }
}

const line = (is_open: boolean) => ({ class: 'pending', out_order_no: 'A-1', needs_person: false, is_open }) as const

/** What the bucket is told, in its order, of a report of one line. */
const told = async (isOpen: boolean, mark: Mark, more?: Partial<StatementKey>): Promise<readonly string[]> => {
  const { done, report } = open(folder, mark, more)
  await report.line(line(isOpen), false)
  await report.finish(FACTS)
  return done
}
const PUT = [
  'put reports/1900000109/x.csv.csv',
  'put reports/1900000109/x.csv.html',
  'put reports/1900000109/x.csv.json',
]

it('a report that may change is marked before it is put', async () => {
  expect(await told(true, 'put')).toEqual(['put open/1900000109/x.csv', ...PUT])
})

it('a report that is renewed and may change again keeps the mark that it has', async () => {
  expect(await told(true, 'keep')).toEqual(PUT)
})

it.each(['put', 'keep', 'end'] as const)('a report that is final loses its mark once it is put: %s', async (mark) => {
  expect(await told(false, mark)).toEqual([...PUT, 'remove open/1900000109/x.csv'])
})

it('a report that has been renewed for long enough loses its mark, though something in it is open', async () => {
  expect(await told(true, 'end')).toEqual([...PUT, 'remove open/1900000109/x.csv'])
})

it.each([true, false])(
  'a report of an earlier version lies apart, and leaves the mark of the newest alone: open %s',
  async (isOpen) => {
    expect(await told(isOpen, 'put', { earlier: 'V1' })).toEqual([
      'put reports/1900000109/earlier/x.csv.V1.csv',
      'put reports/1900000109/earlier/x.csv.V1.html',
      'put reports/1900000109/earlier/x.csv.V1.json',
    ])
  },
)

it('a long report goes to its files piece by piece, not to the memory', async () => {
  const { report } = open(folder)
  const sizes = async () =>
    Promise.all(['csv', 'json'].map(async (kind) => (await stat(join(folder, `report.${kind}`))).size))

  await report.line(line(true), false)
  const atFirst = await sizes().catch(() => [0, 0])
  for (let i = 0; i < 20_000; i += 1) await report.line(line(true), false)
  const later = await sizes()
  await report.drop()

  expect(atFirst).toEqual([0, 0])
  expect(Math.min(...later)).toBeGreaterThan(800_000)
})

it('a report whose files cannot be written is not put', async () => {
  const { done, report } = open(join(folder, 'missing'))
  await report.line(line(true), false)

  await expect(report.finish(FACTS)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(done).toEqual([])
})

it('a long report whose files cannot be written fails while it is written', async () => {
  const { report } = open(join(folder, 'missing'))
  const write = async () => {
    for (let i = 0; i < 20_000; i += 1) await report.line(line(true), false)
  }

  await expect(write()).rejects.toMatchObject({ code: 'ENOENT' })
})
