import { describe, expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { readBody, readCaller, readPathName, readQuery } from '../../lib/intake/event-source.ts'

const ARN = 'arn:aws-cn:sts::123456789012:assumed-role/cashier/zhang'

/** Only what API Gateway writes into the request context says who calls: headers and bodies are the caller's own. */
describe('who calls', () => {
  it.each([
    ['an HTTP API', { requestContext: { authorizer: { iam: { userArn: ARN } } } }, ARN],
    ['a REST API', { requestContext: { identity: { userArn: ARN } } }, ARN],
    ['an HTTP API without IAM', { requestContext: { http: { method: 'POST' } } }, undefined],
    ['a REST API without IAM', { requestContext: { identity: { userArn: null } } }, null],
    [
      'a route with another authorizer',
      { requestContext: { authorizer: { jwt: { claims: { sub: ARN } } } } },
      undefined,
    ],
    ['an authorizer that is text', { requestContext: { authorizer: ARN } }, undefined],
    ['no request', { userArn: ARN, headers: { 'x-caller': ARN }, body: `{"userArn":"${ARN}"}` }, undefined],
    ['nothing', undefined, undefined],
  ])('is read from %s', (_, event, caller) => {
    expect(readCaller(event)).toBe(caller)
  })
})

describe('a name beside the order in the path', () => {
  it('is given as it is', () => {
    expect(readPathName({ pathParameters: { decision: 'release' } }, 'decision')).toBe('release')
  })

  it.each([undefined, null, 'release', {}, { pathParameters: null }, { pathParameters: {} }])(
    'is not found in %j',
    (event) => {
      expect(readPathName(event, 'decision')).toBeUndefined()
    },
  )
})

describe('the query string', () => {
  it('is given as it is', () => {
    expect(readQuery({ queryStringParameters: { check: '1' } }, 'check', 'service_id')).toStrictEqual({ check: '1' })
  })

  it.each([
    undefined,
    null,
    'check=1',
    {},
    { queryStringParameters: null },
    { queryStringParameters: {} },
    { rawQueryString: 'check=1' },
  ])('is empty in %j', (event) => {
    expect(readQuery(event, 'check')).toStrictEqual({})
  })

  it.each([
    [['check', 'service_id'], 'Check', 'is not read from the query string, where only check, service_id may stand'],
    [['check'], 'checked', 'is not read from the query string, where only check may stand'],
    [[], 'service_id', 'is not read from the query string'],
    [[], '__proto__', 'is not read from the query string'],
  ])('of which %j is read refuses %s by its name', (names, name, problem) => {
    const event = { queryStringParameters: Object.defineProperty({}, name, { value: '1', enumerable: true }) }

    expect(() => readQuery(event, ...names)).toThrow(new InputError(name, problem))
  })
})

describe('the body of a decision', () => {
  it('is read as JSON, in base64 as well', () => {
    const body = '{"reason":"金额一致"}'

    expect(readBody({ body })).toStrictEqual({ reason: '金额一致' })
    expect(readBody({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true })).toStrictEqual({
      reason: '金额一致',
    })
  })

  it('may be of 8192 bytes, and no more', () => {
    const body = (bytes: number) => `{"reason":"${'x'.repeat(bytes - 13)}"}`

    expect(Buffer.byteLength(body(8192))).toBe(8192)
    expect(readBody({ body: body(8192) })).toMatchObject({ reason: expect.any(String) })
    expect(() => readBody({ body: body(8193) })).toThrow(new InputError('body', 'must not be larger than 8192 bytes'))
  })

  it.each([undefined, null, {}, { body: null }, { body: '' }, { body: { reason: 'x' } }])(
    'is missing in %j',
    (event) => {
      expect(() => readBody(event)).toThrow(new InputError('body', 'is missing'))
    },
  )
})
