import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, createPublicKey as keyOf, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checkReceipt, type Receipt, receiptText } from '../../lib/cli/receipt/file.ts'
import { opensslLine } from '../../lib/cli/receipt/openssl.ts'
import { keyPair } from '../../lib/local/keys.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { stubAws, stubAwsInEachTest } from './local-env.ts'
import { certificate } from './merchant-folder.ts'
import { withDigest } from './receipt-digest.ts'
import { CHINESE, runCli } from './run-cli.ts'

const ORDER = 'RECEIPT|1*'
const FILE = `receipt-${DIRECT.mchid}-RECEIPT_1_.json`
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

let world: World
let cwd: string
let bytes: Buffer

const exported = (): Receipt => JSON.parse(bytes.toString())
const sh = (line: string) => execFileSync('sh', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }).toString()

beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT] })
  cwd = mkdtempSync(join(tmpdir(), 'receipt-'))
  writeFileSync(join(cwd, 'pub_key.pem'), world.wechatpay.publicKeyPem)
  placeOrder(world, 'payafter-orders', ORDER)
  await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', ORDER))
  await world.pass(11 * MINUTE)
  await world.runCertificates()
  stubAws(world.env)
  await runCli(['receipt', ORDER, '--out', FILE], { cwd })
  vi.unstubAllEnvs()
  bytes = readFileSync(join(cwd, FILE))
})
afterAll(async () => {
  rmSync(cwd, { recursive: true })
  await world.close()
})
stubAwsInEachTest(() => world.env)

describe('receipt', () => {
  test('exports both signed answers, for their owner’s eyes only', async () => {
    const { code, out } = await runCli(['receipt', ORDER, '--out', FILE, '--force'], { cwd })

    expect(code).toBe(0)
    expect(out).toBe(
      [
        `✓ ${FILE} (signed answers: sync, query)`,
        `✓ ${FILE.replace('.json', '.html')}`,
        `→ npx payscore receipt verify ${FILE}`,
        '',
      ].join('\n'),
    )
    expect(statSync(join(cwd, FILE)).mode & 0o777).toBe(0o600)
    const { sync, query, ...rest } = exported()
    expect(rest).toMatchObject({ format: 'payscore-receipt/3', refunds: [], mchid: DIRECT.mchid, out_order_no: ORDER })
    expect(Buffer.from(sync?.message ?? '', 'base64').toString()).toMatch(
      /^\d{10}\n\S+\n\{"appid":"wxd678efh567hg6787",.*\}\n$/,
    )
    expect(sync).toMatchObject({ status: 200, serial: world.wechatpay.keyId })
    expect(sync?.request_id).toMatch(/-0$/)
    expect(query?.request_id).toMatch(/-0$/)
  })

  test('writes one page of evidence in Chinese that does not name the customer', async () => {
    const page = readFileSync(join(cwd, FILE.replace('.json', '.html')), 'utf8')

    for (const part of [
      '<h1>支付分订单线下收款证明</h1>',
      `<tr><th>商户服务订单号</th><td>${ORDER}</td></tr>`,
      '<tr><th>收款成功时间(线下)</th><td>2025-03-01 12:00:00</td></tr>',
      '<tr><th>当前状态</th><td>已核实:订单已完成,不再扣款</td></tr>',
      '<tr><th>支付方式</th><td>商户渠道收款(MchChannelPayType)</td></tr>',
      `<tr><th>Request-Id</th><td>${exported().query?.request_id}</td></tr>`,
      exported().sync?.signature,
    ])
      expect(page).toContain(part)
    expect(page).not.toContain(OPENID)
    expect(page).not.toMatch(/(?:src|href)=|url\(/)
  })

  test('takes other names of files, and tells as JSON what it wrote', async () => {
    const { out } = await runCli(
      ['receipt', `${DIRECT.mchid}/${ORDER}`, '--out', 'a.json', '--sheet', 'b.html', '--json'],
      {
        cwd,
      },
    )

    expect(JSON.parse(out)).toEqual({
      file: 'a.json',
      sheet: 'b.html',
      mchid: DIRECT.mchid,
      out_order_no: ORDER,
      words: ['sync', 'query'],
      refunds: [],
      left_out: [],
      serials: [world.wechatpay.keyId],
      keys: [world.wechatpay.keyId],
    })
  })

  test('says that WeChat Pay has signed nothing yet', async () => {
    placeOrder(world, 'payafter-orders', 'NOT-YET', { state: 'accepted' })
    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'NOT-YET'))

    const inEnglish = await runCli(['receipt', 'NOT-YET'], { cwd })
    const inChinese = await runCli(['receipt', 'NOT-YET'], { cwd, env: CHINESE })

    expect(inEnglish).toEqual({
      code: 1,
      out: '',
      err: 'NOT-YET: WeChat Pay has signed nothing about this order yet (state PENDING). npx payscore status tells what comes next.\n',
    })
    expect(inChinese.err).toBe(
      'NOT-YET:微信支付尚无关于该订单的签名应答(状态 PENDING)。请用 npx payscore status 查看下一步。\n',
    )
  })

  test('asks for the bucket where the row tells of answers that are not found', async () => {
    const { code, err } = await runCli(['receipt', ORDER], { cwd, env: { EVIDENCE_BUCKET: '' } })

    expect(code).toBe(1)
    expect(err).toBe(
      `${ORDER}: WeChat Pay has answered about this order, and the signed answers were not found. Name the bucket in which they are kept: --stack NAME, or --evidence BUCKET.\n`,
    )
  })
})

describe('receipt without --out', () => {
  test('goes to a folder of the person’s own, and leaves nothing where it was called', async () => {
    const home = mkdtempSync(join(tmpdir(), 'home-'))
    const empty = mkdtempSync(join(tmpdir(), 'checkout-'))

    const first = await runCli(['receipt', ORDER], { cwd: empty, env: { HOME: home } })
    const again = await runCli(['receipt', ORDER], { cwd: empty, env: { HOME: home } })

    expect([first.code, again.code]).toEqual([0, 0])
    expect(first.out).toContain(`✓ ${home}/payscore-receipts/${FILE} (signed answers: sync, query)\n`)
    expect(readdirSync(empty)).toEqual([])
    expect(statSync(join(home, 'payscore-receipts')).mode & 0o777).toBe(0o700)
    expect(statSync(join(home, 'payscore-receipts', FILE)).mode & 0o777).toBe(0o600)
  })

  test('and with one never writes over a file unless it is told to', async () => {
    writeFileSync(join(cwd, 'mine.json'), 'mine')

    const { code, err } = await runCli(['receipt', ORDER, '--out', 'mine.json'], { cwd, env: CHINESE })

    expect([code, readFileSync(join(cwd, 'mine.json'), 'utf8')]).toEqual([2, 'mine'])
    expect(err).toBe(`--out ${cwd}/mine.json:文件已存在,未作改动。请另选名称,或加 --force 覆盖。\n`)
  })
})

describe('receipt verify', () => {
  test('accepts what was exported, and prints lines by which openssl accepts it as well', async () => {
    const { code, out } = await runCli(['receipt', 'verify', FILE, '--key', 'pub_key.pem'], { cwd })

    const lines = out.split('\n')
    const openssl = lines.filter((line) => line.startsWith('sed '))
    expect(code).toBe(0)
    expect(lines[0]).toBe(`✓ ${FILE}: WeChat Pay’s own word on order ${ORDER} of merchant ${DIRECT.mchid}`)
    expect(lines[2]).toMatch(/^ {2}query: .*, state USER_PAID, pay_type MchChannelPayType/)
    expect(openssl.map(sh)).toEqual(['Verified OK\n', 'Verified OK\n'])
  })

  test('speaks Chinese and JSON', async () => {
    const inChinese = await runCli(['receipt', 'verify', FILE, '--key', 'pub_key.pem'], { cwd, env: CHINESE })
    const inJson = await runCli(['receipt', 'verify', FILE, '--key', 'pub_key.pem', '--json'], { cwd })

    expect(inChinese.out.split('\n')[0]).toBe(`✓ ${FILE}: 确为微信支付对商户 ${DIRECT.mchid} 订单 ${ORDER} 的签名应答`)
    expect(JSON.parse(inJson.out)).toMatchObject({
      valid: true,
      out_order_no: ORDER,
      words: [{ name: 'sync' }, { name: 'query', serial: world.wechatpay.keyId }],
    })
  })

  test('accepts a file of format 1, which has no refunds, and openssl does as well', async () => {
    const { sync, query, mchid, out_order_no } = exported()
    const content = { format: 'payscore-receipt/1' as const, mchid, out_order_no, sync, query, digest: '' }
    writeFileSync(join(cwd, 'old.json'), withDigest(content))

    const { code, out } = await runCli(['receipt', 'verify', 'old.json', '--key', 'pub_key.pem'], { cwd })

    expect(code).toBe(0)
    expect(
      out
        .split('\n')
        .filter((line) => line.startsWith('sed '))
        .map(sh),
    ).toEqual(['Verified OK\n', 'Verified OK\n'])
  })

  test('refuses the file after a change of any one of its bits', () => {
    const keys = [keyOf(world.wechatpay.publicKeyPem)]
    const accepted: number[] = []

    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      if (typeof checkReceipt(changed, keys) !== 'string') accepted.push(bit)
    }

    expect(typeof checkReceipt(bytes, keys)).toBe('object')
    expect(accepted).toEqual([])
  })

  test('refuses a forger’s file as well, whose digest was made anew', () => {
    const keys = [keyOf(world.wechatpay.publicKeyPem)]
    const member = fc.constantFrom(
      ...(['sync', 'query'] as const).flatMap((word) => [`${word}.message`, `${word}.signature`] as const),
    )

    fc.assert(
      fc.property(member, fc.nat(), (name, position) => {
        const [word, part] = name.split('.') as ['sync' | 'query', 'message' | 'signature']
        const raw = Buffer.from(exported()[word]?.[part] ?? '', 'base64')
        const bit = position % (raw.length * 8)
        raw[bit >> 3] = (raw[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const forged = withDigest({ ...exported(), [word]: { ...exported()[word], [part]: raw.toString('base64') } })
        return /^(order|signature)$/.test(String(checkReceipt(Buffer.from(forged), keys)))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['another order', { out_order_no: 'RECEIPT|2*' }, 'order'],
    ['another merchant', { mchid: '1900000110' }, 'order'],
    ['no answer at all', { sync: null, query: null }, 'form'],
    ['a member more', { note: 'hello' }, 'form'],
  ])('sees through a forger’s file with %s', (_, change, fault) => {
    const forged = withDigest({ ...exported(), ...change } as Receipt)

    const checked = checkReceipt(Buffer.from(forged), [keyOf(world.wechatpay.publicKeyPem)])

    expect(checked).toBe(fault)
  })

  /** What WeChat Pay signs, over a body of ours. */
  const signedWord = (status: number, body: string) => {
    const message = Buffer.from(`1764000000\nNONCE\n${body}\n`)
    const signature = sign('RSA-SHA256', message, keyPair('WeChat Pay, for receipts').privateKeyPem).toString('base64')
    const word = { sent_at: '2026-11-24T02:30:00.000Z', status, request_id: 'R-0', serial: 'PUB_KEY_ID_1' }
    return { ...word, signature, message: message.toString('base64') }
  }
  const saying = (out_order_no: string, state: string) =>
    signedWord(200, JSON.stringify({ mchid: DIRECT.mchid, out_order_no, state, pay_type: 'MchChannelPayType' }))

  test.each([
    ['alone', null, 'nameless'],
    ['beside a query by which the order still waits', saying(ORDER, 'FINISHED'), 'nameless'],
    ['beside a query by which another order is done', saying('RECEIPT|2*', 'USER_PAID'), 'order'],
    ['beside a query that names no order either', signedWord(204, ''), 'order'],
    ['beside a query by which the order is done', saying(ORDER, 'USER_PAID'), undefined],
  ])('does not take a 204, which names no order, for proof of one: %s', async (_, query, fault) => {
    writeFileSync(join(cwd, 'bare.json'), withDigest({ ...exported(), sync: signedWord(204, ''), query }))
    writeFileSync(join(cwd, 'bare.pem'), keyPair('WeChat Pay, for receipts').publicKeyPem)

    const { code, out } = await runCli(['receipt', 'verify', 'bare.json', '--key', 'bare.pem', '--json'], { cwd })

    expect(JSON.parse(out)).toMatchObject(fault ? { valid: false, fault } : { valid: true, out_order_no: ORDER })
    expect(code).toBe(fault ? 1 : 0)
  })

  test('says in both languages that a 204 alone proves nothing', async () => {
    writeFileSync(join(cwd, 'bare.json'), withDigest({ ...exported(), sync: signedWord(204, ''), query: null }))
    writeFileSync(join(cwd, 'bare.pem'), keyPair('WeChat Pay, for receipts').publicKeyPem)

    const inEnglish = await runCli(['receipt', 'verify', 'bare.json', '--key', 'bare.pem'], { cwd })
    const inChinese = await runCli(['receipt', 'verify', 'bare.json', '--key', 'bare.pem'], { cwd, env: CHINESE })

    expect(inEnglish.out).toBe(
      '✗ bare.json: the signed answer to the sync names no order (204), so it may be that to any other. Alone it proves nothing: export the receipt again once the order is confirmed, with the answer to the query.\n',
    )
    expect(inChinese.out).toBe(
      '✗ bare.json: 同步应答为 204,不含商户服务订单号,可能属于任何订单,单独不能证明所列订单。请在订单核实后重新导出(含查单应答)。\n',
    )
  })

  test('takes one signed answer without the other for what it is', () => {
    const half = withDigest({ ...exported(), sync: null })

    const checked = checkReceipt(Buffer.from(half), [keyOf(world.wechatpay.publicKeyPem)])

    expect(checked).toMatchObject({ out_order_no: ORDER, sync: null })
  })

  test('refuses another key, and says which of the two may be wrong', async () => {
    writeFileSync(join(cwd, 'other.pem'), keyPair('another key').publicKeyPem)

    const inEnglish = await runCli(['receipt', 'verify', FILE, '--key', 'other.pem'], { cwd })
    const inJson = await runCli(['receipt', 'verify', FILE, '--key', 'other.pem', '--json'], { cwd })

    expect(inEnglish.code).toBe(1)
    expect(inEnglish.out).toBe(
      `✗ ${FILE}: the signature does not verify with this key: the receipt was changed, or the key is another one than it names\n`,
    )
    expect(JSON.parse(inJson.out)).toEqual({ valid: false, fault: 'signature' })
    expect(() => sh(opensslLine(FILE, 'query', { path: 'other.pem', isCertificate: false }))).toThrow()
  })

  test('takes several keys, a platform certificate among them', async () => {
    writeFileSync(join(cwd, 'platform.pem'), certificate(keyPair('another key')))

    const { code } = await runCli(['receipt', 'verify', FILE, '--key', 'platform.pem', '--key', 'pub_key.pem'], { cwd })

    expect(code).toBe(0)
  })

  test('gives a line that makes a public key of a platform certificate first', () => {
    const keys = keyPair('tenpay')
    writeFileSync(join(cwd, 'tenpay sign.pem'), certificate(keys))
    writeFileSync(join(cwd, "it's.json"), signedAnew(keys.privateKey))

    const said = sh(opensslLine("it's.json", 'query', { path: 'tenpay sign.pem', isCertificate: true }))

    expect(said).toBe('Verified OK\n')
  })

  test('gives a line that takes the longest answer', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(join(cwd, 'long.pem'), String(publicKey.export({ type: 'spki', format: 'pem' })))
    writeFileSync(join(cwd, 'long.json'), signedAnew(privateKey, `{"a":"${'x'.repeat(64 * 1024)}"}`))

    expect(sh(opensslLine('long.json', 'query', { path: 'long.pem', isCertificate: false }))).toBe('Verified OK\n')
  })

  test('takes a key that Windows saved with a byte order mark and its own ends of lines', async () => {
    const pem = readFileSync(join(cwd, 'pub_key.pem'), 'utf8')
    writeFileSync(join(cwd, 'windows.pem'), `\ufeff${pem.replaceAll('\n', '\r\n')}`)

    const { code } = await runCli(['receipt', 'verify', FILE, '--key', 'windows.pem'], { cwd })

    expect(code).toBe(0)
  })

  test.each([
    ['a private key', keyPair('another key').privateKeyPem],
    ['no key', 'hello'],
  ])('refuses %s in place of a public one', async (_, text) => {
    writeFileSync(join(cwd, 'wrong.pem'), text)

    const { code, err } = await runCli(['receipt', 'verify', FILE, '--key', 'wrong.pem'], { cwd })

    expect(code).toBe(2)
    expect(err).toBe(
      '--key wrong.pem holds no public key: give WeChat Pay’s public key (BEGIN PUBLIC KEY) or platform certificate\n',
    )
  })

  test('names a file that is not there, and without a key takes the one in the file', async () => {
    const missing = await runCli(['receipt', 'verify', 'nowhere.json', '--key', 'pub_key.pem'], { cwd })
    const keyless = await runCli(['receipt', 'verify', FILE], { cwd, env: CHINESE })
    const { keys: _, ...bare } = exported() as Receipt & { keys: unknown }
    writeFileSync(join(cwd, 'older.json'), withDigest({ ...bare, format: 'payscore-receipt/2' } as Receipt))
    const older = await runCli(['receipt', 'verify', 'older.json'], { cwd })

    expect(missing).toEqual({ code: 2, out: '', err: 'file nowhere.json: not found, or not a file\n' })
    expect([keyless.code, keyless.err]).toEqual([0, ''])
    expect(keyless.out).toContain(`使用凭证文件自带的密钥核验:${world.wechatpay.keyId}`)
    expect([older.code, older.out]).toEqual([
      1,
      '✗ older.json: the file does not hold the key that it names. Say --key FILE, WeChat Pay’s public key or platform certificate.\n',
    ])
  })
})

/** The receipt with its query signed by another key, over another body if one is given. */
function signedAnew(privateKey: KeyObject, body?: string): string {
  const { query, ...rest } = exported()
  if (!query) throw new TypeError('the order was proved')
  const message =
    body === undefined ? Buffer.from(query.message, 'base64') : Buffer.from(`1764000000\nnonce\n${body}\n`)
  const signature = sign('RSA-SHA256', message, privateKey).toString('base64')
  return receiptText({ ...rest, query: { ...query, message: message.toString('base64'), signature } })
}
