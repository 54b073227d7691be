import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRequestSigner } from '../../../lib/aws/sdk/request-signer.ts'

const REGION = 'cn-north-1'
const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/of+nobody', sessionToken: 'token==' }

const setCredentials = ({ sessionToken, ...pair }: Partial<typeof CREDENTIALS>) => {
  vi.stubEnv('AWS_REGION', REGION)
  vi.stubEnv('AWS_ACCESS_KEY_ID', pair.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', pair.secretAccessKey)
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken)
}
beforeEach(() => setCredentials(CREDENTIALS))
afterEach(() => {
  vi.unstubAllEnvs()
})

const request = (body: string | Uint8Array = '{"TableName":"支付分"}') => ({
  method: 'POST',
  protocol: 'https:',
  hostname: 'dynamodb.cn-north-1.amazonaws.com.cn',
  path: '/',
  query: {},
  headers: {
    host: 'dynamodb.cn-north-1.amazonaws.com.cn',
    'x-amz-target': 'DynamoDB_20120810.UpdateItem',
    'x-amz-user-agent': 'payscore-sync',
  } as Record<string, string>,
  body,
})
const AT = new Date('2026-11-24T02:30:00.250Z')

/** What the SDK's own signer makes of the same headers. */
const bySdk = async (asked: ReturnType<typeof request>, credentials = CREDENTIALS, signingDate = AT) => {
  const { sha256 } = new DynamoDBClient({ region: REGION, credentials }).config
  const signer = new SignatureV4({ service: 'dynamodb', region: REGION, credentials, sha256, applyChecksum: false })
  const { headers } = await signer.sign(asked, { signingDate })
  return headers
}

it('signs as the SDK does', async () => {
  const { headers } = await createRequestSigner('dynamodb').sign(request(), { signingDate: AT })

  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/20261124\/cn-north-1\/dynamodb\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target;x-amz-user-agent, Signature=[0-9a-f]{64}$/,
  )
  expect(headers).toEqual(await bySdk(request()))
})

it('signs a body of bytes as the SDK does', async () => {
  const bytes = new Uint8Array([0x7b, 0xff, 0x00, 0x7d])

  const { headers } = await createRequestSigner('dynamodb').sign(request(bytes), { signingDate: AT })

  expect(headers).toEqual(await bySdk(request(bytes)))
})

it('signs no header that a proxy may alter', async () => {
  const asked = request()
  Object.assign(asked.headers, { 'content-type': 'application/x-amz-json-1.0', 'user-agent': 'a' })

  const { headers } = await createRequestSigner('dynamodb').sign(asked, { signingDate: AT })

  expect(headers.authorization).toContain(
    'SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target;x-amz-user-agent,',
  )
})

it('signs with the key of the day', async () => {
  const signer = createRequestSigner('dynamodb')
  const nextDay = new Date('2026-11-25T00:00:00Z')

  await signer.sign(request(), { signingDate: AT })
  const { headers } = await signer.sign(request(), { signingDate: nextDay })

  expect(headers).toEqual(await bySdk(request(), CREDENTIALS, nextDay))
})

it('signs without a session where there is none', async () => {
  const { sessionToken: _, ...pair } = CREDENTIALS
  setCredentials(pair)

  const { headers } = await createRequestSigner('dynamodb').sign(request(), { signingDate: AT })

  expect(headers).not.toHaveProperty('x-amz-security-token')
  expect(headers).toEqual(await bySdk(request(), pair as typeof CREDENTIALS))
})

it('signs with the credentials that are there now', async () => {
  const signer = createRequestSigner('dynamodb')
  const others = { accessKeyId: 'ASIAOTHER', secretAccessKey: 'another', sessionToken: 'other' }

  await signer.sign(request(), { signingDate: AT })
  setCredentials(others)
  const { headers } = await signer.sign(request(), { signingDate: AT })

  expect(headers).toEqual(await bySdk(request(), others))
})

it('signs nothing without credentials', async () => {
  setCredentials({})

  await expect(createRequestSigner('dynamodb').sign(request(), { signingDate: AT })).rejects.toThrow(
    'the environment holds no credentials of AWS',
  )
})
