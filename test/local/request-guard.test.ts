import { request } from 'node:http'
import { connect } from 'node:net'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { makeCredentials } from '../../lib/local/credentials.ts'
import { startRuntimeApi } from '../../lib/local/lambda/runtime-api.ts'
import { MERCHANT } from '../../lib/local/local-merchants.ts'
import { startWorld } from '../../lib/local/world.ts'

const world = await startWorld({ merchants: [MERCHANT] })
afterAll(() => world.close())

const SERVERS = ['api', 'WECHATPAY_ORIGIN', 'SECRETS_MANAGER', 'DYNAMODB', 'EVENTBRIDGE', 'S3'] as const
const portOf = (server: (typeof SERVERS)[number]): number => {
  if (server === 'api') return world.api.port
  const name = server === 'WECHATPAY_ORIGIN' ? server : (`AWS_ENDPOINT_URL_${server}` as const)
  return Number(new URL(world.env[name]).port)
}

type Came = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly text: string }

const send = (
  port: number,
  {
    method = 'POST',
    path = '/',
    headers = {},
    body = '',
  }: {
    readonly method?: string
    readonly path?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  },
): Promise<Came> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
    })
      .on('error', reject)
      .end(body)
  })

/** What a browser adds to a page's requests, or whom it believes to speak with. */
const ATTACKS: readonly (readonly [what: string, headers: (port: number) => Record<string, string>])[] = [
  ['of a page elsewhere', () => ({ Origin: 'https://evil.com' })],
  ['of a page without an origin of its own', () => ({ Origin: 'null' })],
  ['of a page on another port', () => ({ Origin: 'http://127.0.0.1:8080' })],
  ['of a page by https', (port) => ({ Origin: `https://127.0.0.1:${port}` })],
  ['of a page by the other name of loopback', (port) => ({ Origin: `http://localhost:${port}` })],
  ['that a browser calls cross-site', () => ({ 'Sec-Fetch-Site': 'cross-site' })],
  ['that a browser calls same-site', () => ({ 'Sec-Fetch-Site': 'same-site' })],
  ['to a name that leads here', (port) => ({ Host: `evil.com:${port}` })],
  ['to a name that begins like ours', (port) => ({ Host: `127.0.0.1.evil.com:${port}` })],
  ['to a name that ends like ours', (port) => ({ Host: `evil.localhost:${port}` })],
  ['to another port', () => ({ Host: '127.0.0.1:1' })],
  ['to no port', () => ({ Host: '127.0.0.1' })],
  ['to loopback by IPv6', (port) => ({ Host: `[::1]:${port}` })],
  ['to every address', (port) => ({ Host: `0.0.0.0:${port}` })],
  ['for a WebSocket', () => ({ Origin: 'https://evil.com', Connection: 'Upgrade', Upgrade: 'websocket' })],
]

describe.each(SERVERS)('a stranger at %s', (server) => {
  it.each(ATTACKS)('is refused with a request %s, and may read nothing', async (_, headersOf) => {
    const port = portOf(server)
    const headers = { ...world.api.headers, 'content-type': 'text/plain', ...headersOf(port) }

    const answers = await Promise.all(['POST', 'GET', 'OPTIONS'].map((method) => send(port, { method, headers })))

    for (const { status, headers: given } of answers) {
      expect(status).toBe(403)
      expect(Object.keys(given).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  it('is refused with two Hosts, and with a whole address as target', async () => {
    const port = portOf(server)
    const raw = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let said = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(text))
        socket.setEncoding('utf8').on('data', (chunk: string) => {
          said += chunk
        })
        socket.on('close', () => resolve(said)).on('error', reject)
      })

    const two = await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.com\r\nConnection: close\r\n\r\n`)
    const whole = await raw(`GET http://evil.com/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
    const none = await raw('GET / HTTP/1.0\r\n\r\n')

    expect([two, whole, none].map((text) => text.slice(0, 13))).toEqual(Array(3).fill('HTTP/1.1 403 '))
  })
})

const PATH = '/merchants/1900000109/payafter-orders'
const PAID = '{"detail":{"paid_time":"20261124103000"}}'

describe('the API', () => {
  const json = { 'content-type': 'application/json' }
  const placeOrder = (out_order_no: string) => {
    const [service_id = ''] = Object.keys(MERCHANT.services)
    const { mchid } = MERCHANT
    world.wechatpay.addOrder({ family: 'payafter-orders', mchid, service_id, out_order_no, total_amount: 100 })
  }

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer AAAA' }],
    ['an empty token', { authorization: 'Bearer ' }],
    [
      'a signature of other credentials',
      {
        authorization:
          'AWS4-HMAC-SHA256 Credential=A/20300101/ap-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
      },
    ],
  ])('takes no payment with %s', async (what, headers) => {
    placeOrder(`NO-${what.length}`)

    const answer = await send(world.api.port, {
      path: `${PATH}/NO-${what.length}/sync`,
      headers: { ...json, ...headers },
      body: PAID,
    })

    expect(answer.status).toBe(403)
    expect(answer.text).toContain('curl -H @.local/token')
    expect(world.wechatpay.history.posts(`NO-${what.length}`)).toEqual([])
  })

  it.each(['release', 'close', 'withdraw', 'reopen', 'expedite', 'settle'])(
    'takes no %s without the token',
    async (decision) => {
      const answer = await send(world.api.port, {
        path: `${PATH}/X/${decision}`,
        headers: json,
        body: '{"reason":"x"}',
      })

      expect(answer.status).toBe(403)
    },
  )

  it.each(['', '?check=1'])('tells nothing without the token: GET …%s', async (query) => {
    expect((await send(world.api.port, { method: 'GET', path: `${PATH}/X${query}` })).status).toBe(403)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/jsonp',
    '',
  ])('takes no body of the type "%s"', async (type) => {
    placeOrder(`TYPE-${type.length}`)
    const headers = { ...world.api.headers, ...(type && { 'content-type': type }) }

    const answer = await send(world.api.port, { path: `${PATH}/TYPE-${type.length}/sync`, headers, body: PAID })

    expect(answer.status).toBe(415)
    expect(world.wechatpay.history.posts(`TYPE-${type.length}`)).toEqual([])
  })

  it('takes the payment with the token and JSON, by either name of loopback', async () => {
    placeOrder('RIGHT')
    const headers = {
      ...world.api.headers,
      'content-type': 'application/json; charset=utf-8',
      Host: `localhost:${world.api.port}`,
    }

    const answer = await send(world.api.port, { path: `${PATH}/RIGHT/sync`, headers, body: PAID })

    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toMatchObject({ state: 'SYNCED' })
  })

  it('changes nothing by GET', async () => {
    placeOrder('GET')

    const answer = await send(world.api.port, { method: 'GET', path: `${PATH}/GET/sync`, headers: world.api.headers })

    expect(answer.status).toBe(404)
  })
})

describe('a program without the credentials of this start', () => {
  const others = makeCredentials()
  const right = () => world.credentials
  const ask = {
    'reads no secret': (credentials: typeof others) =>
      new SecretsManagerClient({
        endpoint: world.secrets.endpoint,
        region: 'ap-east-1',
        credentials,
        maxAttempts: 1,
      }).send(new GetSecretValueCommand({ SecretId: `payscore/merchants/${MERCHANT.mchid}` })),
    'reads no ledger': (credentials: typeof others) =>
      new DynamoDBClient({ endpoint: world.table.endpoint, region: 'ap-east-1', credentials, maxAttempts: 1 }).send(
        new ListTablesCommand({}),
      ),
    'puts no event': (credentials: typeof others) =>
      new EventBridgeClient({ endpoint: world.bus.endpoint, region: 'ap-east-1', credentials, maxAttempts: 1 }).send(
        new PutEventsCommand({
          Entries: [{ EventBusName: world.bus.name, Source: 'x', DetailType: 'y', Detail: '{}' }],
        }),
      ),
    'lists no reports': (credentials: typeof others) =>
      new S3Client({
        endpoint: world.objects.endpoint,
        region: 'ap-east-1',
        credentials,
        forcePathStyle: true,
        maxAttempts: 1,
      }).send(new ListObjectsV2Command({ Bucket: world.objects.bucket })),
  }

  it.each(Object.keys(ask) as (keyof typeof ask)[])('%s', async (what) => {
    await expect(ask[what](others)).rejects.toThrow()
    await expect(ask[what]({ ...right(), secretAccessKey: others.secretAccessKey })).rejects.toThrow()
    await expect(ask[what]({ ...right(), sessionToken: others.sessionToken })).rejects.toThrow()
    await expect(ask[what](right())).resolves.toBeDefined()
  })
})

it('gives the work of a sandbox to nobody but its own runtime', async () => {
  const api = await startRuntimeApi()
  onTestFinished(() => api.close())
  const [host = '', folder] = api.host.split('/')
  const next = '/2018-06-01/runtime/invocation/next'
  const port = Number(host.split(':')[1])

  const answers = [next, `/${'A'.repeat(32)}${next}`, `//${folder}${next}`].map((path) =>
    send(port, { method: 'GET', path }),
  )

  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 403, 403])
})
