import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildProgram } from '../../lib/cli/commands.ts'
import { createSession } from '../../lib/cli/session.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { DIRECT } from '../support/served.ts'
import { stubAwsInEachTest } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

/** Every command of the program as its own code builds it, with the words that call it. */
const everyCommand = (): readonly (readonly [words: readonly string[], command: Command])[] => {
  const nobody = { write: () => true }
  const session = createSession({ env: {}, cwd: '.', out: nobody, err: nobody, now: Date.now })
  const under = (command: Command, words: readonly string[]): readonly (readonly [readonly string[], Command])[] => [
    ...(command.commands.length === 0 || command.registeredArguments.length > 0 ? [[words, command] as const] : []),
    ...command.commands.flatMap((one) => under(one, [...words, one.name()])),
  ]
  return under(
    buildProgram(session, () => undefined),
    [],
  )
}

/** Arguments and options without which a command does not begin. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  status: ['ORDER'],
  trigger: ['paid', '--local', '--order', 'X', '--mchid', DIRECT.mchid],
  release: ['ORDER', '--reason', 'x'],
  reopen: ['ORDER', '--reason', 'x'],
  close: ['ORDER', '--reason', 'x'],
  withdraw: ['ORDER', '--reason', 'x'],
  settle: ['ORDER', '--not-double', '--reason', 'x'],
  redrive: ['--dry-run', '--all'],
  announce: ['--dry-run', '--all'],
  statement: ['day.csv'],
  report: ['day'],
  receipt: ['ORDER'],
  erase: ['ORDER', '--why', 'x'],
  'receipt verify': ['day.csv', '--key', 'day.csv'],
  'merchant put': ['.'],
}

const WRONG = {
  empty: '',
  blanks: ' \u3000\u00a0',
  negative: '-5',
  zero: '0',
  huge: '9'.repeat(400),
  letters: 'ab\u0007c',
  'another script': '订单\n二',
  'a path that is not there': 'no/such/folder/file',
  'a folder': 'a-folder',
} as const
type WrongName = keyof typeof WRONG

/** Free text, and names that may be anything: only what nobody can read is wrong with those. */
const NAMES = ['negative', 'zero', 'a path that is not there', 'a folder'] as const
const TEXT = NAMES

/** What of it may be right, by the option. Where a file is named, its command says which file it cannot read. */
const RIGHT: Readonly<Record<string, readonly WrongName[]>> = {
  '--reason': TEXT,
  '--why': TEXT,
  '--law': TEXT,
  '--shop': TEXT,
  '--drop': TEXT,
  '--wechatpay-key-id': TEXT,
  '--bus': NAMES,
  '--source': NAMES,
  '--secrets-prefix': NAMES,
  '--customer-key': [...NAMES, 'huge'],
  '--table': ['a folder'],
  '--stack': ['a folder'],
  '--stage': ['a folder'],
  '--bucket': ['a folder'],
  '--evidence': ['a folder'],
  '--replica': ['a folder'],
  '--refund': ['negative', 'zero', 'a folder'],
  '--order': ['negative', 'zero', 'a folder'],
  '--service-id': ['zero'],
  '--channel-id': ['zero'],
  // Compared with the certificate, and there is none here.
  '--serial-no': NAMES,
  '--out': ['negative', 'zero'],
  '--sheet': ['negative', 'zero'],
}

let world: World
let cwd: string
beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT] })
  cwd = mkdtempSync(join(tmpdir(), 'wrong-'))
  mkdirSync(join(cwd, 'a-folder'))
  writeFileSync(join(cwd, 'day.csv'), 'x')
})
afterAll(async () => {
  await world.close()
  rmSync(cwd, { recursive: true })
})
stubAwsInEachTest(() => world.env)

const inChinese = (text: string) => /[\u4e00-\u9fff]/.test(text)
const hasStack = (text: string) => /\n\s+at |node:internal|\bundefined\b|\[object/.test(text)

/** Without what the command needs of this very option, which would be said twice. */
const without = (argv: readonly string[], option: string): readonly string[] => {
  const at = argv.indexOf(option)
  return at === -1 ? argv : argv.toSpliced(at, 2)
}

const OPTIONS = everyCommand().flatMap(([words, command]) =>
  command.options
    .filter((option) => option.required)
    .map((option) => [`${words.join(' ')} ${option.long}`, words, option.long ?? ''] as const),
)

describe('a wrong value', () => {
  test('is tried of every option that takes one, and each command is here', () => {
    expect(OPTIONS.length).toBeGreaterThan(80)
    expect(everyCommand().map(([words]) => words.join(' '))).toEqual(
      expect.arrayContaining(['merchant put', 'list', 'settle', 'receipt', 'receipt verify', 'reindex', 'report']),
    )
  })

  test.each(OPTIONS)(
    'of %s is refused by its name, in the language asked for, without a stack',
    async (_, words, option) => {
      const needed = without(NEEDED[words.join(' ')] ?? [], option)
      const wrong = Object.entries(WRONG).filter(([name]) => !RIGHT[option]?.some((one) => one === name))
      for (const [name, value] of wrong)
        for (const env of [{}, CHINESE]) {
          const { code, out, err } = await runCli([...words, ...needed, option, value], { cwd, env })

          const seen = `${name} in ${JSON.stringify(env)}: ${code} ${out}${err}`
          expect(code, seen).not.toBe(0)
          expect(`${out}${err}`, seen).toContain(option)
          expect(hasStack(`${out}${err}`), seen).toBe(false)
          expect(inChinese(`${out}${err}`.replace(value, '').replace('订单 二', '')), seen).toBe(env === CHINESE)
          expect(
            err.split('\n').every((line) => line.length < 400),
            seen,
          ).toBe(true)
        }
    },
  )

  const ONCE = OPTIONS.filter(([, , option]) => !['--drop', '--wechatpay-key', '--service'].includes(option)).filter(
    ([name]) => name !== 'receipt verify --key',
  )
  test.each(ONCE)('%s given twice is refused by its name', async (_, words, option) => {
    const value = GOOD[option] ?? 'payscore'
    const needed = without(NEEDED[words.join(' ')] ?? [], option)

    const english = await runCli([...words, ...needed, option, value, option, value], { cwd })
    const chinese = await runCli([...words, ...needed, option, value, option, value], { cwd, env: CHINESE })

    expect([english.code, english.err]).toEqual([2, `${option}: is given twice; say it once\n`])
    expect([chinese.code, chinese.err]).toEqual([2, `${option} 重复:只能指定一次\n`])
  })

  const GOOD: Readonly<Record<string, string>> = {
    '--mchid': DIRECT.mchid,
    '--sub-mchid': DIRECT.mchid,
    '--limit': '5',
    '--days': '5',
    '--amount': '5',
    '--paid-time': '20261124',
    '--via': 'http',
    '--queue': 'http://127.0.0.1:9/1/q',
    '--order-api': 'partner',
    '--channel-id': '1',
    '--service-id': '1',
    '--merchant': 'day.csv',
    '--openid-file': 'day.csv',
  }
})

describe('an argument that is wrong', () => {
  const ARGUMENTS = everyCommand().flatMap(([words, command]) =>
    command.registeredArguments.map(
      (argument) => [`${words.join(' ')} ${argument.name()}`, words, argument.name()] as const,
    ),
  )

  test.each(ARGUMENTS)('of %s is refused, in the language asked for, without a stack', async (_, words) => {
    const [, ...others] = NEEDED[words.join(' ')] ?? []
    for (const value of ['', ' \u3000', '9'.repeat(400), 'ab\u0007c', '订单\n二'])
      for (const env of [{}, CHINESE]) {
        const { code, out, err } = await runCli([...words, ...others, value], { cwd, env })

        const seen = `${JSON.stringify(value).slice(0, 20)}: ${code} ${out}${err}`
        expect(code, seen).not.toBe(0)
        expect(hasStack(`${out}${err}`), seen).toBe(false)
        expect(inChinese(`${out}${err}`.replace('订单 二', '')), seen).toBe(env === CHINESE)
      }
  })
})
