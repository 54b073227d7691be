import { describe, expect, it } from 'vitest'
import { httpApiEvent, matchRoute, restApiEvent } from '../../../lib/local/lambda/http-events.ts'

const route = '/merchants/{mchid}/payafter-orders/{out_order_no}/sync'
const request = {
  method: 'POST',
  route,
  target: '/merchants/1900000109/payafter-orders/A%7C1%2A/sync?dry=1&dry=2&name=%E6%94%AF',
  headers: { 'Content-Type': 'application/json; charset=utf-8', 'User-Agent': 'till/1.0', Cookie: 'a=1; b=2' },
  body: '{"type":"Order_Paid"}',
  timeMs: Date.parse('2026-11-24T02:30:05.250Z'),
  requestId: 'request-1',
}

describe('matchRoute', () => {
  it('gives the segments at the names, still encoded', () => {
    const parameters = matchRoute('/a/{one}/b/{two}', '/a/x%2Fy/b/z')

    expect(parameters).toEqual({ one: 'x%2Fy', two: 'z' })
  })

  it.each([
    ['another fixed segment', '/c/1/b/2'],
    ['a segment more', '/a/1/b/2/'],
    ['a segment less', '/a/1/b'],
    ['an empty segment', '/a//b/2'],
  ])('is undefined for %s', (_, path) => {
    expect(matchRoute('/a/{one}/b/{two}', path)).toBeUndefined()
  })

  it('has no parameters for a fixed route', () => {
    expect(matchRoute('/health', '/health')).toEqual({})
  })
})

it('makes an HTTP API event', () => {
  const event = httpApiEvent(request)

  expect(event).toEqual({
    version: '2.0',
    routeKey: 'POST /merchants/{mchid}/payafter-orders/{out_order_no}/sync',
    rawPath: '/merchants/1900000109/payafter-orders/A|1*/sync',
    rawQueryString: 'dry=1&dry=2&name=%E6%94%AF',
    cookies: ['a=1', 'b=2'],
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'till/1.0' },
    queryStringParameters: { dry: '1,2', name: '支' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'local',
      domainName: 'local.execute-api.localhost',
      domainPrefix: 'local',
      http: {
        method: 'POST',
        path: '/merchants/1900000109/payafter-orders/A|1*/sync',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'till/1.0',
      },
      requestId: 'request-1',
      routeKey: 'POST /merchants/{mchid}/payafter-orders/{out_order_no}/sync',
      stage: '$default',
      time: '24/Nov/2026:02:30:05 +0000',
      timeEpoch: 1_795_487_405_250,
    },
    pathParameters: { mchid: '1900000109', out_order_no: 'A|1*' },
    body: '{"type":"Order_Paid"}',
    isBase64Encoded: false,
  })
})

it('leaves out of an HTTP API event what the request lacks', () => {
  const event = httpApiEvent({ method: 'GET', route: '/health', target: '/health' })

  expect(event).not.toHaveProperty('body')
  expect(event).not.toHaveProperty('cookies')
  expect(event).not.toHaveProperty('pathParameters')
  expect(event).not.toHaveProperty('queryStringParameters')
  expect(event.isBase64Encoded).toBe(false)
})

it.each([
  ['application/problem+json', 'ab', false],
  ['text/plain', 'ab', false],
  ['application/x-www-form-urlencoded', 'YWI=', true],
  ['application/octet-stream', 'YWI=', true],
])('hands over a body of %s as %j', (contentType, body, isBase64Encoded) => {
  const event = httpApiEvent({ ...request, headers: { 'content-type': contentType }, body: 'ab' })

  expect(event).toMatchObject({ body, isBase64Encoded })
})

it('refuses a path that is not of the route, or cannot be decoded', () => {
  expect(() => httpApiEvent({ ...request, target: '/other' })).toThrow(`/other is not of the route ${route}`)
  expect(() => httpApiEvent({ ...request, target: '/merchants/1/payafter-orders/%zz/sync' })).toThrow(URIError)
})

it('makes a REST API event with the path as sent', () => {
  const event = restApiEvent(request)

  expect(event).toMatchObject({
    resource: route,
    path: '/merchants/1900000109/payafter-orders/A%7C1%2A/sync',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    multiValueHeaders: { 'User-Agent': ['till/1.0'] },
    queryStringParameters: { dry: '2', name: '支' },
    multiValueQueryStringParameters: { dry: ['1', '2'], name: ['支'] },
    pathParameters: { mchid: '1900000109', out_order_no: 'A%7C1%2A' },
    requestContext: {
      path: '/prod/merchants/1900000109/payafter-orders/A%7C1%2A/sync',
      identity: { sourceIp: '127.0.0.1', userAgent: 'till/1.0' },
      requestId: 'request-1',
      requestTime: '24/Nov/2026:02:30:05 +0000',
      requestTimeEpoch: 1_795_487_405_250,
    },
    body: '{"type":"Order_Paid"}',
    isBase64Encoded: false,
  })
})

it('says null in a REST API event for what the request lacks', () => {
  const event = restApiEvent({ method: 'GET', route: '/health', target: '/health' })

  expect(event).toMatchObject({
    body: null,
    pathParameters: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
  })
})
