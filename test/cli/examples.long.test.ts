import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Row } from '../../lib/ledger/row.ts'
import { answerJson, listenOnLoopback } from '../../lib/local/loopback-server.ts'
import { startQueue, targetArn } from '../../lib/local/sqs.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { ROWS } from '../views/rows.ts'
import { startCloudFormation } from './cloudformation.ts'
import { stubAws } from './local-env.ts'
import { KEY_ID, merchantFolder } from './merchant-folder.ts'
import { CHINESE, runCli } from './run-cli.ts'

const COMMANDS = [
  ...['merchant put', 'doctor', 'trigger', 'status', 'list', 'release', 'reopen', 'close', 'settle', 'withdraw'],
  ...['redrive', 'announce', 'reindex', 'statement', 'report', 'audit', 'receipt', 'receipt verify', 'erase'],
]

/** The commands below `Examples:`, each in one line. */
const examplesOf = async (words: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
  const { out } = await runCli([...words, '--help'], { env })
  const [, below = ''] = out.split(/\n(?:Examples:|示例:)\n/)
  return below
    .replaceAll(/ \\\n +/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim())
}

/** As a shell takes it apart, with what these commands have of quotes. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(2)

const NUMBER = '1234323JKHDFE1243252'
const TRANSACTION = '4200001234202611240123456789'
const QUIET = { due_at: Date.now() + 24 * 60 * MINUTE }

/** How the order of the examples stands, for those that need it otherwise than charged twice. */
const STANDS: Readonly<Record<string, Partial<Row>>> = {
  release: { ...ROWS.held, ...QUIET },
  reopen: ROWS.not_found,
  close: { ...ROWS.waiting, ...QUIET },
  withdraw: { ...ROWS.held, ...QUIET },
  redrive: ROWS.waiting,
}

/** These are about an order whose signed answers are kept as evidence. */
const KEPT = ['receipt', 'receipt verify', 'erase']

let world: World
let cwd: string
let proved: Partial<Row>
let stack: Awaited<ReturnType<typeof startCloudFormation>>
let lambda: Awaited<ReturnType<typeof listenOnLoopback>>
let queue: Awaited<ReturnType<typeof startQueue>>

beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT] })
  queue = await startQueue({ name: 'dead-letters' })
  lambda = await listenOnLoopback((_, response) => answerJson(response, 200, { bills: [], left: 0 }))
  const outputs = {
    ...{ LedgerTable: world.env.LEDGER_TABLE ?? '', EventBusName: world.env.EVENT_BUS ?? '' },
    ...{ HttpApiUrl: world.api.url, NoticeDeadLettersUrl: queue.url, StatementsBucket: world.env.BUCKET ?? '' },
    EvidenceBucket: world.env.EVIDENCE_BUCKET ?? '',
    EvidenceReplicaBucket: world.env.EVIDENCE_REPLICA ?? '',
    SyncFunctionArn: targetArn('sync'),
    AuditFunction: targetArn('audit'),
  }
  stack = await startCloudFormation('payscore-sync-prod', outputs)
  cwd = mkdtempSync(join(tmpdir(), 'examples-'))
  for (const name of ['.local', 'lib/local']) mkdirSync(join(cwd, name), { recursive: true })
  writeFileSync(
    join(cwd, '.local/world.json'),
    JSON.stringify({
      ...world.env,
      PAYSCORE_API: world.api.url,
      PAYSCORE_LAMBDA: world.lambdaUrl,
      PAYSCORE_CLOCK_OFFSET_MS: '0',
    }),
  )
  cpSync('lib/local/statement.csv', join(cwd, 'lib/local/statement.csv'))
  writeFileSync(join(cwd, '2026-11-24.csv'), '订单号,付款时间\nCLI-1,2026-11-24 09:30\n')
  placeOrder(world, 'payafter-orders', 'CLI-1')
  placeOrder(world, 'payafter-orders', 'TRY-1764000000000')
  writeFileSync(join(cwd, 'pub_key.pem'), world.wechatpay.publicKeyPem)
  placeOrder(world, 'payafter-orders', NUMBER)
  await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', NUMBER))
  await world.pass(11 * MINUTE)
  await world.runCertificates()
  proved = { ...(await rowOf(world, 'payafter-orders', NUMBER)) }
})
afterAll(async () => {
  await Promise.all([world.close(), stack.close(), queue.close(), lambda.close()])
  rmSync(cwd, { recursive: true })
})
beforeEach(() =>
  stubAws({
    ...world.env,
    AWS_ENDPOINT_URL_CLOUDFORMATION: stack.endpoint,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: `http://${lambda.host}`,
  }),
)
afterEach(() => vi.unstubAllEnvs())

/** Lets the order of the examples stand so. */
const stand = async (row: Partial<Row>) => {
  const { endpoint, tableName } = world.table
  const client = new DynamoDBClient({ endpoint, region: 'ap-east-1', credentials: world.credentials })
  const Item = marshall({ ...row, pk: `${DIRECT.mchid}#${NUMBER}` }, { removeUndefinedValues: true })
  await client.send(new PutItemCommand({ TableName: tableName, Item }))
  client.destroy()
}

describe('each example of the help runs as it stands', () => {
  test.each(COMMANDS)('%s', async (name) => {
    const words = name.split(' ')
    const english = await examplesOf(words, {})
    const chinese = await examplesOf(words, CHINESE)

    expect(english.length).toBeGreaterThan(0)
    expect(chinese).toEqual(english)
    // A payment that was handed over is handed over: with another paid_time it is refused.
    for (const env of name === 'trigger' ? [{}] : [{}, CHINESE])
      for (const example of english) {
        const otherwise = KEPT.includes(name) ? proved : { ...ROWS.charged, transaction_id: TRANSACTION }
        await stand(STANDS[name] ?? otherwise)
        if (name === 'merchant put') cpSync(merchantFolder().path, join(cwd, '1900000109'), { recursive: true })
        if (name !== 'trigger') rmSync(join(cwd, 'merchant.json'), { force: true })
        for (const file of ['receipt.json', 'receipt.html']) rmSync(join(cwd, file), { force: true })
        if (example.includes('--merchant merchant.json')) {
          const service = '2002000000000558128851361561536=wxd678efh567hg6787'
          const put = ['merchant', 'put', merchantFolder().path, '--wechatpay-key-id', KEY_ID, '--service', service]
          await runCli([...put, '--out', 'merchant.json', '--force'], { cwd })
        }
        if (example.includes('verify')) await runCli(['receipt', NUMBER, '--out', 'receipt.json'], { cwd })

        const { code, out, err } = await runCli(wordsOf(example), { cwd, env: { ...env, HOME: cwd } })

        // Before nine in China there is no bill of yesterday yet. What is locked stays, and a dry run says so.
        const isMixed = name === 'doctor' || /audit --local|lib\/local\/statement\.csv|erase .* --dry-run/.test(example)
        expect(isMixed ? [0, 1] : [0], `${example}\n${code}\n${out}\n${err}`).toContain(code)
      }
  })
})
