import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiGateway, startApiGateway } from '../../lib/local/api-gateway.ts'
import { createClock } from '../../lib/local/clock.ts'
import { type Invocable, TooManyRequestsException } from '../../lib/local/lambda/invocation.ts'
import { type Lambda, startLambda } from '../../lib/local/lambda/start-lambda.ts'
import { writeToyBundle } from './lambda/toy-bundle.ts'

const source = `
const answers = {
  event: (event) => event,
  whole: () => ({ statusCode: 202, headers: { 'Retry-After': 60, 'Content-Type': 'application/problem+json' }, cookies: ['a=1', 'b=2'], body: '{"ok":true}' }),
  binary: () => ({ statusCode: 200, body: 'AAEC', isBase64Encoded: true }),
  bare: () => ({ statusCode: 204 }),
  malformed: () => ({ statusCode: 200, body: { not: 'a text' } }),
  fail: () => { throw new Error('secret of the handler') },
}
export const handler = async (event) => answers[event.pathParameters.what](event)
`

let bundle: Awaited<ReturnType<typeof writeToyBundle>>
let lambda: Lambda
let gateway: ApiGateway

beforeAll(async () => {
  bundle = await writeToyBundle(source)
  lambda = await startLambda({ name: 'toy', bundleDir: bundle.dir, env: {}, timeoutMs: 5_000 })
  const clock = createClock(Date.parse('2030-01-01T00:00:00Z'))
  const throttled: Invocable = { invoke: () => Promise.reject(new TooManyRequestsException('Rate Exceeded.')) }
  const routes = [
    { method: 'POST', path: '/toys/{what}/{value}', lambda },
    { method: 'POST', path: '/throttled', lambda: throttled },
  ]
  gateway = await startApiGateway({ clock, routes })
})
afterAll(async () => {
  await gateway.close()
  await lambda.close()
  await bundle.remove()
})

const post = (path: string, init: RequestInit = {}) => fetch(`${gateway.url}${path}`, { method: 'POST', ...init })

it('hands over each request as a payload 2.0 event', async () => {
  const response = await post('/toys/event/A%7C1?x=1', {
    headers: { 'X-Till': '7', 'Content-Type': 'application/json' },
    body: '{"支":1}',
  })

  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toMatchObject({
    version: '2.0',
    routeKey: 'POST /toys/{what}/{value}',
    rawPath: '/toys/event/A|1',
    rawQueryString: 'x=1',
    headers: { 'x-till': '7', 'content-length': '9', host: `127.0.0.1:${gateway.port}` },
    requestContext: { http: { method: 'POST' }, timeEpoch: expect.toSatisfy((ms: number) => ms >= 1_893_456_000_000) },
    pathParameters: { what: 'event', value: 'A|1' },
    body: '{"支":1}',
    isBase64Encoded: false,
  })
})

it('joins a repeated header by a comma', async () => {
  const text = await new Promise<string>((resolve, reject) => {
    const options = { method: 'POST', headers: { 'X-Twice': ['a', 'b'] } }
    request(`${gateway.url}/toys/event/1`, options, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
      .on('error', reject)
      .end()
  })

  expect(JSON.parse(text)).toMatchObject({ headers: { 'x-twice': 'a,b' } })
})

it('answers with status, headers, cookies and body of the result', async () => {
  const response = await post('/toys/whole/1')

  expect(response.status).toBe(202)
  expect(response.headers.get('retry-after')).toBe('60')
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await response.text()).toBe('{"ok":true}')
})

it('decodes a body in base64, and answers without one', async () => {
  const binary = await post('/toys/binary/1')
  const bare = await post('/toys/bare/1')

  expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 1, 2])
  expect(binary.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(bare.status).toBe(204)
})

it.each([
  ['an unknown path', '/toys/event', 404, '{"message":"Not Found"}'],
  ['a path that cannot be decoded', '/toys/event/%zz', 400, '{"message":"Bad Request"}'],
  ['a handler that throws', '/toys/fail/1', 500, '{"message":"Internal Server Error"}'],
  ['a result with a body that is no text', '/toys/malformed/1', 500, '{"message":"Internal Server Error"}'],
])('answers in its own words to %s', async (_, path, status, text) => {
  const response = await post(path)

  expect(response.status).toBe(status)
  expect(await response.text()).toBe(text)
})

it('does not know a route by another method', async () => {
  const response = await fetch(`${gateway.url}/toys/event/1`)

  expect(response.status).toBe(404)
})

it('refuses a body over 10 MB', async () => {
  const response = await post('/toys/event/1', { body: 'x'.repeat(10 * 1024 * 1024 + 1) })

  expect(response.status).toBe(413)
})

it('answers 503 while the function may not run more often', async () => {
  const response = await post('/throttled')

  expect(response.status).toBe(503)
  expect(await response.text()).toBe('{"message":"Service Unavailable"}')
})
