import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, listenOnLoopback, readBody } from '../loopback-server.ts'
import { type FunctionError, failed, type Outcome } from './invocation.ts'

/** What a sandbox can be asked instead of invoking its handler. */
export type Question = 'module-load-list' | 'memory'

export type Work = {
  readonly requestId: string
  readonly functionArn: string
  readonly deadlineMs: number
  readonly clockOffsetMs: number
  readonly question?: Question
  /** JSON text. */
  readonly event: string
}

export type RuntimeApi = {
  /** Host, port and a secret path, for AWS_LAMBDA_RUNTIME_API. */
  readonly host: string
  /** Settles when the runtime asks for its first event, or reports an init error. */
  readonly started: Promise<FunctionError | undefined>
  /** Gives an event to the runtime, which must be waiting; settles when it waits again. */
  hand(work: Work): Promise<Outcome>
  /** The response to the present event, if the runtime sent it and then ended instead of asking for the next event. */
  answered(): Outcome | undefined
  close(): Promise<void>
}

const maxResultBytes = 6_291_556

/** The Runtime API of one sandbox. */
export const startRuntimeApi = async (): Promise<RuntimeApi> => {
  const folder = randomBytes(24).toString('base64url')
  const started = Promise.withResolvers<FunctionError | undefined>()
  let waiting: ServerResponse | undefined
  let inHand: { work: Work; outcome?: Outcome; done: (outcome: Outcome) => void } | undefined

  const next = (response: ServerResponse) => {
    waiting = response
    started.resolve(undefined)
    if (inHand?.outcome) inHand.done(inHand.outcome)
    inHand = undefined
  }

  const post = async (request: IncomingMessage, response: ServerResponse, path: string) => {
    const text = (await readBody(request)).toString()
    const id = inHand?.work.requestId
    if (path === 'init/error') started.resolve(JSON.parse(text))
    else if (inHand && path === `invocation/${id}/response`) inHand.outcome = resultOf(text)
    else if (inHand && path === `invocation/${id}/error`) inHand.outcome = failed(JSON.parse(text))
    else return answerJson(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' })
    answerJson(response, 202, { status: 'OK' })
  }

  const server = await listenOnLoopback((request, response) => {
    const [base, path = ''] = (request.url ?? '').split('/2018-06-01/runtime/')
    if (base !== `/${folder}`) answerJson(response, 403, { errorType: 'Forbidden', errorMessage: 'not this sandbox' })
    else if (request.method === 'GET' && path === 'invocation/next') next(response)
    else if (request.method === 'POST') post(request, response, path)
    else answerJson(response, 404, { errorType: 'NotFound', errorMessage: 'no such route' })
  })

  return {
    host: `${server.host}/${folder}`,
    started: started.promise,
    hand: (work) => {
      if (!waiting) throw new TypeError('the runtime is not waiting for work')
      const response = waiting
      waiting = undefined
      return new Promise((done) => {
        inHand = { work, done }
        response.writeHead(200, headersOf(work)).end(work.event)
      })
    },
    answered: () => inHand?.outcome,
    close: server.close,
  }
}

const resultOf = (text: string): Outcome =>
  Buffer.byteLength(text) > maxResultBytes
    ? failed({
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResultBytes} bytes).`,
      })
    : { result: JSON.parse(text), timedOut: false }

const headersOf = ({ requestId, functionArn, deadlineMs, clockOffsetMs, question, event }: Work) => ({
  'Content-Type': 'application/json',
  'Content-Length': Buffer.byteLength(event),
  'Lambda-Runtime-Aws-Request-Id': requestId,
  'Lambda-Runtime-Deadline-Ms': deadlineMs,
  'Lambda-Runtime-Invoked-Function-Arn': functionArn,
  'Lambda-Runtime-Trace-Id': `Root=1-${requestId.slice(0, 8)}-${requestId.replaceAll('-', '').slice(8)};Sampled=0`,
  'World-Clock-Offset-Ms': clockOffsetMs,
  ...(question && { 'World-Question': question }),
})
