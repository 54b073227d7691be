import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SecretsManager, startSecretsManager } from '../../lib/local/secrets-manager.ts'

const NAME = 'payscore/merchants/1900000109'
const NOW = Date.UTC(2026, 10, 24, 2, 30)

let secrets: SecretsManager
let client: SecretsManagerClient
const clientWith = (maxAttempts: number) =>
  new SecretsManagerClient({
    endpoint: secrets.endpoint,
    region: 'ap-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  })

beforeEach(async () => {
  secrets = await startSecretsManager({ now: () => NOW })
  client = clientWith(1)
})
afterEach(async () => {
  client.destroy()
  await secrets.close()
})

const get = (input: Partial<GetSecretValueCommandInput> = {}) =>
  client.send(new GetSecretValueCommand({ SecretId: NAME, ...input }))

describe('a secret', () => {
  it('is read back by its name and by its ARN', async () => {
    const VersionId = secrets.putSecret(NAME, '{"mchid":"1900000109"}')

    const byName = await get()
    const byArn = await get({ SecretId: byName.ARN })

    expect(byName).toMatchObject({
      Name: NAME,
      SecretString: '{"mchid":"1900000109"}',
      VersionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: new Date(NOW),
    })
    expect(byName.ARN).toContain(`:secretsmanager:ap-east-1:000000000000:secret:${NAME}-`)
    expect(byArn.SecretString).toBe('{"mchid":"1900000109"}')
  })

  it('need not be JSON, nor text', async () => {
    secrets.putSecret(NAME, 'not JSON')
    secrets.putSecret('bytes', Buffer.from([0, 255]))

    const text = await get()
    const bytes = await get({ SecretId: 'bytes' })

    expect(text.SecretString).toBe('not JSON')
    expect(bytes.SecretString).toBeUndefined()
    expect(bytes.SecretBinary).toEqual(new Uint8Array([0, 255]))
  })

  it('that nobody has put is not found', async () => {
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } })
  })
})

describe('rotation', () => {
  it('moves AWSCURRENT to the new version and AWSPREVIOUS to the one before', async () => {
    const [first, second, third] = ['1', '2', '3'].map((value) => secrets.putSecret(NAME, value))

    const current = await get()
    const previous = await get({ VersionStage: 'AWSPREVIOUS' })
    const oldest = await get({ VersionId: first })
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: NAME }))

    expect([current.SecretString, previous.SecretString, oldest.SecretString]).toEqual(['3', '2', '1'])
    expect(VersionIdsToStages).toEqual({ [`${second}`]: ['AWSPREVIOUS'], [`${third}`]: ['AWSCURRENT'] })
  })

  it('finds no version of another stage, nor one that there is not', async () => {
    const VersionId = secrets.putSecret(NAME, '1')

    await expect(get({ VersionStage: 'AWSPREVIOUS' })).rejects.toThrow('version or staging label')
    await expect(get({ VersionId, VersionStage: 'AWSPREVIOUS' })).rejects.toThrow('version or staging label')
    await expect(get({ VersionId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' })).rejects.toThrow('version or staging label')
  })

  it('is done by PutSecretValue as well, and a first version by CreateSecret', async () => {
    const put = new PutSecretValueCommand({ SecretId: NAME, SecretString: '2' })
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })

    const created = await client.send(new CreateSecretCommand({ Name: NAME, SecretString: '1' }))
    await client.send(put)
    const [current, previous] = [await get(), await get({ VersionStage: 'AWSPREVIOUS' })]

    expect(created.Name).toBe(NAME)
    expect([current.SecretString, previous.SecretString]).toEqual(['2', '1'])
    expect(previous.VersionId).toBe(created.VersionId)
    await expect(client.send(new CreateSecretCommand({ Name: NAME, SecretString: '1' }))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    })
  })
})

describe('faults', () => {
  beforeEach(() => {
    secrets.putSecret(NAME, '1')
  })

  it.each([
    ['throttled', 'ThrottlingException', 400],
    ['internal-error', 'InternalServiceError', 500],
    ['access-denied', 'AccessDeniedException', 400],
    ['decryption-failure', 'DecryptionFailure', 400],
  ] as const)('%s is %s', async (fault, name, httpStatusCode) => {
    secrets.faultNext({ fault })

    await expect(get()).rejects.toMatchObject({ name, $metadata: { httpStatusCode } })

    expect((await get()).SecretString).toBe('1')
  })

  it('are throttlings that the SDK tries again', async () => {
    const patient = clientWith(3)
    secrets.faultNext({ fault: 'throttled', times: 2 })

    const { SecretString } = await patient.send(new GetSecretValueCommand({ SecretId: NAME }))

    expect(SecretString).toBe('1')
    expect(secrets.history.map(({ error }) => error)).toEqual(['ThrottlingException', 'ThrottlingException', ''])
  })

  it('strike only the secret that is meant', async () => {
    secrets.putSecret('other', '2')
    secrets.faultNext({ fault: 'access-denied', SecretId: NAME })

    expect((await get({ SecretId: 'other' })).SecretString).toBe('2')
    await expect(get()).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('may be no answer at all', async () => {
    secrets.faultNext({ fault: 'hang' })
    const command = new GetSecretValueCommand({ SecretId: NAME })

    await expect(client.send(command, { abortSignal: AbortSignal.timeout(100) })).rejects.toThrow()

    expect(secrets.history.at(-1)).toMatchObject({ operation: 'GetSecretValue', status: 0 })
  })

  it('may be an answer that comes late', async () => {
    secrets.faultNext({ fault: 'slow', delayMs: 300 })

    const answering = get()
    await expect.poll(() => secrets.history.length > 0).toBe(true)
    const early = secrets.history.at(-1)?.status
    const answer = await answering

    expect(early).toBe(0)
    expect(answer.SecretString).toBe('1')
  })
})

describe('the protocol', () => {
  const AUTHORIZATION =
    'AWS4-HMAC-SHA256 Credential=test/20261124/ap-east-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000'

  const HEADERS = {
    Authorization: AUTHORIZATION,
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Date': '20261124T023000Z',
    'X-Amz-Target': 'secretsmanager.GetSecretValue',
  }

  const post = async (headers: Record<string, string>, body = `{"SecretId":"${NAME}"}`) => {
    const response = await fetch(secrets.endpoint, { method: 'POST', headers, body })
    return { status: response.status, ...((await response.json()) as { __type?: string; SecretString?: string }) }
  }

  beforeEach(() => {
    secrets.putSecret(NAME, '1')
  })

  it('is as the documentation writes it', async () => {
    const answer = await post(HEADERS)

    expect(answer).toMatchObject({ status: 200, SecretString: '1' })
  })

  it('wants a signature', async () => {
    const { Authorization, ...headers } = HEADERS

    const answer = await post(headers)

    expect(answer).toMatchObject({ status: 400, __type: 'MissingAuthenticationTokenException' })
  })

  it.each([
    ['of another kind', 'Basic dGVzdDp0ZXN0'],
    ['for another service', AUTHORIZATION.replace('secretsmanager', 'dynamodb')],
    ['of another day', AUTHORIZATION.replace('20261124', '20261123')],
    ['that leaves the host out', AUTHORIZATION.replace('host;', '')],
    ['that leaves the date out', AUTHORIZATION.replace(';x-amz-date', '')],
    ['that is too short', AUTHORIZATION.slice(0, -1)],
  ])('refuses a signature %s', async (_, Authorization) => {
    const answer = await post({ ...HEADERS, Authorization })

    expect(answer).toMatchObject({ status: 400, __type: 'IncompleteSignatureException' })
  })

  it.each(['secretsmanager.DeleteSecret', 'secretsmanager.toString', 'DynamoDB_20120810.GetItem', ''])(
    'refuses the target %j',
    async (target) => {
      const answer = await post({ ...HEADERS, 'X-Amz-Target': target })

      expect(answer).toMatchObject({ status: 400, __type: 'UnknownOperationException' })
    },
  )

  it('refuses what is not its JSON', async () => {
    const form = await post({ ...HEADERS, 'Content-Type': 'application/json' })
    const broken = await post(HEADERS, '{')

    expect([form.__type, broken.__type]).toEqual(['SerializationException', 'SerializationException'])
  })

  it('leaves a history of calls', async () => {
    await get().catch(() => {})
    await get({ SecretId: 'missing' }).catch(() => {})

    expect(secrets.history).toEqual([
      { at: NOW, operation: 'GetSecretValue', SecretId: NAME, status: 200, error: '' },
      { at: NOW, operation: 'GetSecretValue', SecretId: 'missing', status: 400, error: 'ResourceNotFoundException' },
    ])
  })
})
