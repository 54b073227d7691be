import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { gunzipSync } from 'node:zlib'
import pLimit from 'p-limit'
import { chooseAnswers, receiptOf } from '../../../lib/cli/receipt/file.ts'
import { evidenceSheet } from '../../../lib/cli/receipt/sheet.ts'
import { answerOf, readLines } from '../../../lib/evidence/answer-line.ts'
import { type Row, readRowKey, rowKey } from '../../../lib/ledger/row.ts'
import { keyPair } from '../../../lib/local/keys.ts'
import { startWorld, type World } from '../../../lib/local/world.ts'
import { watchInvocations } from '../../support/invocations.ts'
import { putNotice } from '../../support/till.ts'
import { createFaultInjector } from '../storm/bundles/fault-injector.ts'
import { createFaultCount } from '../storm/bundles/faults-by-order.ts'
import { BROKEN, configured, MERCHANTS, type StormMerchant, signerOf } from '../storm/orders/merchants.ts'
import { type PlannedOrder, planOrders } from '../storm/orders/plan.ts'
import { openOrders } from '../storm/orders/story.ts'
import { auditOrders } from './bills.ts'
import { eraseSome, type Told } from './erasure.ts'
import { errorsAbout } from './errors.ts'
import { type Left, mayHold, PLACES, piecesOf, plantedInPlaces, watchFiles } from './places.ts'
import { plantedOpenid } from './planted.ts'
import { startRecordingProxy } from './recording-proxy.ts'
import { type Canary, createScan } from './scan.ts'

const MINUTE = 60_000
/** A till that makes mistakes. */
const BAD = 0.1
/** Some orders are charged as well, in a small run too. */
const CHARGED_EVERY = 6
const MOST_TRIES = 20
const PAUSE_MS = 30
/** Fewer objects with more answers in each, as with the stack's window. */
const EVIDENCE_WINDOW_MS = 1_000
/** The number of an order that is handed over by an event, whose row cannot be had while there are faults. */
const DEAD_LETTER = 3

/**
 * Orders under every kind of fault over the built functions, in whose secrets, answers and notices random words are
 * planted; then a look for those words through all that was written, by every form that they could have taken.
 */
export const runLeaks = async (options: {
  readonly orders: number
  readonly seed: number
  readonly say: (line: string) => void
}) => {
  const { orders, seed, say } = options
  const proxy = await startRecordingProxy()
  const aws = {
    AWS_SESSION_TOKEN: randomBytes(60).toString('base64'),
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString('base64'),
  }
  const merchants = [...MERCHANTS, BROKEN].map(configured)
  const env = { ...aws, WECHATPAY_ORIGIN: proxy.origin }
  const world = await startWorld({ merchants, maxConcurrency: 6, evidenceWindowMs: EVIDENCE_WINDOW_MS, env })
  proxy.target.origin = world.wechatpay.origin
  const invocations = watchInvocations(world)
  const injector = createFaultInjector(world, createFaultCount(), seed)
  const left: Left = { world, invocations, answers: [], printed: [], earlier: [], files: watchFiles(world) }
  const { answers } = left
  try {
    world.putKey(BROKEN.mchid, false)
    const plans = planOrders(orders, seed).map((plan, i) =>
      i % CHARGED_EVERY === 0 ? { ...plan, story: 'charged before' as const } : plan,
    )
    openOrders(plans, world)
    const customers = plantCustomers(world)
    const toDeadLetters = plans[DEAD_LETTER]
    if (toDeadLetters) injector.cutOff(rowKey({ ...toDeadLetters, mchid: toDeadLetters.merchant.mchid }))

    const inTurn = pLimit(8)
    let done = 0
    const one = async (plan: PlannedOrder, i: number): Promise<void> => {
      answers.push(...(await handOver(world, plan, i)))
      done += 1
      if (done % 1000 === 0) say(`  ${done} of ${orders} orders handed over`)
    }
    await Promise.all(plans.map((plan, i) => inTurn(() => one(plan, i))))
    await world.idle()
    left.earlier.push(...(await world.table.rows()))
    say('  time passes')
    for (const minutes of orders > 500 ? [2, 13, 20] : [12, 13]) {
      world.clock.advance(minutes * MINUTE)
      await world.runReconcile()
      say(`  reconciled ${minutes} minutes later`)
    }
    injector.end()
    const refunds = await refundCharges(world, answers)
    world.objects.put(`statements/${MERCHANTS[0]?.mchid}/today.csv`, statementOf(plans))
    await world.idle()
    await world.renewReports()
    await Promise.all(
      plans.map((plan, i) => inTurn(async () => void answers.push(...(await askAfter(world, plan, i))))),
    )
    await world.idle()
    const audited = await auditOrders(world)
    say(`  ${audited.compared} bills compared`)

    await world.runCertificates()
    const secrets: Canary[] = [
      ...Object.entries(aws).map(([what, value]) => ({ what, value })),
      ...[...new Set([...MERCHANTS, BROKEN].map(signerOf))].flatMap((mchid) => [
        ...linesOf(keyPair(mchid).privateKeyPem, 'private key'),
      ]),
      ...linesOf(keyPair(`not ${BROKEN.mchid}`).privateKeyPem, 'private key'),
      ...[...proxy.signatures].map((value) => ({ what: 'signature', value })),
      ...[...proxy.nonces].map((value) => ({ what: 'nonce', value })),
      ...customers,
      ...refunds,
      ...audited.planted,
    ]
    const isKept = (await evidenceHolds(left, customers)) && (await evidenceHolds(left, refunds))
    const erasure = await eraseSome(left, [...customers, ...refunds])
    const scan = createScan(secrets)
    const scanned = new Map(PLACES.map((place) => [place, 0]))
    for (const { place, where, text } of await piecesOf(left)) {
      for (const line of text.split('\n')) scan.look(where, line, (what) => mayHold(place, what))
      scanned.set(place, (scanned.get(place) ?? 0) + 1)
    }
    const secret = secretText(world)
    for (const error of await errorsAbout(secret, customers[0]?.value ?? ''))
      for (const line of inspect(error, { depth: 10, showHidden: true }).split('\n')) scan.look('error', line)
    for (const line of (await sheetsOf(world)).flatMap((sheet) => sheet.split('\n')))
      if (!line.includes('签名(Base64)')) scan.look('page of evidence', line)
    const missingInBills = kindsMissing(proxy.bills(), audited.planted)
    const calls = world.wechatpay.history.calls.length
    return { scan, secrets, isKept, erasure, missingInBills, scanned, calls, places: await plantedInPlaces(left) }
  } finally {
    injector.end()
    await world.close()
    await proxy.close()
  }
}

/** Customers whose openid, name and whereabouts nobody else has. */
const plantCustomers = (world: World): readonly Told[] =>
  world.wechatpay.orders().flatMap((order) => {
    const openid = plantedOpenid()
    const name = `customer${randomBytes(12).toString('hex')}`
    const phone = `phone${randomBytes(12).toString('hex')}`
    Object.assign(order, { openid })
    world.wechatpay.showInstead(order, { attach: name, location: { start_location: name, end_location: phone }, phone })
    const pk = rowKey({ mchid: order.sub_mchid ?? order.mchid, out_order_no: order.out_order_no })
    return [
      { pk, what: 'openid', value: openid },
      { pk, what: 'customer', value: name },
      { pk, what: 'customer', value: phone },
    ]
  })

/**
 * Half of the double charges known so far are refunded, and settled with it by an operator; the others' refunds fail.
 * Nobody else has the account that got the money.
 */
const refundCharges = async (world: World, answers: string[]): Promise<readonly Told[]> => {
  const charged = (await world.table.rows()).filter(({ state, amount }) => state === 'DOUBLE_CHARGED' && amount)
  const canaries = charged.map((row, i) => {
    const account = `account${randomBytes(12).toString('hex')}`
    const openid = plantedOpenid()
    world.wechatpay.refund({
      mchid: Object(row.call).mchid,
      transaction_id: String(row.transaction_id),
      out_refund_no: `RF-${i}`,
      amount: Number(row.amount),
      status: i % 2 === 0 ? 'SUCCESS' : 'ABNORMAL',
      shows: { user_received_account: account, openid },
    })
    const pk = String(row.pk)
    return [
      { pk, what: 'account', value: account },
      { pk, what: 'openid', value: openid },
    ]
  })
  for (const [i, { pk }] of charged.entries()) {
    const { mchid, out_order_no } = readRowKey(String(pk))
    const path = `/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}`
    answers.push(await post(world, `${path}/settle`, { reason: 'refunded', out_refund_no: `RF-${i}` }))
  }
  await world.idle()
  return canaries.flat()
}

/** The signed answers in the bucket of evidence, by order. */
const keptAnswers = (world: World) => {
  const lines = [...world.objects.locked.stored]
    .filter(([key]) => key.startsWith('answers/'))
    .flatMap(([, { body }]) => readLines(gunzipSync(body).toString()))
  return Map.groupBy(lines, rowKey)
}

/** The page of evidence of each order that WeChat Pay has signed something about, without the signatures that it shows. */
const sheetsOf = async (world: World): Promise<readonly string[]> => {
  const kept = keptAnswers(world)
  return (await world.table.rows()).flatMap((row) => {
    if (!row.call) return [] // rows with a call are orders
    const order = row as unknown as Row
    const answers = (kept.get(order.pk) ?? []).map(answerOf)
    const receipt = receiptOf(readRowKey(order.pk), chooseAnswers(answers, order), [])
    return receipt ? [evidenceSheet(order, receipt, 'receipt.json', world.clock.now())] : []
  })
}

const linesOf = (pem: string, what: string): readonly Canary[] =>
  pem
    .split('\n')
    .filter((line) => line.length >= 32 && !line.startsWith('-'))
    .map((value) => ({ what, value }))

const pathOf = ({ merchant, out_order_no }: PlannedOrder): string =>
  `/merchants/${merchant.mchid}/payafter-orders/${encodeURIComponent(out_order_no)}`

/** Right and wrong notices by every way; what came back. */
const handOver = async (world: World, plan: PlannedOrder, i: number): Promise<readonly string[]> => {
  const notice = { service_id: plan.service_id, detail: { paid_time: '20250102030405' } }
  const isBad = (i % 10) / 10 < BAD
  if (i % 3 === 0) {
    const taken = putNotice(world, { mchid: plan.merchant.mchid, out_order_no: plan.out_order_no, ...notice })
    if (!taken?.EventId) throw new Error('the bus did not take the notice')
    return []
  }
  const wrong = isBad
    ? [await post(world, `${pathOf(plan)}/sync`, { ...notice, detail: { paid_time: 'yesterday' } })]
    : []
  return [...wrong, ...(await postUntilTaken(world, `${pathOf(plan)}/sync`, notice))]
}

/** Again after each 5xx, as a POS must; all answers. */
const postUntilTaken = async (world: World, path: string, body: object): Promise<readonly string[]> => {
  const answers: string[] = []
  do {
    if (answers.length > 0) await sleep(PAUSE_MS)
    answers.push(await post(world, path, body))
  } while (answers.at(-1)?.startsWith('5') && answers.length < MOST_TRIES)
  return answers
}

/** What anybody may ask about an order later, another notice, and a decision that may or may not fit. */
const askAfter = async (world: World, plan: PlannedOrder, i: number): Promise<readonly string[]> => [
  await get(world, pathOf(plan)),
  ...(i % 4 === 0 ? [await get(world, `${pathOf(plan)}?check=1`)] : []),
  ...(i % 9 === 0
    ? [await post(world, `${pathOf(plan)}/sync`, { service_id: plan.service_id, detail: { paid_time: '20250102' } })]
    : []),
  ...(i % 11 === 0 ? [await post(world, `${pathOf(plan)}/close`, { reason: 'to see what is said' })] : []),
]

const get = (world: World, path: string): Promise<string> =>
  told(fetch(`${world.api.url}${path}`, { headers: world.api.headers }))
const post = (world: World, path: string, body: object): Promise<string> =>
  told(
    fetch(`${world.api.url}${path}`, {
      method: 'POST',
      headers: { ...world.api.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )

const told = async (asked: Promise<Response>): Promise<string> => {
  const response = await asked
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
}

const statementOf = (plans: readonly PlannedOrder[]): string => {
  const ofFirst = plans.filter(({ merchant }: { merchant: StormMerchant }) => merchant.mchid === MERCHANTS[0]?.mchid)
  const lines = ofFirst.map(({ out_order_no, service_id }) => `${out_order_no},2025-01-02 03:04:05,${service_id}`)
  return `out_order_no,paid_time,service_id\n${lines.join('\n')}\nA-STRANGER,2025-01-02 03:04:05,\n`
}

/** The text of a secret as Secrets Manager has it: made here anew, since the stand-in gives none away. */
const secretText = (world: World): string => {
  const [mchid = ''] = MERCHANTS.map(signerOf)
  return JSON.stringify({
    mchid: '1900000109',
    serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    private_key: keyPair(mchid).privateKeyPem,
    wechatpay_keys: { [world.wechatpay.keyId]: world.wechatpay.publicKeyPem },
  })
}

/** The words did come in: WeChat Pay's signed answers are kept whole. */
const evidenceHolds = async (left: Left, words: readonly Canary[]): Promise<boolean> => {
  const scan = createScan(words)
  for (const { place, where, text } of await piecesOf(left)) if (place === 'signed answers') scan.look(where, text)
  return scan.leaks.length > 0
}

/** Which kinds of what was planted no bill had, as it was downloaded. */
const kindsMissing = (bills: readonly string[], planted: readonly Canary[]): readonly string[] => {
  const scan = createScan(planted)
  // A line is looked through only until something is found in it.
  for (const bill of bills) for (const field of bill.split(',`')) scan.look('bill', field)
  const had = new Set(scan.leaks.map(({ what }) => what))
  return [...new Set(planted.map(({ what }) => what))].filter((what) => !had.has(what))
}
