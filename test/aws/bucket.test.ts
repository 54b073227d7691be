import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listed } from '../../lib/aws/bucket.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { createClock } from '../../lib/local/clock.ts'
import { startObjects } from '../../lib/local/objects.ts'
import { NOW } from '../support/orders.ts'
import { BUCKET, objectsAt } from '../support/statement-deps.ts'

let bucket: Awaited<ReturnType<typeof startObjects>>
let folder: string
beforeEach(async () => {
  bucket = await startObjects({ clock: createClock(NOW), bucket: BUCKET })
  folder = await mkdtemp(join(tmpdir(), 'objects-'))
})
afterEach(async () => {
  await bucket.close()
  await rm(folder, { recursive: true })
})

const failing = (operation: string) => {
  bucket.faults.add({ kind: 'fail', match: (request) => request.operation === operation, times: 9 })
  return objectsAt(bucket.endpoint)
}

describe('an object', () => {
  it('is brought to a file, and its size told', async () => {
    bucket.put('a/b 支.csv', '支付分')

    const fetched = await objectsAt(bucket.endpoint).fetch('a/b 支.csv', join(folder, 'x'), 9)

    expect(fetched).toEqual({ size: 9, modifiedAt: NOW, version: 'v1' })
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('支付分')
  })

  it('that is larger than it may be is not brought, and its size told', async () => {
    bucket.put('a', 'x'.repeat(1_000_001))

    const fetched = await objectsAt(bucket.endpoint).fetch('a', join(folder, 'x'), 1_000_000)

    expect(fetched?.size).toBe(1_000_001)
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })

  it('that is not there is told as that', async () => {
    expect(await objectsAt(bucket.endpoint).fetch('a', join(folder, 'x'), 9)).toBeUndefined()
  })

  it('that was put over another is fetched by its version, and is the newest', async () => {
    const objects = objectsAt(bucket.endpoint)
    const first = bucket.put('a', 'first')
    const second = bucket.put('a', 'second')

    const fetched = await objects.fetch('a', join(folder, 'x'), 9, first)
    const newest = await objects.newest('a')
    await objects.remove('a')

    expect(fetched).toMatchObject({ size: 5, version: first })
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('first')
    expect(newest).toBe(second)
    expect(await objects.newest('a')).toBeUndefined()
    expect(await objects.fetch('a', join(folder, 'x'), 9, second)).toMatchObject({ version: second })
    expect(await objects.fetch('a', join(folder, 'x'), 9, 'none')).toBeUndefined()
  })

  it('is put as what it is, and for no browser to keep', async () => {
    const objects = objectsAt(bucket.endpoint)
    await writeFile(join(folder, 'x'), '报表')

    await objects.put('text', '标记', 'text/plain')
    await objects.putFile('file', join(folder, 'x'), 'text/csv; charset=utf-8')

    expect(
      [...bucket.stored].map(([key, { body, contentType, cacheControl }]) => [
        key,
        body.toString(),
        contentType,
        cacheControl,
      ]),
    ).toEqual([
      ['text', '标记', 'text/plain', 'no-store'],
      ['file', '报表', 'text/csv; charset=utf-8', 'no-store'],
    ])
  })

  it('is taken away', async () => {
    bucket.put('a', 'x')
    bucket.put('b', 'x')

    await objectsAt(bucket.endpoint).remove('a')

    expect([...bucket.stored.keys()]).toEqual(['b'])
  })
})

describe('a listing', () => {
  it('gives the keys under a prefix in their order, page by page, with their times', async () => {
    for (let i = 0; i < 1005; i += 1) bucket.put(`open/${String(i).padStart(4, '0')}`, 'x')
    bucket.put('other', 'x')

    const pages: (readonly Listed[])[] = []
    for await (const page of objectsAt(bucket.endpoint).list('open/')) pages.push(page)

    expect(pages.map((page) => page.length)).toEqual([1000, 5])
    expect(pages.flat().map(({ key }) => key)).toEqual(
      Array.from({ length: 1005 }, (_, i) => `open/${String(i).padStart(4, '0')}`),
    )
    expect(pages[0]?.[0]?.modifiedAt).toBe(bucket.stored.get('open/0000')?.modifiedAt)
  })

  it('of nothing is empty', async () => {
    const pages: (readonly Listed[])[] = []
    for await (const page of objectsAt(bucket.endpoint).list('open/')) pages.push(page)

    expect(pages).toEqual([[]])
  })
})

describe('while the bucket cannot be asked', () => {
  it.each([
    ['GetObject', (objects: ReturnType<typeof objectsAt>) => objects.fetch('a', join(folder, 'x'), 9)],
    ['HeadObject', (objects: ReturnType<typeof objectsAt>) => objects.newest('a')],
    ['PutObject', (objects: ReturnType<typeof objectsAt>) => objects.put('a', 'x', 'text/plain')],
    ['DeleteObject', (objects: ReturnType<typeof objectsAt>) => objects.remove('a')],
    ['ListObjectsV2', (objects: ReturnType<typeof objectsAt>) => objects.list('a').next()],
  ])('%s says so', async (operation, ask) => {
    bucket.put('a', 'x')

    const failure = await ask(failing(operation)).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(String(failure)).toMatch(/the bucket says \w+/)
  })

  it('a file is not put, and that is said', async () => {
    await writeFile(join(folder, 'x'), 'x')

    await expect(failing('PutObject').putFile('a', join(folder, 'x'), 'text/plain')).rejects.toThrow(UnavailableError)
  })
})
