import { fileURLToPath } from 'node:url'
import { startApiGateway } from './api-gateway.ts'
import { createClock } from './clock.ts'
import { createDeadLetterQueue } from './event-bus/dead-letter-queue.ts'
import { startEventBus } from './event-bus/start-event-bus.ts'
import { mapStream } from './event-source-mapping.ts'
import { keyPair, serialNo } from './keys.ts'
import { type Lambda, startLambda } from './lambda/start-lambda.ts'
import { startLedgerTable } from './ledger-table.ts'
import { startSecretsManager } from './secrets-manager.ts'
import { startWechatpay } from './wechatpay/wechatpay.ts'

export type WorldMerchant = {
  readonly mchid: string
  /** As in MERCHANTS. */
  readonly order_api?: 'payafter-orders' | 'serviceorder' | 'partner' | 'acquiringbank'
  readonly services: Readonly<Record<string, string>>
  readonly provider?: string
  readonly channel_id?: string
  readonly mode?: 'sync' | 'check' | 'observe'
  readonly hourly_cap?: number
  readonly sources?: readonly string[]
  readonly closed?: boolean
}

export type World = Awaited<ReturnType<typeof startWorld>>

const ORDER_PATH = '/merchants/{mchid}/payafter-orders/{out_order_no}'
export const TILL = 'com.example.pos'

const LEDGER = 'payscore-ledger'
const BUS = 'payscore'
const SECRETS = 'payscore/merchants'

/** The functions and all that is around them, on loopback: built bundles under the runtime, everything else stands in. */
export const startWorld = async (options: {
  readonly merchants: readonly WorldMerchant[]
  readonly apiPort?: number
  /** Keeps the ledger here over a restart; in memory if left out. */
  readonly ledgerPath?: string
  readonly env?: Readonly<Record<string, string>>
  readonly maxConcurrency?: number
  /** How long the table's stream gathers records for one call of outcome; 20 ms if left out. */
  readonly streamWindowMs?: number
  /** Starts each function; in place of startLambda for who wants to do something to the sandboxes. */
  readonly start?: typeof startLambda
}) => {
  const clock = createClock()
  const now = () => clock.now()
  const wechatpay = await startWechatpay({ now })
  const secrets = await startSecretsManager({ now })
  const table = await startLedgerTable({
    clock,
    tableName: LEDGER,
    ...(options.ledgerPath && { path: options.ledgerPath }),
  })
  const bus = await startEventBus({ clock, name: BUS })
  const signers = new Map(options.merchants.map((merchant) => [signerOf(merchant), merchant]))

  /** Gives a merchant a fresh key at WeChat Pay and in its secret. `isRight: false`: in its secret alone. */
  const putKey = (mchid: string, isRight = true): void => {
    const serial_no = serialNo()
    const right = keyPair(mchid)
    wechatpay.addCertificate(mchid, { serial_no, publicKeyPem: right.publicKeyPem })
    secrets.putSecret(
      `${SECRETS}/${mchid}`,
      JSON.stringify({
        mchid,
        serial_no,
        private_key: isRight ? right.privateKeyPem : keyPair(`not ${mchid}`).privateKeyPem,
        not_after: new Date(now() + 400 * 86_400_000).toISOString(),
        wechatpay_keys: { [wechatpay.keyId]: wechatpay.publicKeyPem },
      }),
    )
  }

  for (const [mchid, merchant] of signers) {
    const subMerchants = options.merchants.filter(({ provider }) => provider === mchid).map((sub) => sub.mchid)
    wechatpay.addMerchant({
      mchid,
      serial_no: serialNo(),
      publicKeyPem: keyPair(mchid).publicKeyPem,
      services: merchant.services,
      ...(subMerchants.length > 0 && { subMerchants }),
      ...(merchant.channel_id && { channel_id: merchant.channel_id, role: 'acquiringbank' as const }),
    })
    putKey(mchid)
  }

  const env = {
    MERCHANTS: JSON.stringify(
      Object.fromEntries(
        options.merchants.map(({ mchid, sources = [TILL], ...rest }) => [mchid, { sources, ...rest }]),
      ),
    ),
    SECRETS_PREFIX: SECRETS,
    LEDGER_TABLE: LEDGER,
    EVENT_BUS: BUS,
    WECHATPAY_ORIGIN: wechatpay.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
    ...options.env,
  }
  const start = (name: string, timeoutMs: number): Promise<Lambda> =>
    (options.start ?? startLambda)({
      name,
      bundleDir: fileURLToPath(new URL(`../../.build/${name}/`, import.meta.url)),
      env,
      timeoutMs,
      clock,
      maxConcurrency: options.maxConcurrency ?? 10,
    })
  const [sync, query, reconcile, outcome, status, decide] = await Promise.all([
    start('sync', 20_000),
    start('query', 20_000),
    start('reconcile', 58_000),
    start('outcome', 30_000),
    start('status', 20_000),
    start('decide', 20_000),
  ])

  const notices = createDeadLetterQueue()
  const isDue = (next: 'sync' | 'query') => ({
    source: ['payscore.reconcile'],
    'detail-type': ['Payscore Order Due'],
    detail: { next: [next] },
  })
  const sources = [...new Set(options.merchants.flatMap((merchant) => merchant.sources ?? [TILL]))]
  bus.addRule({
    name: 'paid-offline',
    pattern: { source: sources, 'detail-type': ['Payscore Order Paid Offline'] },
    target: { lambda: sync, onFailure: notices },
  })
  bus.addRule({ name: 'due-sync', pattern: isDue('sync'), target: { lambda: sync, retries: 0 } })
  bus.addRule({ name: 'due-query', pattern: isDue('query'), target: { lambda: query, retries: 0 } })
  const { streamWindowMs } = options
  const stream = mapStream({
    table,
    lambda: outcome,
    ...(streamWindowMs !== undefined && { windowMs: streamWindowMs }),
  })
  const api = await startApiGateway({
    clock,
    callerArn: 'arn:aws:iam::123456789012:user/local',
    ...(options.apiPort !== undefined && { port: options.apiPort }),
    routes: [
      { method: 'POST', path: `${ORDER_PATH}/sync`, lambda: sync },
      { method: 'GET', path: ORDER_PATH, lambda: status },
      { method: 'POST', path: `${ORDER_PATH}/{decision}`, lambda: decide },
    ],
  })

  /** Settles when nothing is under way: no event, no record of the stream, and none that came of those. */
  const idle = async (): Promise<void> => {
    for (let seen = -1; seen < bus.history.events.length; ) {
      seen = bus.history.events.length
      await bus.idle()
      await stream.idle()
    }
  }

  const runReconcile = async () => {
    const invocation = await reconcile.invoke({})
    await idle()
    return invocation
  }

  /** Moves the clock by `ms`, stopping wherever a row becomes due to let reconcile run, as it would each minute. */
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms
    while (clock.now() < end) {
      const dueTimes = (await table.rows()).flatMap(({ due, due_at }) => (due === undefined ? [] : [Number(due_at)]))
      const nextMinute = clock.now() + 60_000
      const next = Math.max(nextMinute, Math.min(end, ...dueTimes))
      clock.advance(Math.min(end, next) - clock.now())
      await runReconcile()
    }
  }

  const close = async (): Promise<void> => {
    await api.close()
    await bus.close()
    stream.close()
    await Promise.all([sync, query, reconcile, outcome, status, decide].map((lambda) => lambda.close()))
    await Promise.all([wechatpay.close(), secrets.close(), table.close()])
  }

  return {
    clock,
    wechatpay,
    secrets,
    table,
    bus,
    api,
    notices,
    lambdas: { sync, query, reconcile, outcome, status, decide },
    env,
    putKey,
    idle,
    runReconcile,
    pass,
    close,
  }
}

const signerOf = ({ mchid, provider }: WorldMerchant): string => provider ?? mchid
