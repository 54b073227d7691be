import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, expect, it, vi } from 'vitest'
import { defaultProvider } from '../../../lib/aws/sdk/environment-credentials.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it.each([
  ['with a session, as on Lambda', 'token=='],
  ['without a session', undefined],
])('gives what the SDK’s own chain finds in the environment, %s', async (_case, token) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret/of+nobody')
  vi.stubEnv('AWS_SESSION_TOKEN', token)

  const theirs = await new DynamoDBClient({ region: 'cn-north-1' }).config.credentials()
  const ours = await defaultProvider()()

  expect(theirs).toEqual({ ...ours, $source: expect.anything() })
})

it.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('gives nothing without %s', async (name) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret/of+nobody')
  vi.stubEnv(name, undefined)

  await expect(defaultProvider()()).rejects.toThrow('the environment holds no credentials of AWS')
})
