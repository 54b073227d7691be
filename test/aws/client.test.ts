import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientSettings } from '../../lib/aws/client.ts'
import { startSecretsManager } from './secrets-manager.ts'

describe('a client with our settings', () => {
  let secretsManager: Awaited<ReturnType<typeof startSecretsManager>>

  beforeEach(async () => {
    secretsManager = await startSecretsManager()
  })

  afterEach(async () => {
    await secretsManager.stop()
  })

  const ask = () =>
    secretsManager
      .connect(clientSettings)
      .send(new GetSecretValueCommand({ SecretId: 'x' }))
      .catch((error: unknown) => error)

  it('asks twice of a server that fails', async () => {
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })

    expect(await ask()).toMatchObject({ name: 'InternalServiceError' })
    expect(secretsManager.asked).toHaveLength(2)
  })

  it('gives up on a server that never answers', { timeout: 20_000 }, async () => {
    secretsManager.answerWith(() => {})

    expect(await ask()).toMatchObject({ name: expect.stringMatching(/^(TimeoutError|AbortError)$/) })
    expect(secretsManager.asked).toHaveLength(2)
  })
})
