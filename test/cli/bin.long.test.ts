import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const cwd = fileURLToPath(new URL('../../', import.meta.url))

const payscore = (argv: readonly string[], env: NodeJS.ProcessEnv) =>
  promisify(execFile)('npx', ['payscore', ...argv], {
    cwd,
    env: { ...process.env, npm_config_offline: 'true', ...env },
  })

test('npx payscore works inside the project without a network, in both languages', async () => {
  const english = await payscore(['--help'], { LC_ALL: 'C' })
  const chinese = await payscore(['list', '--help'], { LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.UTF-8' })

  const commands = [...english.stdout.matchAll(/^ {2}(\w+)(?: \[| {2})/gm)].map(([, name]) => name)
  expect(commands).toEqual(
    'merchant doctor trigger status list release reopen close settle withdraw redrive announce reindex statement report silent audit erase receipt'.split(
      ' ',
    ),
  )
  expect(chinese.stdout).toMatch(/^用法: payscore list /)
  expect(chinese.stdout).toContain('\n示例:\n  npx payscore list --local\n')
})

test('npx payscore gives the exit code of its command', async () => {
  await expect(payscore(['merchant', 'put', '/nowhere'], {})).rejects.toMatchObject({ code: 1 })
  await expect(payscore(['no-such-command'], {})).rejects.toMatchObject({ code: 2 })
})
