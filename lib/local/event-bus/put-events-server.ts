import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFaults, type FaultRule } from '../aws-faults.ts'
import type { Credentials } from '../credentials.ts'
import { answerJson, listenOnLoopback, readBody } from '../loopback-server.ts'
import { checkSignature } from '../signature-v4.ts'
import { type PutEventsAnswer, ValidationException } from './put-events.ts'

export type PutEventsInput = { readonly Entries?: readonly unknown[] }

/**
 * `refuse-entries` refuses the first `entries` (by default 7) and accepts the rest; `lose-answer` accepts all and then
 * resets the connection; `reset` resets it before anything is accepted; `hang` never answers.
 */
export type BusFault = FaultRule<PutEventsInput> & {
  readonly kind: 'fail' | 'throttle' | 'refuse-entries' | 'lose-answer' | 'reset' | 'hang'
  readonly entries?: number
}

const signedForEvents =
  /^AWS4-HMAC-SHA256 Credential=[^/,\s]+\/\d{8}\/[^/]+\/events\/aws4_request, ?SignedHeaders=[^,\s]+, ?Signature=[0-9a-f]{64}$/

/** What DescribeEventBus and ListRules need. */
export type BusDescription = { readonly name: string; readonly rules: readonly { name: string; pattern: unknown }[] }

/** The HTTP server of a bus. `putEvents` processes the input and refuses as many of its first entries as it is told. */
export const startPutEventsServer = async (options: {
  readonly describe: () => BusDescription
  readonly putEvents: (input: unknown, refused: number) => PutEventsAnswer
  readonly port: number | undefined
  readonly seed: number | undefined
  readonly credentials: Credentials | undefined
}) => {
  const check = options.credentials && checkSignature('events', options.credentials)
  const { faults, strike } = createFaults<PutEventsInput, BusFault>(options.seed)

  const put = (request: IncomingMessage, response: ServerResponse, body: string): unknown => {
    const input = JSON.parse(body)
    const fault = strike(() => input)
    if (fault?.kind === 'hang') return undefined
    if (fault?.kind === 'reset') return request.socket.destroy()
    if (fault?.kind === 'fail') return refuse(response, 500, 'InternalException', 'This exception occurs by order.')
    if (fault?.kind === 'throttle') return refuse(response, 400, 'ThrottlingException', 'Rate exceeded')
    const answer = options.putEvents(input, fault?.kind === 'refuse-entries' ? (fault.entries ?? 7) : 0)
    if (fault?.kind === 'lose-answer') return request.socket.destroy()
    return answerJson(response, 200, answer, contentType)
  }

  const describe = (response: ServerResponse, operation: string, input: Record<string, unknown>): unknown => {
    const { name, rules } = options.describe()
    const asked = operation === 'DescribeEventBus' ? input.Name : input.EventBusName
    if (asked !== name) return refuse(response, 400, 'ResourceNotFoundException', `Event bus ${asked} does not exist.`)
    if (operation === 'DescribeEventBus') return answerJson(response, 200, { Name: name }, contentType)
    const Rules = rules.map((rule) => ({
      Name: rule.name,
      State: 'ENABLED',
      EventPattern: JSON.stringify(rule.pattern),
    }))
    return answerJson(response, 200, { Rules }, contentType)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await readBody(request)
    const body = bytes.toString()
    const fault = check?.(request, bytes)
    const { authorization, 'x-amz-target': target } = request.headers
    const operation = String(target).replace(/^AWSEvents\./, '')
    if (!/^(PutEvents|DescribeEventBus|ListRules)$/.test(operation)) refuse(response, 400, 'UnknownOperationException')
    else if (!authorization) refuse(response, 400, 'MissingAuthenticationTokenException')
    else if (!signedForEvents.test(authorization)) refuse(response, 400, 'IncompleteSignatureException', authorization)
    else if (fault) refuse(response, 400, fault)
    else if (operation !== 'PutEvents') describe(response, operation, JSON.parse(body))
    else put(request, response, body)
  }

  const server = await listenOnLoopback((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (error instanceof ValidationException) refuse(response, 400, error.name, error.message)
      else refuse(response, 400, 'SerializationException', String(error))
    })
  }, options.port)
  return { endpoint: `http://${server.host}`, faults, close: server.close }
}

const contentType = 'application/x-amz-json-1.1'

const refuse = (response: ServerResponse, status: number, type: string, message = ''): void =>
  answerJson(response, status, { __type: type, message }, contentType)
