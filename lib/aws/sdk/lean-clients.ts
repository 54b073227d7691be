import type { functionSettings } from './settings.ts'

/**
 * esbuild puts this file in place of the SDK's clients of DynamoDB, EventBridge and Secrets Manager in the bundles of
 * functions with a waiting caller. They use a handful of operations, all of which are one JSON object to and fro; the
 * SDK's layers around that are most of such a bundle, and of the CPU of a write. Names, settings, retries and errors
 * are those of the SDK: the same code runs with either, and the same tests hold for both. Addresses are those of the
 * regions of aws, aws-cn and aws-us-gov.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */

type Settings = Pick<
  ReturnType<typeof functionSettings>,
  'endpoint' | 'region' | 'requestHandler' | 'retryStrategy' | 'signer'
>
type Options = { readonly abortSignal?: AbortSignal }
type Output = Record<string, unknown>
type Command = {
  readonly target: string
  readonly version: '1.0' | '1.1'
  readonly input: object
  /** What the SDK would give for the answer. */
  readonly read: (answer: Output) => Output
}

/** The clock of AWS is told from ours when it differs by so much, as in the SDK. */
const CLOCK_SKEW = 240_000

const clientOf = (hostPrefix: string) =>
  class {
    private readonly settings: Settings
    private readonly url: URL
    /** What to add to our clock to have that of AWS. */
    private skew = 0

    constructor(settings: Settings) {
      const { endpoint, region } = settings
      const suffix = region?.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
      this.settings = settings
      this.url = new URL(endpoint ?? `https://${hostPrefix}.${region}.${suffix}`)
    }

    async send(command: Command, options: Options = {}): Promise<Output> {
      const { retryStrategy } = this.settings
      let token = await retryStrategy.acquireInitialRetryToken()
      for (;;) {
        try {
          return await this.attempt(command, options)
        } catch (error) {
          const errorType = errorTypeOf(error)
          token = await retryStrategy.refreshRetryTokenForRetry(token, { errorType }).catch(() => {
            throw error
          })
          const pauseMs = token.getRetryDelay()
          await new Promise((resolve) => setTimeout(resolve, pauseMs))
        }
      }
    }

    private async attempt({ target, version, input, read }: Command, options: Options): Promise<Output> {
      const { protocol, hostname, host, port, pathname } = this.url
      const body = JSON.stringify(input, bytesAsBase64)
      const request = {
        protocol,
        hostname,
        ...(port && { port: Number(port) }),
        method: 'POST',
        path: pathname,
        headers: {
          host,
          'content-type': `application/x-amz-json-${version}`,
          'content-length': String(Buffer.byteLength(body)),
          'x-amz-target': target,
          'user-agent': 'payscore-sync',
        },
        body,
      }
      const signedWith = this.skew
      await this.settings.signer.sign(request, { signingDate: new Date(Date.now() + signedWith) })
      const { response } = await this.settings.requestHandler.handle(request, options)
      this.skew = skewBy(response.headers, signedWith)
      const text = response.body.toString()
      if (response.statusCode >= 300) throw failureOf(response, text, Math.abs(this.skew - signedWith) >= CLOCK_SKEW)
      return text === '' ? {} : read(parse(text))
    }

    destroy(): void {
      this.settings.requestHandler.destroy()
    }
  }

export const DynamoDBClient = clientOf('dynamodb')
export const EventBridgeClient = clientOf('events')
export const SecretsManagerClient = clientOf('secretsmanager')

/** Bytes are base64 in JSON, in a member `B`. The SDK takes and gives them as Uint8Array. */
const bytesAsBase64 = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value

const base64AsBytes = (name: string, value: unknown): unknown =>
  name === 'B' && typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value

const parse = (text: string): Output => (text.includes('"B":"') ? JSON.parse(text, base64AsBytes) : JSON.parse(text))

const commandOf = (target: string, version: Command['version'], read: Command['read'] = (answer) => answer) =>
  class {
    readonly target = target
    readonly version = version
    readonly read = read
    readonly input: object

    constructor(input: object) {
      this.input = input
    }
  }

export const GetItemCommand = commandOf('DynamoDB_20120810.GetItem', '1.0')
export const UpdateItemCommand = commandOf('DynamoDB_20120810.UpdateItem', '1.0')
export const QueryCommand = commandOf('DynamoDB_20120810.Query', '1.0')
export const PutEventsCommand = commandOf('AWSEvents.PutEvents', '1.1')
export const GetSecretValueCommand = commandOf('secretsmanager.GetSecretValue', '1.1', ({ SecretBinary, ...answer }) =>
  typeof SecretBinary === 'string' ? { ...answer, SecretBinary: Buffer.from(SecretBinary, 'base64') } : answer,
)

/** How the SDK calls what an error asks for. */
type ErrorType = Parameters<Settings['retryStrategy']['refreshRetryTokenForRetry']>[1]['errorType']

/** An error of the service. Its message is not kept: it may quote what was sent. */
class ServiceError extends Error {
  readonly errorType: ErrorType

  constructor(name: string, errorType: ErrorType) {
    super()
    this.name = name
    this.errorType = errorType
  }
}

export class ConditionalCheckFailedException extends ServiceError {}

/** As the SDK reads it: from the body or else a header, without a namespace in front and an address behind. */
const failureOf = (
  { statusCode, headers }: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> },
  text: string,
  isSkewCorrected: boolean,
): ServiceError => {
  const code = codeIn(text) || (headers['x-amzn-errortype'] ?? '')
  const name = /^(?:[^#:,]*#)?(\w+)/.exec(code)?.[1] ?? 'UnknownError'
  const errorType = typeOfAnswer(name, statusCode, isSkewCorrected)
  return name === 'ConditionalCheckFailedException'
    ? new ConditionalCheckFailedException(name, errorType)
    : new ServiceError(name, errorType)
}

const codeIn = (text: string): string => {
  try {
    const { __type, code } = JSON.parse(text)
    return String(__type ?? code ?? '')
  } catch {
    return ''
  }
}

const typeOfAnswer = (name: string, statusCode: number, isSkewCorrected: boolean): ErrorType => {
  if (statusCode === 429 || THROTTLED.has(name)) return 'THROTTLING'
  if (isSkewCorrected || TIMED_OUT.has(name) || TRANSIENT_STATUS.has(statusCode)) return 'TRANSIENT'
  return statusCode >= 500 ? 'SERVER_ERROR' : 'CLIENT_ERROR'
}

/** What was thrown without an answer of the service, too. */
const errorTypeOf = (error: unknown): ErrorType => {
  if (error instanceof ServiceError) return error.errorType
  const { name, code } = error as { readonly name?: string; readonly code?: string }
  return TIMED_OUT.has(name ?? '') || NETWORK.has(code ?? '') ? 'TRANSIENT' : 'CLIENT_ERROR'
}

const skewBy = ({ date, age }: Readonly<Record<string, string>>, before: number): number => {
  const difference = Date.parse(date ?? '') - Date.now()
  if (age !== undefined || Number.isNaN(difference)) return before
  return Math.abs(difference) >= CLOCK_SKEW ? difference : 0
}

// Lists of the SDK's `service-error-classification`, as far as these services use them.
const THROTTLED = new Set([
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
])
const TIMED_OUT = new Set(['RequestTimeout', 'RequestTimeoutException', 'TimeoutError'])
const TRANSIENT_STATUS = new Set([500, 502, 503, 504])
const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])
