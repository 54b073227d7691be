import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Credentials } from './credentials.ts'
import { createSecretVersions, failure, type Input, type Reply } from './secret-versions.ts'
import { checkSignature } from './signature-v4.ts'
import { createTimers, readBody, startServer } from './wechatpay/server.ts'

type Fault =
  | 'throttled'
  | 'internal-error'
  | 'access-denied'
  | 'decryption-failure'
  /** No response until the client disconnects. */
  | 'hang'
  /** The right response, late. */
  | 'slow'

type FaultPlan = {
  readonly fault: Fault
  /** How many requests, by default 1. The SDK may send several for one command. */
  readonly times?: number
  /** Only requests for this secret. */
  readonly SecretId?: string
  /** For `slow`; by default 1,000. */
  readonly delayMs?: number
}

type Call = {
  /** Milliseconds, by the clock that Secrets Manager was given. */
  readonly at: number
  /** `GetSecretValue`, for example; '' if the request names none. */
  readonly operation: string
  readonly SecretId: string
  /** 0 until a response was sent. */
  readonly status: number
  /** `__type` of the error; '' if there is none. */
  readonly error: string
}

export type SecretsManager = {
  /** For AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly endpoint: string
  readonly history: readonly Call[]
  /** Makes a new secret, or a new version of one: text as SecretString, bytes as SecretBinary. Gives the version id. */
  readonly putSecret: (name: string, value: string | Uint8Array) => string
  readonly faultNext: (plan: FaultPlan) => void
  readonly close: () => Promise<void>
}

const FAILURES: Readonly<Record<string, Reply>> = {
  throttled: failure('ThrottlingException', 'Rate exceeded'),
  'internal-error': failure('InternalServiceError', 'An error occurred on the server side.', 500),
  'access-denied': failure('AccessDeniedException', 'User is not authorized to perform this action.'),
  'decryption-failure': failure('DecryptionFailure', "Secrets Manager can't decrypt the protected secret text."),
}

const TARGET = 'secretsmanager.'

/** The form of Signature Version 4: for this service, with the date of the request, over at least host and date. */
const SIGV4 =
  /^AWS4-HMAC-SHA256 Credential=[^/\s]+\/(\d{8})\/[a-z0-9-]+\/secretsmanager\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/

const signatureFailure = (headers: IncomingHttpHeaders): Reply | undefined => {
  if (headers.authorization === undefined) {
    return failure('MissingAuthenticationTokenException', 'Missing Authentication Token')
  }
  const [, day, signed = ''] = SIGV4.exec(headers.authorization) ?? []
  const names = signed.split(';')
  const isOfItsDay = day !== undefined && String(headers['x-amz-date']).startsWith(day)
  return isOfItsDay && names.includes('host') && names.includes('x-amz-date')
    ? undefined
    : failure('IncompleteSignatureException', 'Authorization header is not a whole Signature Version 4.')
}

const parseInput = (headers: IncomingHttpHeaders, body: Buffer): Input | undefined => {
  if (headers['content-type'] !== 'application/x-amz-json-1.1') return undefined
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const NOT_JSON = failure('SerializationException', 'The body is not the JSON that was announced.')

/** Secrets Manager on loopback: its JSON protocol, versions, stages, errors, and faults on request. */
export const startSecretsManager = async (
  options: {
    readonly now?: () => number
    readonly port?: number
    /** The credentials whose signatures are accepted; by default any well-formed signature. */
    readonly credentials?: Credentials
  } = {},
): Promise<SecretsManager> => {
  const { now = Date.now, port = 0, credentials } = options
  const check = credentials && checkSignature('secretsmanager', credentials)
  const versions = createSecretVersions(now)
  const timers = createTimers()
  const history: Call[] = []
  let plans: { readonly plan: FaultPlan; left: number }[] = []

  const drawFault = (SecretId: string): FaultPlan | undefined => {
    const drawn = plans.find(({ plan }) => plan.SecretId === undefined || plan.SecretId === SecretId)
    if (drawn === undefined) return undefined
    drawn.left--
    plans = plans.filter(({ left }) => left > 0)
    return drawn.plan
  }

  const treat = (req: IncomingMessage, res: ServerResponse, body: Buffer): void => {
    const target = String(req.headers['x-amz-target'])
    const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : ''
    const input = parseInput(req.headers, body)
    const SecretId = String(input?.SecretId ?? input?.Name ?? '')
    const call = { at: now(), operation, SecretId, status: 0, error: '' }
    history.push(call)

    const send = ({ status, error, body: said }: Reply) => {
      Object.assign(call, { status, error })
      res.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() })
      res.end(JSON.stringify(said))
    }

    const fault = check?.(req, body)
    const unsigned = signatureFailure(req.headers) ?? (fault && failure(fault, 'The signature is not of this world.'))
    if (unsigned !== undefined || input === undefined) {
      send(unsigned ?? NOT_JSON)
      return
    }
    const { fault: drawn, delayMs = 1000 } = drawFault(SecretId) ?? {}
    if (drawn === 'hang') return
    const answer = (drawn && FAILURES[drawn]) ?? versions.run(operation, input)
    if (drawn === 'slow') timers.after(delayMs, () => send(answer))
    else send(answer)
  }

  const server = await startServer(port, (req, res) => readBody(req, (body) => treat(req, res, body)))
  return {
    endpoint: server.origin,
    history,
    putSecret: (name, value) =>
      versions.put(
        name,
        typeof value === 'string' ? { SecretString: value } : { SecretBinary: Buffer.from(value).toString('base64') },
      ),
    faultNext: (plan) => {
      plans.push({ plan, left: plan.times ?? 1 })
    },
    close: async () => {
      timers.clear()
      await server.close()
    },
  }
}
