import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { environmentCredentials } from './environment-credentials.ts'

type RequestSigner = Extract<NonNullable<DynamoDBClientConfig['signer']>, { readonly sign: unknown }>

/**
 * Signs requests to one AWS service with SigV4, with the credentials and the region of the environment. It signs the
 * host and every `x-amz-` header, the path unchanged (it is always `/` here), and no query. The SDK's own signer
 * derives a key in order to look up the key that it has cached; this one keeps the derived key for the day.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const createRequestSigner = (service: string): RequestSigner => {
  let cached: { readonly of: string; readonly key: KeyObject } | undefined

  const keyOf = (scope: string, secretAccessKey: string): KeyObject => {
    const of = `${scope} ${secretAccessKey}`
    if (cached?.of !== of) cached = { of, key: signingKey(secretAccessKey, scope) }
    return cached.key
  }

  return {
    sign: async (request, { signingDate = new Date() } = {}) => {
      const { accessKeyId, secretAccessKey, sessionToken } = environmentCredentials()
      const time = new Date(signingDate).toISOString().replace(/[-:]|\.\d{3}/g, '')
      const scope = `${time.slice(0, 8)}/${process.env.AWS_REGION}/${service}/aws4_request`

      const { headers } = request
      headers['x-amz-date'] = time
      if (sessionToken) headers['x-amz-security-token'] = sessionToken
      const names = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'))
      const signed = names.sort()
      const canonicalRequest = [
        request.method,
        request.path,
        '',
        ...signed.map((name) => `${name}:${headers[name]}`),
        '',
        signed.join(';'),
        sha256(request.body),
      ].join('\n')
      const message = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest)].join('\n')
      const signature = createHmac('sha256', keyOf(scope, secretAccessKey)).update(message).digest('hex')
      headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed.join(';')}, Signature=${signature}`
      return request
    },
  }
}

const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

/** Derives the SigV4 signing key from the parts of the scope: day, region, service, aws4_request. */
const signingKey = (secretAccessKey: string, scope: string): KeyObject =>
  createSecretKey(
    scope
      .split('/')
      .reduce<Buffer>(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${secretAccessKey}`),
      ),
  )
