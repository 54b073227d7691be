import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Credentials } from './credentials.ts'
import { checkSignature } from './signature-v4.ts'

export type ApiGuard = {
  /** A new one for each guard. */
  readonly token: string
  /** The headers that a caller adds to each request. */
  readonly headers: { readonly authorization: string }
  readonly isToken: (said: string) => boolean
  /** Why a request is refused; undefined if it is served. */
  readonly refusal: (request: IncomingMessage, body: Buffer) => { status: number; message: string } | undefined
}

const NO_TOKEN = {
  status: 403,
  message:
    'Forbidden: this API wants the token of this start. Say curl -H @.local/token, in the folder where npm start runs. 需要本次启动的令牌:请在运行 npm start 的目录中使用 curl -H @.local/token',
}
const NOT_JSON = {
  status: 415,
  message:
    'The body must be JSON: say content-type: application/json. 请求体必须是 JSON:请设置 content-type: application/json',
}

/**
 * Authorizes requests in place of IAM: a request must have the token of this start, or Signature Version 4 with the
 * credentials of this start. A body must have the type JSON, since a web page cannot send that to another origin
 * without a preflight request.
 */
export const createApiGuard = (credentials: Credentials): ApiGuard => {
  const token = randomBytes(32).toString('base64url')
  const checkSigned = checkSignature('execute-api', credentials)
  const isToken = (said: string) => timingSafeEqual(digest(said), digest(token))

  const isCaller = (request: IncomingMessage, body: Buffer): boolean => {
    const [scheme = '', said = ''] = (request.headers.authorization ?? '').split(' ')
    if (scheme.toLowerCase() === 'bearer') return isToken(said)
    return checkSigned(request, body) === undefined
  }

  return {
    token,
    headers: { authorization: `Bearer ${token}` },
    isToken,
    refusal: (request, body) => {
      if (!isCaller(request, body)) return NO_TOKEN
      const isRead = request.method === 'GET' && body.length === 0
      return isRead || isJson(request.headers['content-type']) ? undefined : NOT_JSON
    },
  }
}

const isJson = (type = ''): boolean => /^application\/json *(;|$)/i.test(type)

/** Hashes have one length, so timingSafeEqual can compare them. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
