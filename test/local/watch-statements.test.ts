import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createClock } from '../../lib/local/clock.ts'
import { startObjects } from '../../lib/local/objects.ts'
import { watchStatements } from '../../lib/local/watch-statements.ts'

it('uploads a list that is put into the folder, and brings its report back', async () => {
  const home = await mkdtemp(join(tmpdir(), 'home-'))
  const objects = await startObjects({ clock: createClock(), bucket: 'payscore-statements' })
  const said: string[] = []
  const uploads: string[] = []
  objects.onCreated(() => void uploads.push([...objects.stored.keys()].at(-1) ?? ''))
  const watch = watchStatements({
    folder: join(home, 'statements'),
    mchid: '1900000109',
    objects,
    say: (text) => void said.push(text),
  })
  try {
    await writeFile(join(home, 'statements/.notes'), 'x')
    await writeFile(join(home, 'statements/~$day.xlsx'), 'x')
    await mkdir(join(home, 'statements/old'))
    await writeFile(join(home, 'statements/day.csv'), 'out_order_no,paid_time\n')
    await expect.poll(() => uploads).toContain('statements/1900000109/day.csv')
    for (const extension of ['html', 'csv', 'json']) objects.put(`reports/1900000109/day.csv.${extension}`, extension)
    await expect.poll(() => readdir(join(home, 'reports'))).toEqual(['day.csv.csv', 'day.csv.html', 'day.csv.json'])

    expect(await readFile(join(home, 'reports/day.csv.html'), 'utf8')).toBe('html')
    expect(uploads.filter((key) => key.startsWith('statements/'))).toEqual(['statements/1900000109/day.csv'])
    expect(said.at(-1)).toContain('day.csv.html')
  } finally {
    watch.close()
    await objects.close()
    await rm(home, { recursive: true })
  }
})
