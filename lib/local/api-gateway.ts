import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiGuard } from './api-guard.ts'
import { type Clock, createClock } from './clock.ts'
import type { HttpAnswer } from './contract.ts'
import { httpApiEvent, matchRoute } from './lambda/http-events.ts'
import { type Invocable, TooManyRequestsException } from './lambda/invocation.ts'
import { answerJson, listenOnLoopback, type OnRequest, readBody } from './loopback-server.ts'

export type Route = {
  readonly method: string
  /** With names in braces, each for one path segment: `/merchants/{mchid}/payafter-orders/{out_order_no}`. */
  readonly path: string
  readonly lambda: Invocable
}

export type ApiGateway = {
  readonly port: number
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Answers every further GET that matches no route. */
  servePages(pages: OnRequest): void
  close(): Promise<void>
}

type Answer = {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, string | number | boolean>>
  readonly cookies?: readonly string[]
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

/** What API Gateway answers if the function failed. */
const BROKEN: Answer = {
  statusCode: 500,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'Internal Server Error' }),
}

const maxBodyBytes = 10 * 1024 * 1024

/**
 * An HTTP API on loopback. Each request that the guard allows becomes a payload 2.0 event for the function of its
 * route.
 */
export const startApiGateway = async (options: {
  readonly routes: readonly Route[]
  readonly port?: number
  readonly clock?: Clock
  /** The ARN of the caller in every event, as IAM authorization would set it. */
  readonly callerArn?: string
  /** Authorizes requests, as IAM does on AWS. Without it every request is served. */
  readonly guard?: ApiGuard
  /** Called with every response of a route. */
  readonly onAnswer?: (answer: HttpAnswer) => void
}): Promise<ApiGateway> => {
  const { routes, callerArn, guard, clock = createClock(), onAnswer } = options
  let pages: OnRequest | undefined

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: target = '' } = request
    const path = target.split('?', 1)[0] ?? ''
    const body = await readBody(request)
    if (body.length > maxBodyBytes) return answerJson(response, 413, { message: 'Request Entity Too Large' })
    if (!canBeDecoded(path)) return answerJson(response, 400, { message: 'Bad Request' })
    const route = routes.find((candidate) => candidate.method === method && matchRoute(candidate.path, path))
    if (!route && method === 'GET' && pages) return void (await pages(request, response))
    if (!route) return answerJson(response, 404, { message: 'Not Found' })
    const refusal = guard?.refusal(request, body)
    if (refusal) return answerJson(response, refusal.status, { message: refusal.message })

    const headers = headersOf(request.rawHeaders)
    const parts = { method, route: route.path, target, headers, body, timeMs: clock.now() }
    const event = httpApiEvent({ ...parts, ...(callerArn && { callerArn }) })
    const invocation = await route.lambda.invoke(event)
    const answer = (invocation.error ? undefined : answerOf(invocation.result)) ?? BROKEN
    onAnswer?.({
      method,
      route: route.path,
      status: answer.statusCode,
      contentType: String(answer.headers?.['content-type']),
      body: answer.body ?? '',
    })
    send(response, answer)
  }

  const server = await listenOnLoopback((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (error instanceof TooManyRequestsException) answerJson(response, 503, { message: 'Service Unavailable' })
      else answerJson(response, 500, { message: 'Internal Server Error' })
    })
  }, options.port)
  return {
    port: server.port,
    url: `http://${server.host}`,
    servePages: (given) => {
      pages = given
    },
    close: server.close,
  }
}

/** A result without statusCode is the body of a 200. A result with statusCode must be well formed. */
const answerOf = (result: unknown): Answer | undefined => {
  if (typeof result !== 'object' || result === null || !('statusCode' in result))
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) }
  const { statusCode, body } = result as Record<string, unknown>
  const isWellFormed = Number.isInteger(statusCode) && (body === undefined || body === null || typeof body === 'string')
  // The other fields are optional; tests of the handlers check them.
  return isWellFormed ? (result as Answer) : undefined
}

const send = (response: ServerResponse, { statusCode, headers = {}, cookies, body, isBase64Encoded }: Answer) => {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name.toLowerCase(), String(value))
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain; charset=utf-8')
  if (cookies) response.setHeader('set-cookie', cookies)
  response.writeHead(statusCode, { 'content-length': bytes.length }).end(bytes)
}

/** Joins repeated headers by a comma. Node joins them differently for different names. */
const headersOf = (rawHeaders: readonly string[]): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const value = rawHeaders[index + 1] ?? ''
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  return headers
}

const canBeDecoded = (path: string): boolean => {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
