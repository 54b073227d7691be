import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import * as v from 'valibot'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { NoticeSchema } from '../../lib/intake/payment-notice.ts'
import { KEY_ID, MCHID, merchantFolder } from '../cli/merchant-folder.ts'
import { runCli } from '../cli/run-cli.ts'
import { npmStart } from '../support/npm-start.ts'
import { DOCUMENTS, filesIn, PAIRS } from './documents.ts'
import {
  type Example,
  examplesOf,
  inlineCommandsOf,
  isShown,
  pretty,
  runInShell,
  withPrinted,
  wordsOf,
} from './examples.ts'
import { ROOT } from './markdown.ts'

const examples = filesIn('en').flatMap(examplesOf)
const commands = examples.flatMap((example) => example.commands)

/** What is not run against `npm start`, by how it begins, and why. */
const ELSEWHERE: readonly (readonly [begins: RegExp, why: string])[] = [
  [/^git clone .* npm start -- --once$/, 'run below, but for the cloning'],
  [/^git clone .* npm test$/, 'this is it'],
  [/^npm run package$/, 'every test that needs it has done it'],
  [/^npx serverless deploy /, 'needs an AWS account; what it would deploy is in test/stack'],
  [/^aws lambda invoke /, 'nobody plays the Lambda API here; its notice is checked below'],
  [/^AWS_REGION=\S+ npx payscore merchant put /, 'needs an AWS account: test/cli/merchant-put.test.ts'],
  [
    /^npm run prove -- takeover$/,
    'takes minutes; a small one runs with the long tests: test/proof/storm/scenarios/takeover.long.test.ts',
  ],
  [/^npx payscore trigger paid --stage /, 'needs a stack: test/cli/trigger.long.test.ts'],
  [/^npx payscore redrive --dead-letters /, 'needs a queue: test/cli/redrive.long.test.ts'],
  [/^npx payscore (statement|report) /, 'needs a stack, and waits for a report: test/cli/statement.test.ts'],
]
/** By which program the rest is run. */
const HERE = [/^curl -H @\.local\/token /, /^curl --aws-sigv4 /, /^aws events /, /^npx payscore /]
const isElsewhere = (command: string): boolean => ELSEWHERE.some(([begins]) => begins.test(command))

const folderFor = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the world as the documents say, but on a free port, and gives a shell in its folder. */
const startHere = async (args: readonly string[]) => {
  const folder = folderFor()
  cpSync(join(ROOT, 'merchants.json'), join(folder, 'merchants.json'))
  const started = npmStart(folder, ['--port', '0', ...args])
  await started.says(/report comes to/)
  const world = JSON.parse(readFileSync(join(folder, '.local/world.json'), 'utf8')) as Record<string, string>
  const api = world.PAYSCORE_API ?? ''
  const env = {
    ...world,
    PATH: process.env.PATH ?? '',
    HOME: folder,
    API: api,
    PILOT_API: api,
  }
  const run = (command: string): Promise<string> =>
    runInShell(
      `curl() { command curl -sS "$@"; }\n${command
        .replaceAll('http://127.0.0.1:3000', api)
        // With temporary credentials, as docs/reference.md says.
        .replace(/--aws-sigv4 /, '-H "x-amz-security-token: $AWS_SESSION_TOKEN" --aws-sigv4 ')}`,
      { cwd: folder, env },
    )
  return { folder, started, run, world }
}

/**
 * Compares what was printed with what a document shows. `WRITE_EXAMPLES=1 npx vitest run test/documents/examples.long.test.ts`
 * writes it there instead, in both languages.
 */
const holds = (example: Example, printed: string): void => {
  const now = pretty(printed).trimEnd()
  if (isShown(now, example.printed ?? '')) return
  if (!process.env.WRITE_EXAMPLES) expect({ ...example, printed: now }).toEqual(example)
  for (const [file] of DOCUMENTS) {
    const path = `${ROOT}${file}`
    writeFileSync(path, withPrinted(readFileSync(path, 'utf8'), example, now))
  }
}

describe('an example of the documents', () => {
  it.each(PAIRS)('is the same in both languages: $en, $zh', ({ en, zh }) => {
    expect(examplesOf(zh)).toEqual(examplesOf(en))
  })

  it.each(commands)('is run here, or cannot be for a reason: %s', (command) => {
    expect(isElsewhere(command) || HERE.some((begins) => begins.test(command))).toBe(true)
  })

  it.each(ELSEWHERE)('is rightly left out: %s', (begins) => {
    expect(commands.some((command) => begins.test(command))).toBe(true)
  })

  it('of the bus and of Lambda hands over a right notice', () => {
    const [events = ''] = commands.filter((command) => command.startsWith('aws events'))
    const [invoke = ''] = commands.filter((command) => /^aws lambda invoke .*--payload/s.test(command))
    const argument = (flag: string, words: readonly string[]) => JSON.parse(words[words.indexOf(flag) + 1] ?? '')

    const [entry] = argument('--entries', wordsOf('aws', events))

    expect(entry).toMatchObject({ Source: 'com.example.pos', DetailType: 'Payscore Order Paid Offline' })
    expect(v.is(NoticeSchema, JSON.parse(entry.Detail))).toBe(true)
    expect(v.is(NoticeSchema, argument('--payload', wordsOf('aws', invoke)))).toBe(true)
  })

  it('of the samples prints what is shown', async () => {
    const [first] = examples

    const { output, code } = await npmStart(folderFor(), ['--once']).ended()

    const [head = '', ...rest] = (first?.printed ?? '').split('\n')
    expect(output).toContain(`\n${head}\n`)
    expect(output).toContain(rest.at(-1))
    expect(code).toBe(0)
  })

  it('by curl is answered by npm start as it is shown, in the order of the text', async () => {
    const { run, started, world } = await startHere([])
    const asked = examples.filter(({ commands: [command = ''] }) => /^(curl|aws events) /.test(command))

    for (const example of asked)
      for (const command of example.commands) {
        if (command.startsWith('aws events')) {
          await putEvents(command, world)
          continue
        }
        const printed = await run(command)
        if (example.printed === undefined) expect(JSON.parse(printed)).not.toHaveProperty('message')
        else holds(example, printed)
        // Held a moment later, by the answer of WeChat Pay.
        if (command.includes('"amount":8800')) await started.says(/Payscore Order Held/)
      }
    expect(asked.length).toBeGreaterThan(6)
  })

  /** What `npx payscore …` prints in the world's folder, once its stack is called `--local`. */
  const payscore = async (command: string, cwd: string, world: Readonly<Record<string, string>>): Promise<string> => {
    for (const [name, value] of Object.entries({ ...world, AWS_REGION: 'ap-east-1' })) vi.stubEnv(name, value)
    const here = command.replace(/--stack payscore-sync-prod( --live)?/, '--local')
    try {
      const [, ...words] = wordsOf('npx', here)
      const { out, err } = await runCli(words, { cwd })
      return out || err
    } finally {
      vi.unstubAllEnvs()
    }
  }

  /** The entry of `aws events`, on the bus of this world. */
  const putEvents = async (command: string, world: Readonly<Record<string, string>>): Promise<void> => {
    const words = wordsOf('aws', command)
    const Entries = JSON.parse(words[words.indexOf('--entries') + 1] ?? '')
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = world
    const client = new EventBridgeClient({
      endpoint: world.AWS_ENDPOINT_URL_EVENTBRIDGE ?? '',
      region: 'ap-east-1',
      credentials: {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        sessionToken: AWS_SESSION_TOKEN,
      },
    })
    const { FailedEntryCount } = await client.send(
      new PutEventsCommand({ Entries: [{ ...Entries[0], EventBusName: world.EVENT_BUS }] }),
    )
    expect(FailedEntryCount).toBe(0)
  }

  it('of the operator prints what is shown, in the order of the text', async () => {
    const { folder, world } = await startHere(['--fast'])
    cpSync(merchantFolder().path, join(folder, MCHID), { recursive: true })
    const ours = examples.filter(
      ({ commands: [command = ''] }) => command.startsWith('npx payscore') && !isElsewhere(command),
    )

    for (const example of ours) {
      const printed: string[] = []
      for (const command of example.commands.filter((one) => !isElsewhere(one))) {
        expect(command).not.toMatch(/PUB_KEY_ID_(?!0119000001092026112400291100001000)/)
        printed.push(await payscore(command, folder, world))
      }
      if (example.printed !== undefined) holds(example, printed.join('\n'))
      for (const text of printed) expect(text).not.toMatch(/\n {4}at |^error: /)
    }
    expect(KEY_ID).toBe('PUB_KEY_ID_0119000001092026112400291100001000')
    expect(ours.length).toBeGreaterThan(8)
  })
})

describe.each(['en', 'zh'] as const)('a command in the text, %s,', (language) => {
  const inline = [...new Set(filesIn(language).flatMap(inlineCommandsOf))]
  const whole = [...inline, ...commands.filter((command) => command.includes('npx payscore '))]

  it.each(whole)('has options that there are: %s', async (command) => {
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
