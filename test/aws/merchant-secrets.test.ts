import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMerchantSecrets, type MerchantSecrets } from '../../lib/aws/merchant-secrets.ts'
import { ConfigError, UnavailableError } from '../../lib/errors.ts'
import { type Answer, startSecretsManager } from './secrets-manager.ts'

const MINUTE = 60_000

const newKeys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

describe('createMerchants', () => {
  let secretsManager: Awaited<ReturnType<typeof startSecretsManager>>
  let secret: Record<string, unknown>
  let nowMs: number
  let merchants: MerchantSecrets

  beforeAll(() => {
    const own = newKeys()
    secret = {
      mchid: '1900000109',
      serial_no: '00A1B2C3D4E5F60718293A4B5C6D7E8F90123456',
      private_key: own.privateKey,
      wechatpay_keys: { PUB_KEY_ID_0114232134912410000000000000: newKeys().publicKey },
    }
  })

  beforeEach(async () => {
    nowMs = 1_795_487_400_000
    secretsManager = await startSecretsManager()
    secretsManager.answerWith({ SecretString: JSON.stringify(secret) })
    merchants = createMerchantSecrets(secretsManager.connect({ maxAttempts: 1 }), {
      prefix: 'payscore/merchants',
      maxAgeMs: 5 * MINUTE,
      now: () => nowMs,
    })
  })

  afterEach(() => secretsManager.close())

  const failure = async (): Promise<Error> => {
    const result: unknown = await merchants.signer('1900000109').catch((error: unknown) => error)
    if (result instanceof Error) return result
    throw new Error('did not fail')
  }

  it('loads the secret of the merchant under the prefix', async () => {
    const signer = await merchants.signer('1900000109')

    expect(secretsManager.asked()).toEqual(['payscore/merchants/1900000109'])
    expect(signer).toMatchObject({ mchid: '1900000109', serial_no: '00A1B2C3D4E5F60718293A4B5C6D7E8F90123456' })
    expect(signer.privateKey.type).toBe('private')
    expect([...signer.wechatpayKeys.keys()]).toEqual(['PUB_KEY_ID_0114232134912410000000000000'])
  })

  it('keeps a copy until it is as old as it may be, and then loads anew', async () => {
    const first = await merchants.signer('1900000109')
    nowMs += 5 * MINUTE - 1
    const kept = await merchants.signer('1900000109')
    expect(secretsManager.asked()).toHaveLength(1)
    nowMs += 1
    const reloaded = await merchants.signer('1900000109')

    expect(kept).toBe(first)
    expect(reloaded).not.toBe(first)
    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('counts the age anew after each load', async () => {
    await merchants.signer('1900000109')
    nowMs += 5 * MINUTE
    await merchants.signer('1900000109')
    nowMs += 5 * MINUTE - 1
    await merchants.signer('1900000109')

    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('loads every time when a copy may have no age', async () => {
    merchants = createMerchantSecrets(secretsManager.connect({ maxAttempts: 1 }), { prefix: 'p', maxAgeMs: 0 })

    await merchants.signer('1900000109')
    await merchants.signer('1900000109')

    expect(secretsManager.asked()).toEqual(['p/1900000109', 'p/1900000109'])
  })

  it('keeps the copies of two merchants apart', async () => {
    const first = await merchants.signer('1900000109')
    secretsManager.answerWith({ SecretString: JSON.stringify({ ...secret, mchid: '1900000117' }) })

    const second = await merchants.signer('1900000117')

    expect(second.mchid).toBe('1900000117')
    expect(await merchants.signer('1900000109')).toBe(first)
    expect(secretsManager.asked()).toEqual(['payscore/merchants/1900000109', 'payscore/merchants/1900000117'])
  })

  it('loads once for all who ask at the same time', async () => {
    const [first, second] = await Promise.all([merchants.signer('1900000109'), merchants.signer('1900000109')])

    expect(second).toBe(first)
    expect(secretsManager.asked()).toHaveLength(1)
  })

  it('fails for all who asked at the same time, and is asked again after', async () => {
    secretsManager.answerWith({ error: 'ThrottlingException' })
    const failures = await Promise.all([failure(), failure()])
    secretsManager.answerWith({ SecretString: JSON.stringify(secret) })

    const signer = await merchants.signer('1900000109')

    expect(failures[1]).toBe(failures[0])
    expect(signer.mchid).toBe('1900000109')
    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('serves an old copy for 15 minutes more while Secrets Manager fails, asking each time', async () => {
    const first = await merchants.signer('1900000109')
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })
    nowMs += 5 * MINUTE
    const soon = await merchants.signer('1900000109')
    nowMs += 15 * MINUTE - 1
    const late = await merchants.signer('1900000109')

    expect(soon).toBe(first)
    expect(late).toBe(first)
    expect(secretsManager.asked()).toHaveLength(3)
  })

  it('serves no copy that is older than that', async () => {
    await merchants.signer('1900000109')
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })
    nowMs += 20 * MINUTE

    expect(await failure()).toBeInstanceOf(UnavailableError)
  })

  it('serves the new secret as soon as Secrets Manager is back', async () => {
    const first = await merchants.signer('1900000109')
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })
    nowMs += 6 * MINUTE
    await merchants.signer('1900000109')
    secretsManager.answerWith({
      SecretString: JSON.stringify({ ...secret, serial_no: '11A1B2C3D4E5F60718293A4B5C6D7E8F90123456' }),
    })

    const second = await merchants.signer('1900000109')

    expect(second.serial_no).toBe('11A1B2C3D4E5F60718293A4B5C6D7E8F90123456')
    expect(second).not.toBe(first)
  })

  it('serves no old copy when the secret was deleted or spoiled', async () => {
    await merchants.signer('1900000109')
    nowMs += 5 * MINUTE
    secretsManager.answerWith({ error: 'ResourceNotFoundException' })
    expect(await failure()).toBeInstanceOf(ConfigError)
    secretsManager.answerWith({ SecretString: '{}' })

    expect(await failure()).toBeInstanceOf(ConfigError)
  })

  it('does not keep a failed load', async () => {
    secretsManager.answerWith({ error: 'ThrottlingException' })
    await failure()
    secretsManager.answerWith({ SecretString: JSON.stringify(secret) })

    const signer = await merchants.signer('1900000109')

    expect(signer.mchid).toBe('1900000109')
    expect(secretsManager.asked()).toHaveLength(2)
  })

  it('drops a copy that it is told to forget, and only that', async () => {
    const first = await merchants.signer('1900000109')
    secretsManager.answerWith({ SecretString: JSON.stringify({ ...secret, mchid: '1900000117' }) })
    const other = await merchants.signer('1900000117')
    secretsManager.answerWith({ SecretString: JSON.stringify(secret) })

    merchants.forget('1900000109')

    expect(await merchants.signer('1900000109')).not.toBe(first)
    expect(await merchants.signer('1900000117')).toBe(other)
    expect(secretsManager.asked()).toHaveLength(3)
  })

  it('does not serve a forgotten copy while Secrets Manager fails', async () => {
    await merchants.signer('1900000109')
    merchants.forget('1900000109')
    secretsManager.answerWith({ error: 'InternalServiceError', status: 500 })

    expect(await failure()).toBeInstanceOf(UnavailableError)
  })

  it.each([
    'ResourceNotFoundException',
    'AccessDeniedException',
    'DecryptionFailure',
    'InvalidParameterException',
    'InvalidRequestException',
  ])('takes %s for a fault of the deployment', async (name) => {
    secretsManager.answerWith({ error: name })

    const error = await failure()

    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toBe(`secret payscore/merchants/1900000109: Secrets Manager says ${name}`)
  })

  it.each([
    ['InternalServiceError', 500],
    ['ThrottlingException', 400],
    ['LimitExceededException', 400],
    ['ExpiredTokenException', 400],
    ['ServiceUnavailableException', 503],
    ['ANewException', 400],
  ])('takes %s for something that passes', async (name, status) => {
    secretsManager.answerWith({ error: name, status })

    const error = await failure()

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'ERR_UNAVAILABLE' })
    expect(error.message).toBe(`secret payscore/merchants/1900000109: Secrets Manager says ${name}`)
  })

  it('names the code of a connection that breaks', async () => {
    secretsManager.answerWith((response) => response.destroy())

    const error = await failure()

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toBe('secret payscore/merchants/1900000109: Secrets Manager says ECONNRESET')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('names no more than there is to what is no Error', async () => {
    const client = secretsManager.connect({})
    client.middlewareStack.add(() => () => Promise.reject('text'), { step: 'initialize' })
    merchants = createMerchantSecrets(client, { prefix: 'payscore/merchants', maxAgeMs: 0 })

    const error = await failure()

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toBe('secret payscore/merchants/1900000109: Secrets Manager says unknown error')
  })

  it.each([
    ['empty', {}, 'secret payscore/merchants/1900000109: is empty'],
    ['binary', { SecretBinary: 'MIIK' }, 'secret of merchant 1900000109: is not UTF-8 (byte 2)'],
    ['in UTF-16', { SecretBinary: '//57AH0A' }, 'secret of merchant 1900000109: is UTF-16, it must be UTF-8'],
    ['no JSON', { SecretString: 'x' }, 'secret of merchant 1900000109: is not a JSON object'],
    [
      "another merchant's",
      { SecretString: '{"mchid":"1900000117"}' },
      'secret of merchant 1900000109: mchid is missing or another merchant’s',
    ],
  ])('refuses a secret that is %s', async (_, answer, message) => {
    secretsManager.answerWith(answer)

    const error = await failure()

    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toBe(message)
  })

  describe('when the secret or the answer is spoiled', () => {
    const asBody =
      (body: string): Answer =>
      (response) => {
        response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(body)
      }

    it.each<[string, (text: string, pem: string) => Answer]>([
      ['a secret cut short', (text) => ({ SecretString: text.slice(0, -1) })],
      ['a bare private key', (_, pem) => ({ SecretString: pem })],
      ['the secret of another merchant', (text) => ({ SecretString: text.replace('1900000109', '1900000117') })],
      ['a private key without its first line', (text) => ({ SecretString: text.replace('BEGIN', 'BEGUN') })],
      ['a private key with a hole', (text) => ({ SecretString: text.replace(/[A-Za-z]{6}\\n/, '\\n') })],
      [
        "the private key as WeChat Pay's",
        (text, pem) => ({ SecretString: text.replace(/-----BEGIN PUBLIC[^"]*/, JSON.stringify(pem).slice(1, -1)) }),
      ],
      [
        'the private key as the id of a key',
        (text, pem) => ({ SecretString: text.replace('PUB_KEY_ID_', pem.split('\n')[1] ?? '') }),
      ],
      ['an answer cut short', (text) => asBody(JSON.stringify({ SecretString: text }).slice(0, 400))],
      ['an answer whose quotes are not escaped', (text) => asBody(`{"SecretString":"${text}"}`)],
      ['an answer that is the private key', (_, pem) => asBody(pem.replace(/-----.*-----\n/, ''))],
      [
        'an answer without quotes around the key',
        (_, pem) => asBody(`{"SecretString":${pem.replace(/-----.*-----\n/, '')}}`),
      ],
    ])('shows nothing of the key: %s', async (_, spoil) => {
      const pem = String(secret.private_key)
      const lines = pem.split('\n').filter((line) => /^[0-9A-Za-z+/=]{8,}$/.test(line))
      secretsManager.answerWith(spoil(JSON.stringify(secret), pem))

      const shown = inspect(await failure(), { depth: 10 })

      expect(lines.length).toBeGreaterThan(20)
      for (const line of lines)
        for (let at = 0; at + 8 <= line.length; at += 1) expect(shown.includes(line.slice(at, at + 8))).toBe(false)
    })
  })
})
