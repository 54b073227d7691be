import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clientSettings, functionSettings } from '../../lib/aws/client.ts'
import { startSecretsManager } from './secrets-manager.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'cn-north-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

describe.each([
  ['our settings', () => clientSettings],
  ['the settings of a function', () => functionSettings('secretsmanager')],
])('a client with %s', (_settings, settings) => {
  let secretsManager: Awaited<ReturnType<typeof startSecretsManager>>

  beforeEach(async () => {
    secretsManager = await startSecretsManager()
  })

  afterEach(async () => {
    await secretsManager.stop()
  })

  const ask = () =>
    secretsManager
      .connect(settings())
      .send(new GetSecretValueCommand({ SecretId: 'x' }))
      .catch((error: unknown) => error)

  it('is answered', async () => {
    secretsManager.answerWith({ SecretString: '{"a":"支"}' })

    expect(await ask()).toMatchObject({ SecretString: '{"a":"支"}' })
  })

  it('asks once of a server that refuses', async () => {
    secretsManager.answerWith({ error: 'ResourceNotFoundException' })

    expect(await ask()).toMatchObject({ name: 'ResourceNotFoundException' })
    expect(secretsManager.asked).toHaveLength(1)
  })

  it('asks twice of a server that fails', async () => {
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })

    expect(await ask()).toMatchObject({ name: 'InternalServiceError' })
    expect(secretsManager.asked).toHaveLength(2)
  })

  it('asks twice of a server that has too much to do, whatever it says of waiting', async () => {
    secretsManager.answerWith((response) =>
      response.writeHead(400, { 'Retry-After': '60' }).end('{"__type":"ThrottlingException"}'),
    )

    expect(await ask()).toMatchObject({ name: 'ThrottlingException' })
    expect(secretsManager.asked).toHaveLength(2)
  })

  it('gives up on a server that never answers', async () => {
    // Time goes by as soon as the server has the request.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
    secretsManager.answerWith(() => void vi.advanceTimersByTime(2_000))

    expect(await ask()).toMatchObject({ name: 'TimeoutError' })
    expect(secretsManager.asked).toHaveLength(2)
  })

  it('gives up on a server that answers by half', { timeout: 20_000 }, async () => {
    secretsManager.answerWith((response) => response.writeHead(200, { 'Content-Length': '100' }).write('{'))

    expect(await ask()).toBeInstanceOf(Error)
  })
})

describe('a client of a function goes', () => {
  const addressOf = async () => {
    const { endpoint } = new DynamoDBClient(functionSettings('dynamodb')).config
    return (await endpoint?.())?.hostname
  }

  it('to the region’s own address', async () => {
    expect(await addressOf()).toBeUndefined()
  })

  it('where the environment says for all services', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://all.example')

    expect(await addressOf()).toBe('all.example')
  })

  it('where the environment says for this service, before all', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://all.example')
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://this.example')

    expect(await addressOf()).toBe('this.example')
  })
})
