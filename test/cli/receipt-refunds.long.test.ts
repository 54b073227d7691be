import { execFileSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checkReceipt, type Receipt, type RefundWord, refundWords, type Word } from '../../lib/cli/receipt/file.ts'
import { answerOf, readLines } from '../../lib/evidence/answer-line.ts'
import { keyPair } from '../../lib/local/keys.ts'
import { signAnswer } from '../../lib/local/wechatpay/answer-signing.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { refusedByOpenssl } from '../support/openssl.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf } from '../support/served.ts'
import { decide, handOver } from '../support/till.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { withDigest } from './receipt-digest.ts'
import { CHINESE, runCli } from './run-cli.ts'

const API = 'payafter-orders'
const { mchid } = DIRECT
const ACCOUNT = '招商银行信用卡0403'
const NUMBERS = ['RF-1', 'RF|2*@x']
const FILE = 'refunded.json'

let world: World
let cwd: string
let receipt: Receipt
/** Of another order, whose charge was refunded as well. */
let others: Receipt

/** An order that was charged as well; both sides were paid, and WeChat Pay's went back in these refunds. */
const refunded = async (out_order_no: string, refunds: Readonly<Record<string, number>>): Promise<void> => {
  const transaction_id = world.wechatpay.payscoreCharges(placeOrder(world, API, out_order_no))
  await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
  await world.pass(2 * MINUTE)
  for (const [out_refund_no, amount] of Object.entries(refunds)) {
    world.wechatpay.refund({ mchid, transaction_id, out_refund_no, amount, status: 'SUCCESS' })
    await decide(world, noticeOf(API, out_order_no), 'settle', { reason: 'checked', out_refund_no })
    await world.pass(5 * MINUTE)
  }
  expect(await rowOf(world, API, out_order_no)).toMatchObject({ settled_by: 'refund' })
}

const exported = async (out_order_no: string, file: string): Promise<Receipt> => {
  await runCli(['receipt', out_order_no, '--out', file, '--force'], { cwd })
  return JSON.parse(readFileSync(join(cwd, file), 'utf8'))
}

const sh = (line: string) => execFileSync('sh', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
const keys = () => [createPublicKey(world.wechatpay.publicKeyPem)]
const check = (changed: object) => checkReceipt(Buffer.from(withDigest({ ...receipt, ...changed } as Receipt)), keys())
const verify = (file: string, ...more: readonly string[]) =>
  runCli(['receipt', 'verify', file, '--key', 'pub_key.pem', ...more], { cwd })

beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT], debitAfterMs: Number.POSITIVE_INFINITY })
  cwd = mkdtempSync(join(tmpdir(), 'receipt-refunds-'))
  writeFileSync(join(cwd, 'pub_key.pem'), world.wechatpay.publicKeyPem)
  await refunded('REFUNDED', { 'RF-1': 8000, 'RF|2*@x': 800 })
  await refunded('OTHERS', { 'RF-OTHERS': 8800 })
  stubAws(world.env)
  receipt = await exported('REFUNDED', FILE)
  others = await exported('OTHERS', 'others.json')
  vi.unstubAllEnvs()
})
afterAll(async () => {
  rmSync(cwd, { recursive: true })
  await world.close()
})
stubAwsInEachTest(() => world.env)

describe('the receipt of an order whose charge was refunded', () => {
  test('holds what WeChat Pay signed about each refund', async () => {
    const { out } = await runCli(['receipt', 'REFUNDED', '--out', FILE, '--force'], { cwd })
    const inChinese = await runCli(['receipt', 'REFUNDED', '--out', FILE, '--force'], { cwd, env: CHINESE })
    const { out: json } = await runCli(['receipt', 'REFUNDED', '--out', FILE, '--force', '--json'], { cwd })

    expect(out).toContain(`✓ ${FILE} (signed answers: query, refund RF-1, refund RF|2*@x)\n`)
    expect(inChinese.out).toContain(`✓ ${FILE} (签名应答:查单、退款 RF-1、退款 RF|2*@x)\n`)
    expect(JSON.parse(json)).toMatchObject({ words: ['query'], refunds: NUMBERS, left_out: [] })
    expect(receipt).toMatchObject({ format: 'payscore-receipt/3', out_order_no: 'REFUNDED' })
    expect(refundWords(receipt).map(({ out_refund_no }) => out_refund_no)).toEqual(NUMBERS)
    for (const { message } of refundWords(receipt)) expect(Buffer.from(message, 'base64').toString()).toContain(ACCOUNT)
  })

  test('verifies by our code and by openssl, and tells each refund without the account that got it', async () => {
    const { code, out } = await verify(FILE)
    const { out: json } = await verify(FILE, '--json')

    const lines = out.split('\n')
    const told = lines.filter((line) => line.startsWith('  refund: '))
    const transaction_id = (await rowOf(world, API, 'REFUNDED'))?.transaction_id
    expect(code).toBe(0)
    expect(told).toHaveLength(2)
    expect(out.replaceAll(/\n {4}/g, ' ')).toMatch(
      new RegExp(
        `refund: .*, refund_id \\d+, out_refund_no RF-1, transaction_id ${transaction_id}, status SUCCESS, amount.refund 8000, success_time 20`,
      ),
    )
    expect(lines.filter((line) => line.startsWith('sed ')).map(sh)).toEqual([
      'Verified OK\n',
      'Verified OK\n',
      'Verified OK\n',
    ])
    expect(JSON.parse(json)).toMatchObject({
      valid: true,
      refunds: [{ out_refund_no: 'RF-1', serial: world.wechatpay.keyId }, { out_refund_no: 'RF|2*@x' }],
    })
    expect(JSON.parse(json).openssl).toHaveLength(3)
    expect(out + json).not.toContain(ACCOUNT)
  })

  test('speaks Chinese', async () => {
    const { out } = await runCli(['receipt', 'verify', FILE, '--key', 'pub_key.pem'], { cwd, env: CHINESE })

    expect(out).toContain('  退款查询应答: ')
  })

  test('has a page that shows the refunds, and not the account that got them', () => {
    const page = readFileSync(join(cwd, FILE.replace('.json', '.html')), 'utf8')

    for (const part of [
      '<p><b>查询单笔退款的应答</b></p>',
      '<tr><th>商户退款单号</th><td>RF-1</td></tr>',
      '<tr><th>商户退款单号</th><td>RF|2*@x</td></tr>',
      '<tr><th>退款状态</th><td>退款成功(SUCCESS)</td></tr>',
      '<tr><th>退款金额(分)</th><td>8000</td></tr>',
      refundWords(receipt)[0]?.signature,
    ])
      expect(page).toContain(part)
    expect(page).not.toContain(ACCOUNT)
  })

  test('is refused after a change of any one bit of what was signed of a refund, or of its signature', async () => {
    const [refund, ...rest] = refundWords(receipt)
    if (!refund) throw new TypeError('it has refunds')
    const flipped = (['message', 'signature'] as const).flatMap((part) => bitFlips(refund, part))

    const accepted = flipped.filter(
      (forged) => !/^(refund|signature)$/.test(String(check({ refunds: [forged, ...rest] }))),
    )
    const sample = flipped.filter((_, i) => i % 97 === 0)
    const refused = await refusedByOpenssl(
      sample.map(({ message, signature }) => ({ message: Buffer.from(message, 'base64'), signature })),
      keys()[0] as ReturnType<typeof createPublicKey>,
    )

    expect(check({})).toEqual(receipt)
    expect(flipped.length).toBeGreaterThan(5000)
    expect(accepted).toEqual([])
    expect(sample.length).toBeGreaterThan(50)
    expect(refused.toSorted((a, b) => a - b)).toEqual(sample.map((_, i) => i))
  })

  test('is refused by the line of openssl as well after such a change', async () => {
    const [refund, ...rest] = refundWords(receipt)
    if (!refund) throw new TypeError('it has refunds')
    const line = JSON.parse((await verify(FILE, '--json')).out).openssl[1]
    const last = (part: 'message' | 'signature') => bitFlips(refund, part).at(-1)

    const said = (['message', 'signature'] as const).map((part) => {
      writeFileSync(join(cwd, 'forged.json'), withDigest({ ...receipt, refunds: [last(part), ...rest] } as Receipt))
      return () => sh(line.replaceAll(FILE, 'forged.json'))
    })

    for (const saying of said) expect(saying).toThrow('Command failed')
  })

  test('is no place for the refund of another order', async () => {
    writeFileSync(join(cwd, 'mixed.json'), withDigest({ ...receipt, refunds: refundWords(others) } as Receipt))

    const inEnglish = await verify('mixed.json')
    const inChinese = await runCli(['receipt', 'verify', 'mixed.json', '--key', 'pub_key.pem'], { cwd, env: CHINESE })
    const inJson = await verify('mixed.json', '--json')

    expect([inEnglish.code, JSON.parse(inJson.out)]).toEqual([1, { valid: false, fault: 'refund' }])
    expect(inEnglish.out).toBe(
      '✗ mixed.json: a signed answer about a refund proves nothing of this order: the refund did not succeed, or its transaction is none that the signed answer to the query says WeChat Pay charged\n',
    )
    expect(inChinese.out).toBe(
      '✗ mixed.json: 退款查询应答不能证明本单扣款已退:退款未成功,或其微信支付订单号不在查单应答的扣款之中\n',
    )
  })

  /** WeChat Pay's signature by its own helper over a changed body. */
  const resigned = ({ out_refund_no, ...word }: RefundWord, change: object): RefundWord => {
    const [, , body = ''] = Buffer.from(word.message, 'base64').toString().split('\n')
    const { publicKeyPem, privateKey } = keyPair('WeChat Pay, for refunds')
    const text = JSON.stringify({ ...JSON.parse(body), ...change })
    const { timestamp, nonce, signature } = signAnswer(text, 1_764_000_000_000, { id: 'X', publicKeyPem, privateKey })
    const message = Buffer.from(`${timestamp}\n${nonce}\n${text}\n`).toString('base64')
    return { out_refund_no, ...word, signature, message }
  }
  const bothKeys = () => [...keys(), createPublicKey(keyPair('WeChat Pay, for refunds').publicKeyPem)]

  test.each([
    ['as it was', {}, undefined],
    ['that is still processing', { status: 'PROCESSING' }, 'refund'],
    ['of a part of a transaction', { transaction_id: '4200' }, 'refund'],
    ['of no transaction', { transaction_id: undefined }, 'refund'],
    ['with another number', { out_refund_no: 'RF-3' }, 'refund'],
  ])('takes a refund, signed by WeChat Pay, %s for what it is', (_, change, fault) => {
    const refunds = refundWords(receipt).map((word) => resigned(word, change))

    const checked = checkReceipt(Buffer.from(withDigest({ ...receipt, refunds } as Receipt)), bothKeys())

    expect(typeof checked === 'string' ? checked : undefined).toBe(fault)
  })

  test.each([
    ['without the query that names the transaction', { query: null, sync: 'the query' }, 'refund'],
    ['with the same refund twice', { refunds: 'twice' }, 'form'],
    ['with a number that is none', { refunds: 'renamed' }, 'form'],
  ])('is refused %s', (_, change, fault) => {
    const [refund] = refundWords(receipt)
    const refunds = { twice: [refund, refund], renamed: [{ ...refund, out_refund_no: 'a/b' }] }[
      String((change as { refunds?: string }).refunds)
    ]
    const sync: Word | null = receipt.query

    expect(check('query' in change ? { query: null, sync } : { refunds })).toBe(fault)
  })
})

test('a refund whose transaction the signed query does not name is left out, and said to be', async () => {
  const row = await rowOf(world, API, 'OTHERS')
  // As a row of an earlier version has it.
  const [strange] = [...world.objects.locked.stored]
    .filter(([key]) => key.startsWith('answers/'))
    .flatMap(([, { body }]) => readLines(gunzipSync(body).toString()))
    .filter(({ out_refund_no }) => out_refund_no === 'RF-1')
  if (!strange) throw new TypeError('it is kept')
  const { answers: _, out_refund_no: __, ...word } = answerOf(strange)
  const Item = marshall({ ...row, refund_answers: { 'RF-1': word } })
  const put = new PutItemCommand({ TableName: world.env.LEDGER_TABLE, Item })
  await new DynamoDBClient({}).send(put)

  const { out } = await runCli(['receipt', 'OTHERS', '--out', 'partly.json'], { cwd })
  const { code } = await verify('partly.json')

  expect(out).toContain('partly.json (signed answers: query, refund RF-OTHERS)\n')
  expect(out).toContain('! refund RF-1 is left out: the signed answer to the query does not name its transaction')
  expect(code).toBe(0)
})

/** The word with each of its bits changed in turn. */
function bitFlips(word: RefundWord, part: 'message' | 'signature'): readonly RefundWord[] {
  const raw = Buffer.from(word[part], 'base64')
  return Array.from({ length: raw.length * 8 }, (_, bit) => {
    const changed = Buffer.from(raw)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return { ...word, [part]: changed.toString('base64') }
  })
}
