import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyPair } from '../../lib/local/keys.ts'
import { type SecretsManager, startSecretsManager } from '../../lib/local/secrets-manager.ts'
import { readMerchantSecret } from '../../lib/wechatpay/merchant-secret.ts'
import { stubAws } from './local-env.ts'
import { certificate, KEY_ID, MCHID, merchantFolder, PLATFORM_SERIAL, SERIAL } from './merchant-folder.ts'
import { CHINESE, type Ran, runCli } from './run-cli.ts'

let secrets: SecretsManager
let prefix = ''

beforeAll(async () => {
  secrets = await startSecretsManager()
})
afterAll(() => secrets.close())
let tests = 0
beforeEach(() => {
  tests += 1
  prefix = `test-${tests}`
  stubAws({ AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint, SECRETS_PREFIX: prefix })
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const PUT = ['merchant', 'put', '.', '--wechatpay-key-id', KEY_ID]
const writes = () => secrets.history.filter(({ operation }) => /^(Create|Put)/.test(operation))
const writesHere = () => writes().filter(({ SecretId }) => SecretId === `${prefix}/${MCHID}`)

/** Every line of base64 in the private key, and every longer part that somebody could print instead. */
const showsKey = (ran: Ran, privateKeyPem: string): boolean => {
  const lines = privateKeyPem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'))
  const shown = inspect(ran, { depth: null, maxStringLength: null })
  return lines.some((line) => shown.includes(line) || shown.includes(line.slice(0, 20)))
}

describe('merchant put', () => {
  test('stores what the files make as a new secret, and never shows the key', async () => {
    const folder = merchantFolder()

    const ran = await runCli([...PUT, '--mchid', MCHID, '--serial-no', SERIAL.toLowerCase()], { cwd: folder.path })

    expect(ran.code).toBe(0)
    expect(ran.out.replace(/version \S+/, 'version ID')).toBe(
      [
        `✓ mchid ${MCHID}`,
        `✓ certificate ${SERIAL}`,
        '✓ valid for 399 days',
        '✓ the private key belongs to it',
        `✓ WeChat Pay’s key ${KEY_ID}`,
        `✓ ${prefix}/${MCHID}: version ID is the current one`,
        `→ ${MCHID} is not in merchants.json: add it there, then deploy.`,
        '',
      ].join('\n'),
    )
    expect(writesHere().map(({ operation, status }) => [operation, status])).toEqual([['CreateSecret', 200]])
    expect(showsKey(ran, folder.read('apiclient_key.pem'))).toBe(false)
  })

  test('speaks Chinese where the locale does', async () => {
    const folder = merchantFolder()
    folder.write('merchants.json', JSON.stringify({ merchants: { [MCHID]: {} }, tills: {} }))

    const { out } = await runCli(PUT, { cwd: folder.path, env: CHINESE })

    expect(out.replace(/当前版本为 \S+/, '当前版本为 ID')).toBe(
      [
        `✓ 商户号 ${MCHID}`,
        `✓ 商户API证书序列号 ${SERIAL}`,
        '✓ 有效期剩余399天',
        '✓ 私钥与证书匹配',
        `✓ 微信支付密钥 ${KEY_ID}`,
        `✓ ${prefix}/${MCHID}:当前版本为 ID`,
        '',
      ].join('\n'),
    )
  })

  test('shows no key when it stumbles either', async () => {
    const folder = merchantFolder()
    folder.write('pub_key.pem', folder.read('apiclient_key.pem'))

    const ran = await runCli(PUT, { cwd: folder.path })

    expect(ran.code).toBe(1)
    expect(showsKey(ran, folder.read('apiclient_key.pem'))).toBe(false)
  })

  test('writes nothing the second time when nothing changed', async () => {
    const folder = merchantFolder()
    await runCli(PUT, { cwd: folder.path })

    const { code, out } = await runCli(PUT, { cwd: folder.path })

    expect(code).toBe(0)
    expect(out).toContain(`✓ ${prefix}/${MCHID} holds the same already: nothing was written\n`)
    expect(writesHere()).toHaveLength(1)
  })

  test('rotates the merchant’s certificate as one new version, and says what to watch before the old one goes', async () => {
    const folder = merchantFolder()
    await runCli(PUT, { cwd: folder.path })
    const next = keyPair('the next key')
    folder.write('apiclient_key.pem', next.privateKeyPem)
    folder.write(
      'apiclient_cert.pem',
      certificate(next, { commonName: MCHID, serial_no: '7777777777777777777777777777777777777777' }),
    )

    const { out } = await runCli(PUT, { cwd: folder.path })

    expect(out).toContain(
      `→ Merchant certificate ${SERIAL} → 7777777777777777777777777777777777777777: the functions take it within five minutes. Watch in the merchant platform, API security, how the use of the old certificate falls to nothing; only then revoke it there.\n`,
    )
    expect(writesHere().map(({ operation }) => operation)).toEqual(['CreateSecret', 'PutSecretValue'])
  })

  test('keeps WeChat Pay’s old key beside the new one until it is dropped', async () => {
    const folder = merchantFolder()
    folder.write('platform.pem', certificate())
    await runCli(['merchant', 'put', '.', '--wechatpay-key', 'platform.pem', '--json'], { cwd: folder.path })
    folder.remove('platform.pem')

    const switched = await runCli([...PUT, '--json'], { cwd: folder.path })
    const dropped = await runCli([...PUT, '--drop', PLATFORM_SERIAL, '--json'], { cwd: folder.path })

    expect(JSON.parse(switched.out)).toMatchObject({
      wechatpay_keys: [KEY_ID, PLATFORM_SERIAL],
      steps: [
        `WeChat Pay’s key ${PLATFORM_SERIAL} → ${KEY_ID}: start the switch in the merchant platform, API security. Answers may be signed by either until it says 100 %; the secret holds both.`,
        `After 100 %, run this again with --drop ${PLATFORM_SERIAL}`,
      ],
    })
    expect(JSON.parse(dropped.out)).toMatchObject({ wechatpay_keys: [KEY_ID], steps: [] })
  })

  test('asks for a public key before a platform certificate, whatever the order of the files', async () => {
    const folder = merchantFolder()
    folder.write('platform.pem', certificate())

    const { out } = await runCli([...PUT, '--json'], { cwd: folder.path })

    expect(JSON.parse(out).wechatpay_keys).toEqual([KEY_ID, PLATFORM_SERIAL])
  })

  test('takes the id of a public key from the name of its file', async () => {
    const folder = merchantFolder()
    folder.write(`${KEY_ID}.pem`, folder.read('pub_key.pem'))
    folder.remove('pub_key.pem')

    const { out } = await runCli(['merchant', 'put', '.', '--json'], { cwd: folder.path })

    expect(JSON.parse(out).wechatpay_keys).toEqual([KEY_ID])
  })

  test('overwrites a secret that somebody wrote wrongly by hand', async () => {
    const folder = merchantFolder()
    secrets.putSecret(`${prefix}/${MCHID}`, 'not JSON')

    const { code } = await runCli(PUT, { cwd: folder.path })

    expect(code).toBe(0)
    expect(writesHere().map(({ operation }) => operation)).toEqual(['PutSecretValue'])
  })

  test('takes files with a byte order mark, Windows’ line ends and words before the block', async () => {
    const folder = merchantFolder()
    folder.write('apiclient_key.pem', `\ufeff${folder.read('apiclient_key.pem').replaceAll('\n', '\r\n')}`)
    folder.write('apiclient_cert.pem', `Bag Attributes\n    localKeyID: 01\n${folder.read('apiclient_cert.pem')}`)

    const { code } = await runCli(PUT, { cwd: folder.path })

    expect(code).toBe(0)
  })

  test('warns when the certificate ends within 60 days', async () => {
    const folder = merchantFolder()
    const keys = keyPair('short-lived')
    folder.write('apiclient_key.pem', keys.privateKeyPem)
    folder.write('apiclient_cert.pem', certificate(keys, { commonName: MCHID, days: 59.5 }))

    const { out } = await runCli(PUT, { cwd: folder.path })

    expect(out).toContain('! the certificate ends in 59 days: apply for the next one now\n')
  })

  test('says what is the matter when Secrets Manager says no', async () => {
    secrets.faultNext({ fault: 'access-denied' })
    const folder = merchantFolder()

    const inEnglish = await runCli(PUT, { cwd: folder.path })
    secrets.faultNext({ fault: 'access-denied' })
    const inChinese = await runCli(PUT, { cwd: folder.path, env: CHINESE })

    expect(inEnglish).toEqual({
      code: 1,
      out: '',
      err: 'AccessDeniedException: your identity may not do this. It needs the stack’s OperatorPolicy, or an administrator.\n',
    })
    expect(inChinese.err).toBe(
      'AccessDeniedException:当前身份没有权限。请附加堆栈输出的 OperatorPolicy,或联系管理员。\n',
    )
  })
})

describe('merchant put --out', () => {
  const OUT = [...PUT, '--out', 'merchant.json']

  test('writes a file that the local world takes, for its owner’s eyes only', async () => {
    const folder = merchantFolder()
    folder.write('merchant.json', 'an older one')
    const argv = [...OUT, '--service', 'SERVICE1=wx0123456789abcdef']

    const refused = await runCli(argv, { cwd: folder.path })
    const older = folder.read('merchant.json')
    const ran = await runCli([...argv, '--force'], { cwd: folder.path })

    expect([refused.code, older]).toEqual([2, 'an older one'])
    expect(refused.err).toBe(
      `--out ${folder.path}/merchant.json: is there already, and was left alone. Choose another name, or say --force to replace it.\n`,
    )

    const file = JSON.parse(folder.read('merchant.json'))
    expect(ran.code).toBe(0)
    expect(ran.out.split('\n').slice(-3)).toEqual([
      '✓ merchant.json holds the private key and can be read by you alone: keep it out of repositories and chats',
      '→ npx payscore trigger paid --merchant merchant.json',
      '',
    ])
    expect(Object.keys(file)).toEqual(['mchid', 'services', 'secret'])
    expect(file).toMatchObject({ mchid: MCHID, services: { SERVICE1: 'wx0123456789abcdef' } })
    expect(readMerchantSecret(JSON.stringify(file.secret), MCHID).serial_no).toBe(SERIAL)
    expect(statSync(`${folder.path}/merchant.json`).mode & 0o777).toBe(0o600)
    expect(showsKey(ran, folder.read('apiclient_key.pem'))).toBe(false)
    expect(writesHere()).toEqual([])
  })

  test('takes services and order API of merchants.json', async () => {
    const folder = merchantFolder()
    const entry = { order_api: 'serviceorder', services: { S1: 'wx1' }, sources: ['com.example.pos'] }
    writeFileSync(`${folder.path}/merchants.json`, JSON.stringify({ merchants: { [MCHID]: entry }, tills: {} }))

    const { out } = await runCli([...OUT, '--json'], { cwd: folder.path })

    expect(JSON.parse(out)).toMatchObject({ file: 'merchant.json', mchid: MCHID, days_left: 399 })
    expect(JSON.parse(readFileSync(`${folder.path}/merchant.json`, 'utf8'))).toMatchObject({ mchid: MCHID, ...entry })
  })

  test('takes a merchants.json that Windows saved with a byte order mark', async () => {
    const folder = merchantFolder()
    const entry = { services: { S1: 'wx1' }, sources: ['com.example.pos'] }
    folder.write('merchants.json', `\ufeff${JSON.stringify({ merchants: { [MCHID]: entry }, tills: {} })}`)

    await runCli([...OUT, '--json'], { cwd: folder.path })

    expect(JSON.parse(folder.read('merchant.json'))).toMatchObject({ mchid: MCHID, ...entry })
  })

  test.each([
    ['in GBK', Buffer.from([0x7b, 0x22, 0xc4, 0xcf]), 'merchants.json is not UTF-8 (byte 3)\n'],
    ['that is no JSON', '{"merchants":', 'merchants.json must be a JSON object\n'],
    ['with a merchant twice', `{"merchants":{"1":{},"1":{}}}`, 'merchants.json has 1 twice\n'],
  ])('says what is wrong with a merchants.json %s, and writes nothing', async (_, content, err) => {
    const folder = merchantFolder()
    folder.write('merchants.json', content)

    const ran = await runCli([...OUT, '--json'], { cwd: folder.path })

    expect(ran).toEqual({ code: 2, out: '', err })
    expect(existsSync(`${folder.path}/merchant.json`)).toBe(false)
  })

  test('writes a sub-merchant with the provider that signs for it', async () => {
    const folder = merchantFolder()

    const { code } = await runCli(
      [...OUT, '--sub-mchid', '1900000199', '--service', 'S1=', '--order-api', 'acquiringbank', '--channel-id', '42'],
      { cwd: folder.path },
    )

    expect(code).toBe(0)
    expect(JSON.parse(folder.read('merchant.json'))).toMatchObject({
      mchid: '1900000199',
      services: { S1: '' },
      order_api: 'acquiringbank',
      provider: MCHID,
      channel_id: '42',
      secret: { mchid: MCHID },
    })
  })

  test('asks for services that nobody has named', async () => {
    const folder = merchantFolder()

    const { code, err } = await runCli(OUT, { cwd: folder.path })

    expect(code).toBe(2)
    expect(err).toBe(
      `which services? ${MCHID} is not in merchants.json: say --service SERVICE_ID=APPID (its id and the appid it is bound to)\n`,
    )
  })

  test('refuses an entry that MERCHANTS would not take', async () => {
    const folder = merchantFolder()

    const { code, err } = await runCli([...OUT, '--service', 'S1='], { cwd: folder.path })

    expect(code).toBe(2)
    expect(err).toBe(`merchant merchants.${MCHID}.services: must give the appid of each service_id\n`)
  })
})
