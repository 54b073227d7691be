import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import * as lean from '../../../lib/aws/sdk/lean-clients.ts'
import { clientSettings, functionSettings } from '../../../lib/aws/sdk/settings.ts'
import { startSecretsManager } from '../secrets-manager.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'cn-north-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

type SecretsManager = Awaited<ReturnType<typeof startSecretsManager>>
const sdkAsks =
  (settings: () => SecretsManagerClientConfig) =>
  ({ connect }: SecretsManager) =>
    connect(settings()).send(new GetSecretValueCommand({ SecretId: 'x' }))

describe.each([
  ['the SDK with our settings', sdkAsks(() => clientSettings)],
  ['the SDK with the settings of a function', sdkAsks(() => functionSettings('secretsmanager'))],
  [
    'the bundles',
    ({ endpoint }: SecretsManager) =>
      new lean.SecretsManagerClient({ ...functionSettings('secretsmanager'), endpoint }).send(
        new lean.GetSecretValueCommand({ SecretId: 'x' }),
      ),
  ],
])('a client of %s', (_whose, send) => {
  let secretsManager: SecretsManager

  beforeEach(async () => {
    secretsManager = await startSecretsManager()
  })

  afterEach(async () => {
    await secretsManager.close()
  })

  const ask = () => send(secretsManager).catch((error: unknown) => error)

  it('is answered', async () => {
    secretsManager.answerWith({ SecretString: '{"a":"支"}' })

    expect(await ask()).toMatchObject({ SecretString: '{"a":"支"}' })
  })

  it('is answered with bytes, where the secret is of bytes', async () => {
    secretsManager.answerWith({ SecretBinary: 'eyJhIjoi5pSvIn0=' })

    const { SecretBinary } = (await ask()) as { readonly SecretBinary: Uint8Array }

    expect(new TextDecoder().decode(SecretBinary)).toBe('{"a":"支"}')
  })

  it('asks once of a server that refuses', async () => {
    secretsManager.answerWith({ error: 'ResourceNotFoundException' })

    expect(await ask()).toMatchObject({ name: 'ResourceNotFoundException' })
    expect(secretsManager.asked()).toHaveLength(1)
  })

  it('asks twice of a server that fails', async () => {
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })

    expect(await ask()).toMatchObject({ name: 'InternalServiceError' })
    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('asks twice of a server that has too much to do, whatever it says of waiting', async () => {
    secretsManager.answerWith((response) =>
      response.writeHead(400, { 'Retry-After': '60' }).end('{"__type":"ThrottlingException"}'),
    )

    expect(await ask()).toMatchObject({ name: 'ThrottlingException' })
    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('gives up on a server that never answers', async () => {
    // Time goes by as soon as the server has the request.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
    secretsManager.answerWith(() => void vi.advanceTimersByTime(2_000))

    expect(await ask()).toMatchObject({ name: 'TimeoutError' })
    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('gives up on a server that answers by half', async () => {
    secretsManager.answerWith((response) => response.writeHead(200, { 'Content-Length': '100' }).write('{'))

    expect(await ask()).toBeInstanceOf(Error)
  })
})

type Answer = { readonly statusCode: number; readonly headers?: Record<string, string>; readonly body?: string }

const CLIENTS = [
  ['the SDK', DynamoDBClient, GetItemCommand],
  [
    'the bundles',
    lean.DynamoDBClient as unknown as typeof DynamoDBClient,
    lean.GetItemCommand as unknown as typeof GetItemCommand,
  ],
] as const

describe.each(CLIENTS)('a client of a function, by %s,', (_whose, Client, Command) => {
  /** What it sends, when it is answered so. */
  const sent = async (answer: Answer = { statusCode: 200 }, more: DynamoDBClientConfig = {}) => {
    const requests: { readonly hostname: string; readonly headers: Readonly<Record<string, string>> }[] = []
    const handle = async ({ hostname, headers }: (typeof requests)[number]) => {
      requests.push({ hostname, headers: { ...headers } })
      const body = Buffer.from(answer.body ?? '{}')
      return { response: { headers: {}, ...answer, body } }
    }
    const requestHandler = { handle } as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>
    const client = new Client({ ...functionSettings('dynamodb'), ...more, requestHandler })
    await client.send(new Command({ TableName: 'ledger', Key: {} })).catch(() => undefined)
    return requests
  }

  it('goes to the region’s own address', async () => {
    expect(await sent()).toMatchObject([{ hostname: 'dynamodb.cn-north-1.amazonaws.com.cn' }])
  })

  it('goes where the environment says for all services', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://all.example')

    expect(await sent()).toMatchObject([{ hostname: 'all.example' }])
  })

  it('goes where the environment says for this service, before all', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://all.example')
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://this.example')

    expect(await sent()).toMatchObject([{ hostname: 'this.example' }])
  })

  it('is steered by no file of a home folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aws-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'config')
    await writeFile(
      file,
      '[default]\nendpoint_url = http://file.example\nuse_dualstack_endpoint = true\nuse_fips_endpoint = true\n',
    )
    vi.stubEnv('AWS_CONFIG_FILE', file)

    expect(await sent()).toMatchObject([{ hostname: 'dynamodb.cn-north-1.amazonaws.com.cn' }])
  })

  it('goes to no address of an account of its own', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1')
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test', accountId: '123456789012' }

    const requests = await sent({ statusCode: 200 }, { credentials })

    expect(requests).toMatchObject([{ hostname: 'dynamodb.us-east-1.amazonaws.com' }])
  })

  it('signs by the clock of AWS once it was told that its own is wrong', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T02:30:00Z') })

    const requests = await sent({
      statusCode: 403,
      headers: { date: 'Tue, 24 Nov 2026 02:40:00 GMT' },
      body: '{"__type":"InvalidSignatureException"}',
    })

    expect(requests.map(({ headers }) => headers['x-amz-date'])).toEqual(['20261124T023000Z', '20261124T024000Z'])
  })

  it('says whose it is', async () => {
    const [request] = await sent()

    expect(request?.headers['user-agent']).toMatch(/payscore-sync/)
  })
})
