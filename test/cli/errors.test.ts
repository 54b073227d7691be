import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { errorText } from '../../lib/cli/errors.ts'
import { ConfigError, InputError, UnavailableError } from '../../lib/errors.ts'
import { runCli } from './run-cli.ts'

afterEach(() => vi.unstubAllEnvs())

const named = (name: string, more: object = {}) => Object.assign(new Error('holds what was read'), { name, ...more })

describe('an error is told with what was seen, what it means and what to do', () => {
  test.each([
    [
      'no such file',
      named('Error', { code: 'ENOENT', path: `${process.cwd()}/x/y.json` }),
      'x/y.json: there is no such file or folder. Check the path.',
    ],
    [
      'no right to a file',
      named('Error', { code: 'EACCES', path: `${process.cwd()}/y.json` }),
      'y.json: may not be read or written by you. Check its permissions.',
    ],
    [
      'a full disk',
      named('Error', { code: 'ENOSPC', path: `${process.cwd()}/y.json` }),
      'y.json: the disk is full. Make room, and run it again.',
    ],
    [
      'no region',
      new Error('Region is missing'),
      'no region is set. Set AWS_REGION to where the stack is, as ap-east-1; for the world of npm start say --local.',
    ],
    [
      'no credentials',
      named('CredentialsProviderError'),
      'CredentialsProviderError: no credentials that AWS takes. Log in (aws sso login), or set AWS_PROFILE.',
    ],
    [
      'a bucket that is not there',
      named('NoSuchBucket'),
      'NoSuchBucket: there is no such table, queue, bucket, bus or secret in this region. Check AWS_REGION, --stack, --table, --bucket, --queue and --bus.',
    ],
    [
      'a refused connection',
      named('Error', { code: 'ECONNREFUSED' }),
      'Error: AWS could not be reached. Check network and AWS_REGION; with --local, that npm start is up.',
    ],
    [
      'too much at once',
      new UnavailableError('the ledger says ThrottlingException'),
      'the ledger says ThrottlingException: too much at once. Try again in a minute.',
    ],
    [
      'a ledger out of reach',
      new UnavailableError('the ledger says InternalServerError'),
      'the ledger says InternalServerError. Try again in a moment.',
    ],
    ['our own configuration', new ConfigError('LEDGER_TABLE is missing'), 'LEDGER_TABLE is missing'],
    ['our own input', new InputError('amount', 'must be fen'), 'amount: must be fen'],
  ])('%s', (_, error, said) => {
    const { en, zh } = errorText(error)

    expect(en).toBe(said)
    expect(zh).toMatch(/[\u4e00-\u9fff]/)
  })

  test('one that nobody expected names itself and its place in our files, and nothing that was read', () => {
    const error = Object.assign(new TypeError('a secret'), {
      stack: 'TypeError: a secret\n    at f (/home/x/lib/cli/order/find.ts:12:3)',
    })

    expect(errorText(error)).toEqual({
      en: 'TypeError (cli/order/find.ts:12): this was not expected, and is a fault of payscore. Report it with this line and the command.',
      zh: 'TypeError (cli/order/find.ts:12):出现未预期的错误,属于 payscore 的缺陷。请附上本行和所用命令反馈。',
    })
  })

  test('a missing region is told by every command that asks AWS', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_CONFIG_FILE'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('HOME', '/nowhere')

    const { code, err } = await runCli(['list', '--mchid', '1900000109', '--table', 'ledger'], {
      env: { HOME: '/nowhere' },
    })

    expect([code, err]).toEqual([
      1,
      'no region is set. Set AWS_REGION to where the stack is, as ap-east-1; for the world of npm start say --local.\n',
    ])
  })
})

test('a reader that stops is no error, and changes no exit code', async () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url))
  const line =
    'set -o pipefail; node lib/cli/main.ts list --help | head -0; echo $?; node lib/cli/main.ts list --limit 0 2>&1 | head -0; echo $?'

  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line], {
    cwd,
    env: {
      ...process.env,
      LC_ALL: 'C',
      PATH: `${fileURLToPath(new URL('../../node_modules/node/bin', import.meta.url))}:${process.env.PATH}`,
    },
  })

  expect(stdout).toBe('0\n2\n')
  expect(stderr).toBe('')
})
