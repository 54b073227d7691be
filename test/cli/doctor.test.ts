import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { afterAll, describe, expect, test } from 'vitest'
import { machineChecks } from '../../lib/cli/doctor/machine.ts'
import { keyPair } from '../../lib/local/keys.ts'
import { listenOnLoopback } from '../../lib/local/loopback-server.ts'
import { startWorld } from '../../lib/local/world.ts'
import { DIRECT, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { startCloudFormation } from './cloudformation.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

const { mchid } = DIRECT
const SUB = SERVED.partner

const world = await startWorld({ merchants: [DIRECT, SUB] })
afterAll(() => world.close())
stubAwsInEachTest(() => world.env)

type Line = { readonly name: string; readonly state: string; readonly found: string; readonly mend?: string }

/** The line of each part, by its name, and the exit code. */
const examine = async (...argv: readonly string[]) => {
  const { code, out } = await runCli(['doctor', '--json', ...argv])
  const { checks } = JSON.parse(out) as { checks: readonly Line[] }
  return { code, line: (name: string) => checks.find((check) => check.name === name), checks }
}
const secretOf = (change: object, owner = mchid) => ({
  mchid: owner,
  serial_no: 'A'.repeat(40),
  private_key: keyPair(owner).privateKeyPem,
  not_after: new Date(Date.now() + 400 * 86_400_000).toISOString(),
  wechatpay_keys: { [world.wechatpay.keyId]: world.wechatpay.publicKeyPem },
  ...change,
})
const putSecret = (change: object) =>
  world.secrets.putSecret(`payscore/merchants/${mchid}`, JSON.stringify(secretOf(change)))

const SYNC_MODE =
  'sync: a notice without amount is synced unseen, so one mistyped number ends a stranger’s order for good'

describe('doctor', () => {
  test.each([
    ['sync', 'note', SYNC_MODE],
    ['check', 'ok', 'check: each order is looked at before it is synced'],
    ['observe', 'ok', 'observe: nothing is synced by itself'],
  ])('says what mode a merchant is in: %s', async (mode, state, found) => {
    const MERCHANTS = JSON.stringify({
      merchants: { [mchid]: { sources: ['com.example.pos'], services: { S1: 'wx1' }, mode } },
    })

    const { out } = await runCli(['doctor', '--json'], { env: { MERCHANTS } })

    const { checks } = JSON.parse(out) as { checks: readonly { name: string }[] }
    expect(checks.find(({ name }) => name === `mode ${mchid}`)).toMatchObject({ state, found })
  })

  test('finds a whole world green, signatures accepted', async () => {
    world.putKey(mchid)

    const { code, out } = await runCli(['doctor'])

    expect(code).toBe(0)
    expect(
      out
        .replace(/Node: 24\S+/, 'Node: 24')
        .replaceAll(/certificate [0-9A-F]{40}/g, 'certificate SERIAL')
        .replaceAll(/PUB_KEY_ID_\d+/g, 'KEY')
        .split('\n'),
    ).toEqual([
      '✓ Node: 24',
      '✓ region: ap-east-1',
      '– identity: local world',
      '✓ merchants: 2 served',
      '✓ ledger’s table: payscore-ledger, indexes due, day and waits',
      '✓ event bus: payscore',
      '✓ rules of the bus: notices of com.example.pos; due events',
      '– Lambda at once: local world',
      '✓ clock against WeChat Pay: 0 s apart',
      '✓ secret of 1900000109: certificate SERIAL; KEY',
      '✓ certificate of 1900000109: 399 days left',
      '✓ signature of 1900000109: accepted, and the answer verifies',
      '✓ secret of 1900000200: certificate SERIAL; KEY',
      '✓ certificate of 1900000200: 399 days left',
      '✓ signature of 1900000200: accepted, and the answer verifies',
      `! mode of 1900000109: ${SYNC_MODE}`,
      '  → Set "mode": "check" in merchants.json, and let the till send amount.',
      `! mode of 1900000200: ${SYNC_MODE}`,
      '  → Set "mode": "check" in merchants.json, and let the till send amount.',
      'All is well.',
      '',
    ])
  })

  test('shows a red line with what to do, in Chinese too', async () => {
    stubAws({ EVENT_BUS: 'no-such-bus', LEDGER_TABLE: '' })

    const { code, out } = await runCli(['doctor'], { env: CHINESE })

    expect(code).toBe(1)
    expect(out).toContain('✗ 同步台账的表:未指定\n  → 请使用 --stack 堆栈名,或设置 LEDGER_TABLE 和 EVENT_BUS。\n')
    expect(out).toContain('✗ 事件总线:no-such-bus 不存在\n')
    expect(out.split('\n').at(-2)).toBe('3 项需要处理。')
  })

  test('is coloured on a terminal only', async () => {
    const plain = await runCli(['doctor'])
    const coloured = await runCli(['doctor'], { isTTY: true })
    const muted = await runCli(['doctor'], { isTTY: true, env: { NO_COLOR: '1' } })

    expect(plain.out).not.toContain('\u001b')
    expect(coloured.out).toContain('\u001b[32m✓\u001b[39m region: ap-east-1')
    expect(muted.out).not.toContain('\u001b')
  })

  test.each([
    ['no region', { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/nowhere' }, 'region', 'none'],
    ['no table', { LEDGER_TABLE: 'no-such-table' }, 'table', 'no-such-table is not there'],
    ['no bus', { EVENT_BUS: '' }, 'bus', 'not named'],
    [
      'merchants that cannot be read',
      { MERCHANTS: '{"merchants":{"1":{}}}' },
      'merchants',
      'merchants.1.services: is missing',
    ],
    [
      'a source that no rule hears',
      { MERCHANTS: `{"merchants":{"${mchid}":{"sources":["com.other"],"services":{"S1":"wx1"}}}}` },
      'rules',
      'no rule takes notices of com.other',
    ],
    [
      'a bus without rules',
      { EVENT_BUS: 'no-such-bus', MERCHANTS: `{"merchants":{"${mchid}":{"services":{"S1":"wx1"}}}}` },
      'rules',
      'no rule for due events: sync, query',
    ],
    [
      'no secret',
      { SECRETS_PREFIX: 'nowhere' },
      `secret ${mchid}`,
      `secret nowhere/${mchid}: Secrets Manager says ResourceNotFoundException`,
    ],
    ['no way to WeChat Pay', { WECHATPAY_ORIGIN: 'http://127.0.0.1:9' }, 'clock', '127.0.0.1:9 cannot be reached'],
    [
      'no way for a signed call',
      { WECHATPAY_ORIGIN: 'http://127.0.0.1:9' },
      `signature ${mchid}`,
      'no answer: ECONNREFUSED',
    ],
  ])('finds %s', async (_, env, name, found) => {
    stubAws(env)

    const { code, line } = await examine()

    expect(code).toBe(1)
    expect(line(name)).toMatchObject({ state: 'bad', found })
    expect(line(name)?.mend).toMatch(/\S{3}/)
  })

  test('finds a table that lacks an index', async () => {
    const client = new DynamoDBClient()
    await client.send(
      new CreateTableCommand({
        TableName: 'half-a-ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    )
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: 'half-a-ledger' })
    stubAws({ LEDGER_TABLE: 'half-a-ledger' })

    const { line } = await examine()

    expect(line('table')).toEqual({
      name: 'table',
      state: 'bad',
      found: 'half-a-ledger: key or index missing or not active: pk, due, day, waits',
      mend: 'Deploy the stack again.',
    })
  })

  test('finds a secret that does not do, and names what writes a right one', async () => {
    putSecret({ serial_no: '12345' })

    const { line } = await examine()

    expect(line(`secret ${mchid}`)).toEqual({
      name: `secret ${mchid}`,
      state: 'bad',
      found: `secret of merchant ${mchid}: serial_no must be 40 hexadecimal digits in capitals, leading zeros kept, never decimal`,
      mend: `npx payscore merchant put FOLDER writes payscore/merchants/${mchid} from the merchant’s files.`,
    })
    expect(line(`certificate ${mchid}`)?.state).toBe('skipped')
    expect(line(`signature ${mchid}`)?.state).toBe('skipped')
  })

  test.each([
    ['ends soon', 12.5, 'note', '12 days left'],
    ['has ended', -1, 'bad', 'has expired: every call is refused'],
  ])('tells of a certificate that %s', async (_, days, state, found) => {
    putSecret({ not_after: new Date(Date.now() + days * 86_400_000).toISOString() })

    const { line } = await examine()

    expect(line(`certificate ${mchid}`)).toMatchObject({ state, found })
  })

  test('tells of a secret that does not say when its certificate ends', async () => {
    putSecret({ not_after: undefined })

    const { line } = await examine()

    expect(line(`certificate ${mchid}`)).toMatchObject({ state: 'note', found: 'its end is not in the secret' })
  })

  test('finds a signature that WeChat Pay does not accept, and says what to mend', async () => {
    world.putKey(mchid, false)

    const { code, line } = await examine()

    expect(code).toBe(1)
    expect(line(`signature ${mchid}`)?.found).toMatch(
      /^WeChat Pay did not accept our signature: private key, serial_no or clock \(HTTP 401, Request-Id [\w-]+\)$/,
    )
    expect(line(`signature ${mchid}`)?.mend).toMatch(/private_key and serial_no/)
  })

  test('finds answers that do not verify', async () => {
    world.putKey(mchid)
    world.wechatpay.faultNext({ fault: 'wrong-signature', times: 10 })

    const { line } = await examine()
    world.wechatpay.behave()

    expect(line(`signature ${mchid}`)).toMatchObject({
      state: 'bad',
      found: 'accepted, but the answer does not verify',
    })
  })

  test('asks the real WeChat Pay nothing signed without --live', async () => {
    stubAws({ WECHATPAY_ORIGIN: 'http://payscore.invalid' })

    const { line } = await examine()

    expect(line(`signature ${mchid}`)).toMatchObject({ state: 'skipped', found: '--live asks WeChat Pay' })
  })

  test('finds a clock that is wrong', async () => {
    const { out } = await runCli(['doctor', '--json'], { now: () => Date.now() + 90_000 })

    const { checks } = JSON.parse(out) as { checks: readonly Line[] }
    expect(checks.find(({ name }) => name === 'clock')?.found).toMatch(
      /^(89|90|91) s apart; from 300 s on every call is refused$/,
    )
  })

  test('says which closed merchants have nothing left', async () => {
    placeOrder(world, 'payafter-orders', 'LEFT', { state: 'accepted' })
    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'LEFT'))
    const closed = { closed: true, services: { S1: 'wx1' } }
    stubAws({ MERCHANTS: JSON.stringify({ merchants: { [mchid]: closed, '1900000110': closed } }) })

    const { line } = await examine()
    stubAws({ LEDGER_TABLE: '' })
    const without = await examine()

    expect(line(`closed ${mchid}`)).toMatchObject({ state: 'ok', found: 'has orders under way' })
    expect(line('closed 1900000110')).toMatchObject({ state: 'note', mend: 'It can be taken out of merchants.json.' })
    expect(without.line('closed 1900000110')?.state).toBe('skipped')
  })

  test('takes table and bus from a stack, and asks Lambda and STS where those are', async () => {
    const stack = await startCloudFormation('payscore-sync-prod', {
      LedgerTable: world.env.LEDGER_TABLE ?? '',
      EventBusName: world.env.EVENT_BUS ?? '',
    })
    const limits = [
      [1000, 960],
      [1000, 1000],
      [10, 10],
    ]
    const lambda = await listenOnLoopback((_, response) => {
      const [ConcurrentExecutions, UnreservedConcurrentExecutions] = limits.shift() ?? []
      response.end(JSON.stringify({ AccountLimit: { ConcurrentExecutions, UnreservedConcurrentExecutions } }))
    })
    stubAws({
      LEDGER_TABLE: '',
      EVENT_BUS: '',
      AWS_ENDPOINT_URL_CLOUDFORMATION: stack.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: `http://${lambda.host}`,
    })

    const roomy = await examine('--stack', 'payscore-sync-prod')
    const open = await examine('--stack', 'payscore-sync-prod')
    const narrow = await examine('--stack', 'payscore-sync-prod')
    await Promise.all([stack.close(), lambda.close()])
    const silent = await examine()

    expect(roomy.line('table')?.state).toBe('ok')
    expect(roomy.line('bus')?.state).toBe('ok')
    expect(roomy.line('quota')).toMatchObject({ state: 'ok', found: '1000' })
    expect(open.line('quota')).toMatchObject({
      state: 'note',
      found: '1000, none of it reserved',
      mend: expect.stringContaining('--param="concurrency=20"'),
    })
    expect(narrow.line('quota')).toMatchObject({ state: 'bad', found: '10 in this account' })
    expect(silent.line('quota')).toMatchObject({ state: 'bad' })
  })

  test('finds credentials that AWS does not take', async () => {
    const sts = await listenOnLoopback((_, response) => {
      response.writeHead(403, { 'content-type': 'text/xml' })
      response.end(
        '<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>x</Message></Error></ErrorResponse>',
      )
    })
    stubAws({ AWS_ENDPOINT_URL_STS: `http://${sts.host}` })

    const { line } = await examine()
    await sts.close()

    expect(line('identity')).toMatchObject({
      state: 'bad',
      mend: 'Log in to AWS (aws sso login), or set AWS_PROFILE.',
    })
  })

  test('finds a Node that is too old, and refuses a WECHATPAY_ORIGIN that is none', async () => {
    const [node] = machineChecks({}, '22.18.0')
    stubAws({ WECHATPAY_ORIGIN: 'nowhere' })

    const { code, err } = await runCli(['doctor'])

    expect(await node?.look()).toMatchObject({ state: 'bad', found: { en: '22.18.0' } })
    expect([code, err]).toEqual([2, 'WECHATPAY_ORIGIN is no URL: nowhere\n'])
  })
})
