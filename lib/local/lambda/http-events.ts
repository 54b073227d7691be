import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda'
import { account } from './environment.ts'

export type HttpRequestParts = {
  readonly method: string
  /** The configured path: `/merchants/{mchid}/…`. */
  readonly route: string
  /** Path and query as sent, still percent-encoded. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Milliseconds since the epoch; by default the machine's time. */
  readonly timeMs?: number
  readonly requestId?: string
  /** The ARN of the caller, if the route uses IAM authorization. */
  readonly callerArn?: string
}

/** The path parameters, still encoded; undefined if the path does not match the route. */
export const matchRoute = (route: string, path: string): Record<string, string> | undefined => {
  const names = route.split('/')
  const segments = path.split('/')
  if (names.length !== segments.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    const segment = segments[index] ?? ''
    const parameter = /^\{(.+)\}$/.exec(name)?.[1]
    if (parameter === undefined ? segment !== name : segment === '') return undefined
    if (parameter !== undefined) values[parameter] = segment
  }
  return values
}

/**
 * The event of an HTTP API (payload 2.0): path and path parameters decoded once, no cookie header, and a body that is
 * neither text nor JSON in base64. Throws if the path does not match the route or cannot be decoded.
 */
export const httpApiEvent = (parts: HttpRequestParts): APIGatewayProxyEventV2 => {
  const { method, route, requestId = randomUUID(), timeMs = Date.now() } = parts
  const { path, query, parameters } = split(parts)
  const { cookie, ...headers } = lowerCased(parts.headers)
  const rawPath = decodeURIComponent(path)
  return {
    version: '2.0',
    routeKey: `${method} ${route}`,
    rawPath,
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(query !== '' && { queryStringParameters: joined(query) }),
    requestContext: {
      accountId: account,
      apiId: 'local',
      ...(parts.callerArn && { authorizer: { iam: { userArn: parts.callerArn } } }),
      domainName: 'local.execute-api.localhost',
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: `${method} ${route}`,
      stage: '$default',
      time: commonLogTime(timeMs),
      timeEpoch: timeMs,
    },
    ...(Object.keys(parameters).length > 0 && { pathParameters: mapValues(parameters, decodeURIComponent) }),
    ...bodyOf(parts.body, headers['content-type'] ?? 'text/plain'),
  }
}

/** The event of a REST API (payload 1.0): path, path parameters and header names as sent. */
export const restApiEvent = (parts: HttpRequestParts): APIGatewayProxyEvent => {
  const { method, route, headers = {}, requestId = randomUUID(), timeMs = Date.now() } = parts
  const { path, query, parameters } = split(parts)
  const search = new URLSearchParams(query)
  const multiQuery = mapValues(Object.fromEntries(search), (_, name) => search.getAll(name))
  return {
    resource: route,
    path,
    httpMethod: method,
    headers: { ...headers },
    multiValueHeaders: mapValues(headers, (value) => [value]),
    queryStringParameters: query === '' ? null : Object.fromEntries(search),
    multiValueQueryStringParameters: query === '' ? null : multiQuery,
    pathParameters: Object.keys(parameters).length > 0 ? parameters : null,
    stageVariables: null,
    requestContext: {
      accountId: account,
      apiId: 'local',
      authorizer: null,
      httpMethod: method,
      identity: { ...noIdentity, sourceIp: '127.0.0.1', userAgent: lowerCased(headers)['user-agent'] ?? null },
      path: `/prod${path}`,
      protocol: 'HTTP/1.1',
      requestId,
      requestTime: commonLogTime(timeMs),
      requestTimeEpoch: timeMs,
      resourceId: 'local',
      resourcePath: route,
      stage: 'prod',
    },
    body: parts.body === undefined ? null : String(parts.body),
    isBase64Encoded: false,
  }
}

const split = ({ route, target }: HttpRequestParts) => {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const parameters = matchRoute(route, path)
  if (!parameters) throw new TypeError(`${target} is not of the route ${route}`)
  return { path, query, parameters }
}

const bodyOf = (body: string | Buffer | undefined, contentType: string) => {
  if (body === undefined || body.length === 0) return { isBase64Encoded: false }
  const isText = /^(text\/|application\/([^;]*\+)?(json|xml|javascript))/i.test(contentType)
  return { body: isText ? String(body) : Buffer.from(body).toString('base64'), isBase64Encoded: !isText }
}

const joined = (query: string): Record<string, string> => {
  const search = new URLSearchParams(query)
  return mapValues(Object.fromEntries(search), (_, name) => search.getAll(name).join(','))
}

const lowerCased = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const mapValues = <From, To>(record: Readonly<Record<string, From>>, to: (value: From, name: string) => To) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value, name)]))

/** `24/Nov/2026:10:30:00 +0000` */
const commonLogTime = (ms: number): string => {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

const noIdentity = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
} as const
