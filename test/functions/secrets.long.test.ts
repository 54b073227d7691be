import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { servedFiles } from '../../lib/config/served-files.ts'
import { keyPair, serialNo } from '../../lib/local/keys.ts'
import { startWorld, TILL, type World } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { configFor } from '../support/served-by.ts'
import { askStatus, handOver } from '../support/till.ts'

const MINUTE = 60_000
const SERVICE = { '500001': 'wxd678efh567hg6787' }

/** Of a merchant that nothing is wrong with but what a case makes wrong. */
type Secret = Readonly<Record<string, unknown>>

const good = (mchid: string): Secret => ({
  mchid,
  serial_no: serialNo(),
  private_key: keyPair(mchid).privateKeyPem,
  wechatpay_keys: { [world.wechatpay.keyId]: world.wechatpay.publicKeyPem },
})

/** What stands in the secret of a merchant in place of the right thing, and what an engineer is told of it. */
const WRONG: readonly {
  readonly what: string
  readonly says: string
  readonly secret: (right: Secret, mchid: string) => unknown
}[] = [
  {
    what: 'a broken PEM',
    says: 'private_key is damaged: no key can be read from it',
    secret: (right) => ({ ...right, private_key: String(right.private_key).replace(/[A-Za-z]{9}/, 'AAAAAAAAA') }),
  },
  {
    what: 'a PEM on one line',
    says: 'private_key must be PKCS#8 PEM (BEGIN PRIVATE KEY), with its line breaks',
    secret: (right) => ({ ...right, private_key: String(right.private_key).replaceAll('\n', ' ') }),
  },
  {
    what: 'an EC key',
    says: 'private_key must be an RSA key',
    secret: (right) => ({ ...right, private_key: keyPair('till', 'ec').privateKeyPem }),
  },
  {
    what: 'a key of 1024 bits',
    says: 'private_key must be RSA of at least 2048 bits',
    secret: (right) => ({ ...right, private_key: keyPair('till', 'rsa-1024').privateKeyPem }),
  },
  {
    what: 'a decimal serial',
    says: 'serial_no must be 40 hexadecimal digits in capitals, leading zeros kept, never decimal',
    secret: (right) => ({ ...right, serial_no: String(BigInt(`0x${right.serial_no}`)) }),
  },
  {
    what: 'no key of WeChat Pay',
    says: 'wechatpay_keys must hold at least one key of WeChat Pay by its id',
    secret: (right) => ({ ...right, wechatpay_keys: {} }),
  },
  {
    what: "the merchant's own key as WeChat Pay's",
    says: "is the merchant's own key, not WeChat Pay's",
    secret: (right, mchid) => ({
      ...right,
      wechatpay_keys: { [world.wechatpay.keyId]: keyPair(mchid).publicKeyPem },
    }),
  },
  {
    what: "another merchant's secret",
    says: 'mchid is missing or another merchant’s',
    secret: (right) => ({ ...right, mchid: '1900000999' }),
  },
  { what: 'no JSON', says: 'is not a JSON object', secret: () => 'serial_no: A-SECRET-THAT-IS-NO-JSON' },
  { what: 'a list', says: 'is not a JSON object', secret: () => [] },
  { what: 'bytes that are no text', says: 'is not UTF-8 (byte 2)', secret: () => Buffer.from('MIIK', 'base64') },
]

const CASES = WRONG.map((one, i) => ({ ...one, mchid: String(1900000101 + i) }))
const [MISSING, STRANGER, WARM] = ['1900000151', '1900000152', '1900000153'] as const
const COLD = { throttled: '1900000154', hang: '1900000155' } as const
const MCHIDS = [...CASES.map(({ mchid }) => mchid), STRANGER, WARM, COLD.throttled, COLD.hang]

let world: World
let invocations: ReturnType<typeof watchInvocations>

beforeAll(async () => {
  const served = [...MCHIDS, MISSING].map((mchid) => [mchid, { sources: [TILL], services: SERVICE }])
  world = await startWorld({
    merchants: MCHIDS.map((mchid) => ({ mchid, services: SERVICE })),
    // One more than WeChat Pay and Secrets Manager know.
    files: servedFiles(configFor(Object.fromEntries(served)).config),
    // Two processes, so that it is known what they have in their memory.
    maxConcurrency: 2,
  })
  invocations = watchInvocations(world)
  // Before any process starts: it reads some of the secrets in its init.
  for (const { mchid, secret } of CASES) {
    const value = secret(good(mchid), mchid)
    world.secrets.putSecret(
      secretId(mchid),
      typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value),
    )
  }
})
afterAll(() => world.close())

const secretId = (mchid: string) => `payscore/merchants/${mchid}`

const placeOrder = (mchid: string, out_order_no: string) =>
  world.wechatpay.addOrder({
    family: 'payafter-orders',
    mchid,
    service_id: '500001',
    out_order_no,
    total_amount: 8800,
  })

const pay = (mchid: string, out_order_no: string) =>
  handOver(world, 'HTTP API 2.0', { mchid, out_order_no, detail: { paid_time: '20250301120000' } })

const posts = (out_order_no: string) => world.wechatpay.history.posts(out_order_no).map(({ status }) => status)

describe('a secret that is wrong', () => {
  it.each(CASES)('by $what sends nothing, loses nothing and names the mistake', async ({ mchid, says }) => {
    placeOrder(mchid, `S-${mchid}`)

    const told = await pay(mchid, `S-${mchid}`)

    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING', attempt: 1, turn: 'engineer' } })
    expect(told.body.last_error).toEqual({
      verdict: 'config',
      code: 'ERR_CONFIG',
      detail: expect.stringContaining(says),
      at: expect.any(String),
    })
    expect(invocations.logs().join()).toContain(says)
    expect(posts(`S-${mchid}`)).toEqual([])
  })

  it.each(CASES)('by $what is named to whoever asks WeChat Pay about an order', async ({ mchid, says }) => {
    const { status, body } = await askStatus(world, mchid, `S-${mchid}`, '?check=1')

    expect(status).toBe(503)
    expect(body).toMatchObject({ title: 'Deployment must be mended', detail: expect.stringContaining(says) })
    expect(body.detail).toContain(mchid)
    expect(world.wechatpay.history.queries(`S-${mchid}`)).toEqual([])
  })

  it('by not being there sends nothing and loses nothing: PENDING, config', async () => {
    const told = await pay(MISSING, 'S-MISSING')

    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING', last_error: { code: 'ERR_CONFIG' } } })
  })

  it('by a key that belongs to another certificate is refused by WeChat Pay: PENDING, config', async () => {
    placeOrder(STRANGER, 'S-STRANGER')
    world.putKey(STRANGER, false)

    const told = await pay(STRANGER, 'S-STRANGER')

    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING', turn: 'engineer' } })
    expect(told.body.last_error).toMatchObject({ verdict: 'config', status: 401, code: 'SIGN_ERROR' })
    expect(told.body.next_step).toContain("private_key and serial_no in the merchant's secret")
    expect(posts('S-STRANGER')).toEqual([401])
  })

  describe('once it is mended', () => {
    beforeAll(async () => {
      world.wechatpay.addMerchant({
        mchid: MISSING,
        serial_no: serialNo(),
        publicKeyPem: keyPair(MISSING).publicKeyPem,
        services: SERVICE,
      })
      placeOrder(MISSING, 'S-MISSING')
      for (const mchid of [...CASES.map((one) => one.mchid), MISSING, STRANGER]) world.putKey(mchid)
      await world.pass(3 * MINUTE)
    })

    it.each(CASES)('was $what: SYNCED by one POST', async ({ mchid }) => {
      expect((await askStatus(world, mchid, `S-${mchid}`)).body).toMatchObject({ state: 'SYNCED' })
      expect(posts(`S-${mchid}`)).toEqual([200])
    })

    it('was missing, or of another certificate: SYNCED, though it was kept for five minutes', async () => {
      expect((await askStatus(world, MISSING, 'S-MISSING')).body).toMatchObject({ state: 'SYNCED' })
      expect((await askStatus(world, STRANGER, 'S-STRANGER')).body).toMatchObject({ state: 'SYNCED' })
      expect(posts('S-MISSING')).toEqual([200])
      expect(posts('S-STRANGER')).toEqual([401, 200])
    })
  })
})

describe('Secrets Manager', () => {
  it('is asked once by each process for several orders within five minutes', async () => {
    const orders = ['WARM-1', 'WARM-2', 'WARM-3', 'WARM-4']
    for (const out_order_no of orders) placeOrder(WARM, out_order_no)
    const payDirectly = (out_order_no: string) =>
      world.lambdas.sync.invoke({ mchid: WARM, out_order_no, detail: { paid_time: '20250301' } })

    await Promise.all(orders.slice(0, 2).map(payDirectly))
    await Promise.all(orders.slice(2).map(payDirectly))

    const asked = world.secrets.history.filter(({ SecretId }) => SecretId === secretId(WARM))
    expect(asked).toHaveLength(2)
    expect(orders.map(posts)).toEqual([[200], [200], [200], [200]])
  })

  it.each(['throttled', 'hang'] as const)(
    'when it does this: %s; a merchant whose copy is old goes on, one without a copy waits for a minute',
    async (fault) => {
      const [warmOrder, coldOrder] = [`WARM-${fault}`, `COLD-${fault}`]
      placeOrder(WARM, warmOrder)
      placeOrder(COLD[fault], coldOrder)
      world.clock.advance(6 * MINUTE)
      for (const mchid of [WARM, COLD[fault]]) world.secrets.faultNext({ fault, SecretId: secretId(mchid), times: 2 })

      const [warm, cold] = await Promise.all([pay(WARM, warmOrder), pay(COLD[fault], coldOrder)])
      const sentAtOnce = [posts(warmOrder), posts(coldOrder)]
      await world.pass(2 * MINUTE)

      expect(warm).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
      expect(cold).toMatchObject({ status: 202, body: { state: 'PENDING', turn: 'service' } })
      expect(cold.body.last_error).toEqual({ verdict: 'unsent', code: 'ERR_UNAVAILABLE', at: expect.any(String) })
      expect(sentAtOnce).toEqual([[200], []])
      expect((await askStatus(world, COLD[fault], coldOrder)).body).toMatchObject({ state: 'SYNCED' })
      expect([posts(warmOrder), posts(coldOrder)]).toEqual([[200], [200]])
    },
  )

  it('may not go on doing so for longer than a quarter of an hour', async () => {
    placeOrder(WARM, 'TOO-OLD')
    world.clock.advance(15 * MINUTE)
    world.secrets.faultNext({ fault: 'throttled', SecretId: secretId(WARM), times: 2 })

    const told = await pay(WARM, 'TOO-OLD')

    expect(told).toMatchObject({ status: 202, body: { last_error: { verdict: 'unsent' } } })
    expect(posts('TOO-OLD')).toEqual([])
  })
})

it('makes at most one signed call in an invocation, and prints nothing of a secret', () => {
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
  const logs = invocations.logs().join('\n')
  const lineOfKey = MCHIDS.map((mchid) => keyPair(mchid).privateKeyPem.split('\n')[5] ?? '')
  expect(lineOfKey.filter((line) => line === '' || logs.includes(line))).toEqual([])
  expect(logs).not.toMatch(/-----BEGIN|A-SECRET-THAT-IS-NO-JSON/)
})

describe('a configuration that is wrong', () => {
  let broken: World
  beforeAll(async () => {
    const env = { LEDGER_TABLE: '', WECHATPAY_ORIGIN: 'https://example.com' }
    const files = { 'merchants.json': '{' }
    broken = await startWorld({ merchants: [{ mchid: '1900000101', services: SERVICE }], env, files })
  })
  afterAll(() => broken.close())

  const SERVED = 'merchants.json cannot be read beside the code'
  const TABLE = 'LEDGER_TABLE must be the name of the table'
  const ORIGIN = 'WECHATPAY_ORIGIN must be https:// and an official host of WeChat Pay, or loopback'

  it.each([
    ['sync', [SERVED, TABLE, ORIGIN]],
    ['query', [SERVED, TABLE, ORIGIN]],
    ['status', [SERVED, TABLE, ORIGIN]],
    ['reconcile', [SERVED, TABLE]],
    ['decide', [SERVED, TABLE]],
    ['statement', [SERVED, TABLE]],
    ['outcome', [TABLE]],
  ] as const)('stops %s at its start, with every problem of what it reads in one error', async (name, problems) => {
    const { error } = await broken.lambdas[name].invoke({})

    expect(error?.errorType).toBe('ConfigError')
    expect(error?.errorMessage.split('; ').map((problem) => problem.replace(/: .*/, ''))).toEqual(problems)
  })

  it('is no business of the caller over HTTP', async () => {
    const told = await handOver(broken, 'HTTP API 2.0', { mchid: '1900000101', out_order_no: 'A' })

    expect(told).toMatchObject({ status: 500, body: { message: 'Internal Server Error' } })
  })
})
