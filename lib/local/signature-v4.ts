import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Credentials } from './credentials.ts'

/** AWS's error codes for a wrong signature. */
type SignatureFault =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'UnrecognizedClientException'
  | 'InvalidSignatureException'

type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>
type Check = (request: Signed, body: Buffer) => SignatureFault | undefined

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8}\/[^/,\s]+\/([a-z0-9-]+)\/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

/**
 * Verifies Signature Version 4 of a request for one service and one pair of credentials; in the Authorization header,
 * or in the query of a presigned URL. Its age is not checked, since the credentials end with the local world.
 */
export const checkSignature = (service: string, credentials: Credentials): Check => {
  const keys = new Map<string, KeyObject>()
  const keyOf = (scope: string): KeyObject => {
    const key = keys.get(scope) ?? createSecretKey(signingKey(credentials.secretAccessKey, scope))
    keys.set(scope, key)
    return key
  }

  return ({ method = '', url: target = '', headers }, body) => {
    const url = new URL(`http://127.0.0.1${target}`)
    const isLink = url.searchParams.has('X-Amz-Signature')
    const said = isLink ? headerOf(url) : headers.authorization
    if (said === undefined) return 'MissingAuthenticationTokenException'
    const [, id, scope = '', named, names = '', signature = ''] = HEADER.exec(said) ?? []
    const signed = names.split(';')
    const time = isLink ? url.searchParams.get('X-Amz-Date') : headers['x-amz-date']
    const isWhole = named === service && signed.includes('host') && (isLink || signed.includes('x-amz-date'))
    if (!isWhole || !time || !String(time).startsWith(scope.slice(0, 8))) return 'IncompleteSignatureException'
    const token = isLink ? url.searchParams.get('X-Amz-Security-Token') : headers['x-amz-security-token']
    if (id !== credentials.accessKeyId || token !== credentials.sessionToken) return 'UnrecognizedClientException'

    const bodyHash = hash('sha256', body, 'hex')
    const claimed = isLink ? UNSIGNED : String(headers['x-amz-content-sha256'] ?? bodyHash)
    const isOfBody = claimed === bodyHash || (service === 's3' && claimed === UNSIGNED)
    if (!isOfBody) return 'InvalidSignatureException'
    const canonicalRequest = [
      method,
      service === 's3' ? url.pathname : url.pathname.split('/').map(encoded).join('/'),
      canonicalQuery(url),
      ...signed.map(
        (name) =>
          `${name}:${String(headers[name] ?? '')
            .trim()
            .replace(/ +/g, ' ')}`,
      ),
      '',
      names,
      claimed,
    ].join('\n')
    const message = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', canonicalRequest, 'hex')].join('\n')
    const right = createHmac('sha256', keyOf(scope)).update(message).digest()
    return timingSafeEqual(right, Buffer.from(signature, 'hex')) ? undefined : 'InvalidSignatureException'
  }
}

/** Only S3 accepts an unsigned body. */
const UNSIGNED = 'UNSIGNED-PAYLOAD'

/** The signature of a presigned URL, in the form of an Authorization header. */
const headerOf = ({ searchParams }: URL): string =>
  `AWS4-HMAC-SHA256 Credential=${searchParams.get('X-Amz-Credential')}, SignedHeaders=${searchParams.get('X-Amz-SignedHeaders')}, Signature=${searchParams.get('X-Amz-Signature')}`

const canonicalQuery = ({ searchParams }: URL): string =>
  [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** Derived step by step from date, region and service. */
const signingKey = (secretAccessKey: string, scope: string): Buffer =>
  scope
    .split('/')
    .reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    )
