import { readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTextFile } from '../lib/text-file.ts'

const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'text-file-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('a text file', () => {
  it('has what was written, after what it begins with', async () => {
    const path = join(await makeFolder(), 'a.csv')

    const file = openTextFile(path, 'begin\n')
    await file.write('one\n')
    await file.write('two\n')
    await file.end()

    expect(await readFile(path, 'utf8')).toBe('begin\none\ntwo\n')
  })

  it('is made and closed once it is dropped, so that its folder can be removed at once', async () => {
    const folder = await makeFolder()

    await openTextFile(join(folder, 'a')).drop()

    const files = readdirSync(folder)
    await sleep(100)
    expect(readdirSync(folder)).toEqual(files)
  })

  it.each<[string, (file: ReturnType<typeof openTextFile>) => Promise<void>]>([
    ['that has ended', (file) => file.end()],
    ['that was dropped before', (file) => file.drop()],
  ])('%s can be dropped', async (_, before) => {
    const file = openTextFile(join(await makeFolder(), 'a'))
    await before(file)

    await expect(file.drop()).resolves.toBeUndefined()
  })

  it('that cannot be opened says so to who writes, and can be dropped', async () => {
    const file = openTextFile(join(await makeFolder(), 'no-folder', 'a'))

    await expect(file.end()).rejects.toThrow('ENOENT')
    await expect(file.drop()).resolves.toBeUndefined()
  })
})
