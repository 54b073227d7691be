import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Credentials } from './credentials.ts'
import { checkSignature } from './signature-v4.ts'

export type ApiGuard = {
  /** Made anew for each guard. */
  readonly token: string
  /** What a caller adds to each request. */
  readonly headers: { readonly authorization: string }
  readonly isToken: (said: string) => boolean
  /** Why a request is not served; undefined when it is. */
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
 * IAM's place on one machine: a request must say the token of this start, or be signed with the credentials of this start
 * as for a deployed API; a body must be JSON, which no web page can send elsewhere without asking first.
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

/** Of one length, so that a comparison takes the same time for each. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
