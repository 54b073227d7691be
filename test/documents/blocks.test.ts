import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NoticeSchema } from '../../lib/order/paid-order.ts'
import { runCli } from '../cli/run-cli.ts'
import { MERCHANT } from '../world/samples.ts'
import { startWorld, type World } from '../world/world.ts'
import { ROOT, readDocument } from './markdown.ts'

const shells = readDocument('README.md')
  .blocks.filter(({ language }) => language === 'sh')
  .map(({ text }) => text)

/** The commands of a block, each on one line. */
const commandsOf = (block: string): readonly string[] => {
  const commands: string[] = []
  let isOpen = false
  for (const line of block.split('\n')) {
    if (isOpen) commands.push(`${commands.pop()}\n${line}`)
    else commands.push(line)
    const quotes = (commands.at(-1) ?? '').match(/'/g)?.length ?? 0
    isOpen = line.endsWith('\\') || quotes % 2 === 1
  }
  return commands
}

const LOCAL = /^curl .*http:\/\/127\.0\.0\.1:3000\//

/** What is not run here: what begins so, and why; or which test runs it, and the word by which it can be found there. */
const NOT_RUN_HERE: readonly (readonly [
  begins: string,
  because: { readonly reason: string } | { readonly test: string; readonly word: string },
])[] = [
  ['npm ci', { reason: 'whoever runs this test has done it' }],
  ['npm start -- --once', { test: 'test/world/start.test.ts', word: '--once' }],
  ['npm run package', { test: 'test/template/package.test.ts', word: 'packageCopy' }],
  ['npx serverless deploy', { reason: 'needs an AWS account; what it would deploy is in test/template' }],
  ['curl --aws-sigv4', { reason: 'needs a stack' }],
  ['aws ', { reason: 'needs a stack; its notice is checked below' }],
  ['AWS_REGION=ap-east-1 npx payscore merchant put', { test: 'test/cli/merchant-put.test.ts', word: 'SecretId' }],
  ['npx payscore merchant put', { test: 'test/cli/merchant-put.test.ts', word: '--out' }],
  ['npx payscore doctor --stack', { test: 'test/cli/doctor.test.ts', word: '--stack' }],
  ['npx payscore doctor --local', { test: 'test/cli/doctor.test.ts', word: 'local world' }],
  ['npx payscore trigger paid --stage', { test: 'test/cli/trigger.test.ts', word: '--stage' }],
  ['npx payscore trigger paid --merchant', { test: 'test/cli/trigger.test.ts', word: '--merchant' }],
  ['npx payscore list', { test: 'test/cli/look.test.ts', word: "'list'" }],
  ['npx payscore status', { test: 'test/cli/look.test.ts', word: "'status'" }],
  ['npx payscore settle', { test: 'test/cli/decisions.test.ts', word: 'settle' }],
  ['npx payscore withdraw', { test: 'test/cli/decisions.test.ts', word: 'withdraw' }],
  ['npx payscore release --reason', { test: 'test/cli/decide-many.test.ts', word: 'over_cap' }],
  ['npx payscore redrive --reason', { test: 'test/cli/redrive.test.ts', word: '--dry-run' }],
  ['npx payscore redrive --dead-letters', { test: 'test/cli/redrive.test.ts', word: '--dead-letters' }],
  ['npx payscore receipt verify', { test: 'test/cli/receipt.test.ts', word: "'verify'" }],
  ['npx payscore receipt', { test: 'test/cli/receipt.test.ts', word: "'receipt'" }],
  ['npx payscore statement', { test: 'test/cli/statement.test.ts', word: "'statement'" }],
  ['npx payscore report', { test: 'test/cli/statement.test.ts', word: "'report'" }],
]

const commands = shells.flatMap(commandsOf)

describe('a command of the README', () => {
  it.each(commands)('is run here, or by another test, or cannot be: %s', (command) => {
    const known = NOT_RUN_HERE.find(([begins]) => command.startsWith(begins))

    expect(LOCAL.test(command) || known !== undefined).toBe(true)
  })

  it.each(NOT_RUN_HERE)('is rightly left to others: %s', (begins, because) => {
    expect(commands.some((command) => command.startsWith(begins))).toBe(true)
    if ('reason' in because) return
    expect(existsSync(`${ROOT}${because.test}`)).toBe(true)
    expect(readFileSync(`${ROOT}${because.test}`, 'utf8').includes(because.word)).toBe(true)
  })

  it('is one that a shell can read', () => {
    for (const block of shells) execFileSync('bash', ['-n', '-c', block])
  })

  const ours = commands.filter((command) => command.includes('npx payscore '))
  it.each(ours)('has options that there are: %s', async (command) => {
    const words = command
      .replace(/.*npx payscore /, '')
      .replace(/ +#.*/, '')
      .split(' ')
    const isPair = ['merchant', 'receipt'].includes(words[0] ?? '') && ['put', 'verify'].includes(words[1] ?? '')

    const { code, out } = await runCli([...words.slice(0, isPair ? 2 : 1), '--help'])

    expect(code).toBe(0)
    for (const option of words.filter((word) => word.startsWith('--'))) expect(out).toMatch(new RegExp(` ${option}\\b`))
  })
})

describe('a notice of the README', () => {
  /** What a block's commands are given, without carrying them out. */
  const argumentsOf = (block: string): readonly string[] =>
    execFileSync('bash', ['-c', `aws() { printf '%s\\0' "$@"; }\n${block}`], { encoding: 'utf8' }).split('\0')
  const argument = (flag: string, words: readonly string[]) => JSON.parse(words[words.indexOf(flag) + 1] ?? '')
  const blockOf = (begins: string) => argumentsOf(shells.find((block) => block.startsWith(begins)) ?? '')

  it('is a right one on the bus', () => {
    const [entry] = argument('--entries', blockOf('aws events'))

    expect(entry).toMatchObject({ Source: 'com.example.pos', DetailType: 'Payscore Order Paid Offline' })
    expect(v.is(NoticeSchema, JSON.parse(entry.Detail))).toBe(true)
  })

  it('is a right one for a direct invocation', () => {
    expect(v.is(NoticeSchema, argument('--payload', blockOf('aws lambda')))).toBe(true)
  })
})

describe('against the local world', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ merchants: [MERCHANT] })
    const [service_id = ''] = Object.keys(MERCHANT.services)
    for (const out_order_no of ['1234323JKHDFE1243252', '1234323JKHDFE1243253'])
      world.wechatpay.addOrder({
        family: 'payafter-orders',
        mchid: MERCHANT.mchid,
        service_id,
        out_order_no,
        total_amount: 12800,
      })
  })
  afterAll(() => world.close())

  /** Runs a block as it stands, but for the port, and gives what each command printed. */
  const answersOf = async (command: string) => {
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command.replaceAll('curl ', 'curl -sS ').replaceAll('http://127.0.0.1:3000', world.api.url),
    ])
    await world.idle()
    return JSON.parse(stdout)
  }
  /** What the README shows below a block: times and WeChat Pay's own numbers are new each time. */
  const shown = (begins: string) => {
    const { blocks } = readDocument('README.md')
    const at = blocks.findIndex(({ text }) => text.startsWith(begins))
    return fixed(JSON.parse(blocks[at + 1]?.text ?? ''))
  }
  const fixed = (answer: object) => ({ ...answer, next_attempt_at: '', request_id: '' })

  const [check, sync, held, release] = [
    commands.find((command) => LOCAL.test(command) && command.includes('?check=1')) ?? '',
    ...commands.filter((command) => LOCAL.test(command) && command.includes('-X POST')),
  ] as readonly string[]

  it('the order is told as the README shows it', async () => {
    expect(fixed(await answersOf(check ?? ''))).toEqual(shown("curl 'http://127.0.0.1:3000"))
  })

  it('the payment is taken as the README shows it', async () => {
    expect(fixed(await answersOf(sync ?? ''))).toEqual(shown('curl -X POST http://127.0.0.1:3000'))
  })

  it('the payment with another amount is held, and released', async () => {
    expect(await answersOf(held ?? '')).toMatchObject({ state: 'PENDING' })
    expect(await answersOf(release ?? '')).toMatchObject({ state: 'PENDING', decisions: [{ what: 'release' }] })
  })

  it('no other command is left over', () => {
    expect(commands.filter((command) => LOCAL.test(command))).toEqual([sync, check, held, release])
  })
})
