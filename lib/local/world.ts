import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { DIGEST_SOURCE } from '../audit/digest/digest-event.ts'
import { readMerchantsConfig } from '../config/merchants.ts'
import { servedFiles } from '../config/served-files.ts'
import { nextCallAt, type Row } from '../ledger/row.ts'
import { startApiGateway } from './api-gateway.ts'
import { createApiGuard } from './api-guard.ts'
import { type Clock, createClock } from './clock.ts'
import { createContract, type HttpAnswer } from './contract.ts'
import { credentialsEnv, credentialsIn } from './credentials.ts'
import { createDeadLetterQueue } from './event-bus/dead-letter-queue.ts'
import { startEventBus } from './event-bus/start-event-bus.ts'
import { mapStream } from './event-source-mapping.ts'
import { keepState, readKeptState } from './kept-state.ts'
import { keyPair, serialNo } from './keys.ts'
import { type Lambda, startLambda } from './lambda/start-lambda.ts'
import { startLambdaApi } from './lambda-api.ts'
import { startLedgerTable } from './ledger-table.ts'
import { mapObjects } from './object-events.ts'
import { startObjects } from './objects.ts'
import { startSecretsManager } from './secrets-manager.ts'
import { servedConfig } from './served-config.ts'
import { readDefaultRules, readRules, readStreamFilters } from './stack/rules.ts'
import { startTopic } from './topic.ts'
import { startWechatpay, type Wechatpay } from './wechatpay/wechatpay.ts'

export type WorldMerchant = {
  readonly mchid: string
  /** As in merchants.json; a sub-merchant has the members of its provider's entry. */
  readonly order_api?: 'payafter-orders' | 'serviceorder' | 'partner' | 'acquiringbank'
  readonly services: Readonly<Record<string, string>>
  readonly provider?: string
  readonly channel_id?: string
  readonly mode?: 'sync' | 'check' | 'observe'
  readonly hourly_cap?: number
  readonly pace?: number
  readonly sources?: readonly string[]
  readonly closed?: boolean
}

export type World = Awaited<ReturnType<typeof startWorld>>

const ORDER_PATH = '/merchants/{mchid}/payafter-orders/{out_order_no}'
export const TILL = 'com.example.pos'

const LEDGER = 'payscore-ledger'
const BUS = 'payscore'
const BUCKET = 'payscore-statements'
const EVIDENCE = 'payscore-evidence'
const EVIDENCE_REPLICA = 'payscore-evidence-replica'
const CUSTOMER_KEY = 'payscore/customers'
const TOPIC = 'payscore-alarms'
const SECRETS = 'payscore/merchants'

/**
 * The local world: the built functions under a Lambda runtime, and emulators of AWS and WeChat Pay, all on loopback.
 */
export const startWorld = async (options: {
  readonly merchants: readonly WorldMerchant[]
  readonly apiPort?: number
  /** The folder that keeps the ledger and other state over a restart; in memory by default. */
  readonly ledgerPath?: string
  readonly env?: Readonly<Record<string, string>>
  /** Beside the code of each function, in place of what says who is served. */
  readonly files?: Readonly<Record<string, string>>
  readonly maxConcurrency?: number
  /** Passed to the local WeChat Pay. */
  readonly debitAfterMs?: number
  /** A stage in another region: this one has the same WeChat Pay and the same time, and everything else of its own. */
  readonly beside?: { readonly clock: Clock; readonly wechatpay: Wechatpay }
  /** How long the table's stream collects records for one invocation of outcome; by default 20 ms. */
  readonly streamWindowMs?: number
  /** The same for evidence; by default 20 ms. */
  readonly evidenceWindowMs?: number
  /** The mode of the lock of evidence; by default GOVERNANCE. */
  readonly evidenceLock?: 'GOVERNANCE' | 'COMPLIANCE'
  /** Starts each function. A test may replace startLambda to change what the sandboxes do. */
  readonly start?: typeof startLambda
}) => {
  const stateFile = options.ledgerPath && `${options.ledgerPath}-world.json`
  const kept = readKeptState(stateFile)
  // Rows have times of the earlier clock, which may have been moved, so the clock continues from there.
  const clock = options.beside?.clock ?? createClock(Math.max(kept.now, Date.now()))
  const now = () => clock.now()
  // Any program of this machine can reach a loopback server, so only requests signed with these credentials are served.
  const credentials = credentialsIn(options.env)
  const { debitAfterMs, env: { WECHATPAY_ORIGIN: calledBy } = {} } = options
  const wechatpay =
    options.beside?.wechatpay ??
    (await startWechatpay({
      now,
      orders: kept.orders,
      ...(kept.accounts && { accounts: kept.accounts }),
      ...(debitAfterMs !== undefined && { debitAfterMs }),
      ...(calledBy !== undefined && { calledBy }),
    }))
  const secrets = await startSecretsManager({ now, credentials })
  const table = await startLedgerTable({
    clock,
    tableName: LEDGER,
    credentials,
    ...(options.ledgerPath && { path: options.ledgerPath }),
  })
  const bus = await startEventBus({ clock, name: BUS, credentials })
  const objects = await startObjects({
    ...{ clock, bucket: BUCKET, credentials },
    lock: {
      bucket: EVIDENCE,
      copy: EVIDENCE_REPLICA,
      mode: options.evidenceLock ?? 'GOVERNANCE',
      retainMs: 1096 * 86_400_000,
      keys: /^(answers|customers|bills)\/\d{4}\/\d\d\/\d\d\/[\w.-]+$|^keys\/\w+\.pem$|^erasures\/[\w.-]+$/,
    },
  })
  const topic = await startTopic({ name: TOPIC, credentials })
  /** Gives a merchant a new key, at WeChat Pay and in its secret. `isRight: false`: only in its secret. */
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

  for (const mchid of new Set(options.merchants.map(signerOf))) {
    const signsFor = options.merchants.filter((merchant) => signerOf(merchant) === mchid)
    const subMerchants = signsFor.filter(({ provider }) => provider !== undefined).map((sub) => sub.mchid)
    const channel_id = signsFor.find((sub) => sub.channel_id !== undefined)?.channel_id
    if (!options.beside)
      wechatpay.addMerchant({
        mchid,
        serial_no: serialNo(),
        publicKeyPem: keyPair(mchid).publicKeyPem,
        services: Object.assign({}, ...signsFor.map(({ services }) => services)),
        ...(subMerchants.length > 0 && { subMerchants }),
        ...(signsFor.some(({ order_api }) => order_api === 'acquiringbank') && { role: 'acquiringbank' as const }),
        ...(channel_id && { channel_id }),
      })
    putKey(mchid)
  }

  const config = servedConfig(options.merchants, TILL)
  const { config: checked, problems } = readMerchantsConfig(config)
  if (problems.length > 0) throw new Error(`the merchants of the local world: ${problems.join('; ')}`)
  const files = options.files ?? servedFiles(checked)
  const functionEnv = {
    SECRETS_PREFIX: SECRETS,
    LEDGER_TABLE: LEDGER,
    EVENT_BUS: BUS,
    BUCKET,
    EVIDENCE_BUCKET: EVIDENCE,
    EVIDENCE_REPLICA,
    CUSTOMER_KEY,
    ALARM_TOPIC: topic.arn,
    WECHATPAY_ORIGIN: wechatpay.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
    AWS_ENDPOINT_URL_S3: objects.endpoint,
    AWS_ENDPOINT_URL_SNS: topic.endpoint,
    ...credentialsEnv(credentials),
    ...options.env,
  }
  /** For commands, which read who is served from a variable or from merchants.json. */
  const env = { MERCHANTS: JSON.stringify(config), ...functionEnv }
  const { maxConcurrency = 10 } = options
  const start = (name: string, timeoutMs: number): Promise<Lambda> =>
    (options.start ?? startLambda)({
      name,
      bundleDir: fileURLToPath(new URL(`../../.build/${name}/`, import.meta.url)),
      env: functionEnv,
      files,
      timeoutMs,
      clock,
      maxConcurrency,
    })
  secrets.putSecret(CUSTOMER_KEY, randomBytes(32).toString('hex'))
  const [sync, query, reconcile, outcome, status, decide, statement, audit, evidence, certificates] = await Promise.all(
    [
      start('sync', 20_000),
      start('query', 20_000),
      start('reconcile', 58_000),
      start('outcome', 20_000),
      start('status', 20_000),
      start('decide', 20_000),
      start('statement', 900_000),
      start('audit', 900_000),
      start('evidence', 120_000),
      start('certificates', 20_000),
    ],
  )

  const lambdas = { sync, query, reconcile, outcome, status, decide, statement, audit, evidence, certificates }
  const lambdaApi = await startLambdaApi({ audit }, credentials)
  const lambdaNamed = (name: string): Lambda => {
    const lambda = Object.entries(lambdas).find(([known]) => known === name)?.[1]
    if (!lambda) throw new Error(`a rule of the template has a target that is not started here: ${name}`)
    return lambda
  }
  // The rules of the packaged stack, so that events match as on AWS.
  const notices = createDeadLetterQueue()
  for (const { name, pattern, targets } of readRules())
    for (const { function: target, retries, keepsFailed } of targets)
      bus.addRule({
        name,
        pattern,
        concurrency: maxConcurrency,
        target: { lambda: lambdaNamed(target), retries, ...(keepsFailed && { onFailure: notices }) },
      })
  const uploads = mapObjects({
    objects,
    clock,
    rules: readDefaultRules().map(({ targets, ...rule }) => ({
      ...rule,
      targets: targets.map(({ function: target, retries }) => ({ lambda: lambdaNamed(target), retries })),
    })),
  })
  const { streamWindowMs } = options
  const stream = mapStream({
    table,
    lambda: outcome,
    filters: readStreamFilters('Outcome'),
    ...(streamWindowMs !== undefined && { windowMs: streamWindowMs }),
  })
  // The stack waits a minute for more, and here nobody waits so long.
  const evidenceStream = mapStream({
    ...{ table, lambda: evidence, filters: readStreamFilters('Evidence'), batchSize: 1000 },
    windowMs: options.evidenceWindowMs ?? 20,
  })
  const contract = createContract()
  const differences: string[] = []
  const holdAnswer = (answer: HttpAnswer): void => {
    const difference = contract.answer(answer)
    if (difference) differences.push(difference)
  }
  const guard = createApiGuard(credentials)
  const gateway = await startApiGateway({
    guard,
    clock,
    onAnswer: holdAnswer,
    callerArn: 'arn:aws:iam::123456789012:user/local',
    ...(options.apiPort !== undefined && { port: options.apiPort }),
    routes: [
      { method: 'POST', path: `${ORDER_PATH}/sync`, lambda: sync },
      { method: 'GET', path: ORDER_PATH, lambda: status },
      { method: 'POST', path: `${ORDER_PATH}/{decision}`, lambda: decide },
    ],
  })

  const api = { ...gateway, token: guard.token, isToken: guard.isToken, headers: guard.headers }

  /** Settles when no event, no stream record and nothing that follows from them is in progress. */
  const idle = async (): Promise<void> => {
    for (let seen = -1; seen < bus.history.events.length; ) {
      seen = bus.history.events.length
      await uploads.idle()
      await bus.idle()
      // What evidence takes out of a row is in the other stream as well.
      await evidenceStream.idle()
      await stream.idle()
    }
  }

  /** Runs what the stack schedules every quarter of an hour. */
  const renewReports = async () => {
    const invocation = await statement.invoke({ do: 'renew' })
    await idle()
    return invocation
  }

  /** Compares trade bills, as the stack schedules it from 10:20 to 18:50 in China; or sends the digest, as from 11:00. */
  const runAudit = async (task: object = {}) => {
    const invocation = await audit.invoke(task)
    await idle()
    return invocation
  }

  /** As the stack schedules it each day. */
  const runCertificates = async () => certificates.invoke({})

  const runReconcile = async () => {
    const invocation = await reconcile.invoke({})
    await idle()
    return invocation
  }

  /**
   * Moves the clock by `ms`. It stops wherever a call can begin and runs reconcile, as happens each minute; and each
   * minute while an event waits for a retry.
   */
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms
    while (clock.now() < end) {
      const dueTimes = ((await table.rows()) as Partial<Row>[]).flatMap((row) => nextCallAt(row) ?? [])
      const nextMinute = clock.now() + 60_000
      const next = bus.waiting > 0 ? nextMinute : Math.max(nextMinute, Math.min(end, ...dueTimes))
      clock.advance(Math.min(end, next) - clock.now())
      await runReconcile()
    }
  }

  const keep = () => {
    if (!stateFile) return
    const accounts = { ordinaryPayments: wechatpay.ordinaryPayments(), refunds: wechatpay.refunds() }
    keepState(stateFile, { now: now(), orders: wechatpay.orders(), accounts })
  }
  const keeping = setInterval(keep, 1000).unref()

  /** Throws if a response or an order event did not match the published schemas. */
  const holdToContract = (): void => {
    const outcomes = bus.history.events.filter(({ source }) => source === 'payscore.ledger' || source === DIGEST_SOURCE)
    const wrong = outcomes.flatMap(({ detailType, detail }) => contract.outcome(detailType, detail) ?? [])
    const [first, ...more] = [...differences, ...wrong]
    if (first) throw new Error(`not as published in docs (${more.length} more): ${first}`)
  }

  const close = async (): Promise<void> => {
    clearInterval(keeping)
    await Promise.all([api.close(), lambdaApi.close()])
    await bus.close()
    uploads.close()
    stream.close()
    evidenceStream.close()
    await Promise.all(Object.values(lambdas).map((lambda) => lambda.close()))
    await Promise.all([secrets.close(), table.close(), objects.close(), topic.close()])
    if (!options.beside) await wechatpay.close()
    keep()
    holdToContract()
  }

  return {
    clock,
    merchants: options.merchants,
    files,
    credentials,
    wechatpay,
    secrets,
    table,
    bus,
    objects,
    topic,
    api,
    notices,
    lambdas,
    /** Where Lambda's Invoke is served. */
    lambdaUrl: `http://${lambdaApi.host}`,
    env,
    putKey,
    idle,
    runReconcile,
    renewReports,
    runAudit,
    runCertificates,
    evidenceStream,
    pass,
    holdAnswer,
    close,
  }
}

const signerOf = ({ mchid, provider }: WorldMerchant): string => provider ?? mchid
