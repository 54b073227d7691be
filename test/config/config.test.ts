import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type Config, readConfig } from '../../lib/config/config.ts'
import { servedFiles } from '../../lib/config/served-files.ts'
import { ConfigError } from '../../lib/errors.ts'
import { configFor } from '../support/served-by.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'config-'))
const { config: SERVED } = configFor({
  '1900000109': { sources: ['com.example.pos'], services: { '2002000000000558128851361561536': 'wxd678efh567hg6787' } },
})
for (const [name, text] of Object.entries(servedFiles(SERVED))) writeFileSync(join(FOLDER, name), text)
afterAll(() => rmSync(FOLDER, { recursive: true }))

/** The variables without a default. */
const REQUIRED = {
  LEDGER_TABLE: 'payscore-sync-dev',
  EVENT_BUS: 'payscore-sync-dev',
  BUCKET: 'payscore-sync-dev-statements-1a2b3c',
  ALARM_TOPIC: 'arn:aws-cn:sns:cn-north-1:111122223333:payscore-sync-dev-AlarmTopic-1A2B3C',
}

const EVERYTHING = [
  'served',
  'secretsPrefix',
  'secretMaxAgeMs',
  'ledgerTable',
  'eventBus',
  'bucket',
  'alarmTopic',
  'wechatpayOrigin',
  'tillRoles',
] as const satisfies readonly (keyof Config)[]
const readAll = (env?: NodeJS.ProcessEnv) => readConfig(EVERYTHING, env, FOLDER)

const refusal = (env: NodeJS.ProcessEnv): ConfigError => {
  try {
    readAll({ ...REQUIRED, ...env })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('readConfig', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('needs nothing but the merchants, the table, the bus, the bucket and the topic', () => {
    const config = readAll(REQUIRED)

    expect(config.served.signers.map(({ mchid }) => mchid)).toEqual(['1900000109'])
    expect({ ...config, served: undefined }).toEqual({
      served: undefined,
      secretsPrefix: 'payscore/merchants',
      secretMaxAgeMs: 300_000,
      ledgerTable: 'payscore-sync-dev',
      eventBus: 'payscore-sync-dev',
      bucket: 'payscore-sync-dev-statements-1a2b3c',
      alarmTopic: REQUIRED.ALARM_TOPIC,
      wechatpayOrigin: new URL('https://api.mch.weixin.qq.com'),
      tillRoles: {},
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('reads every variable', () => {
    const config = readAll({
      ...REQUIRED,
      SECRETS_PREFIX: 'prod/pay+score_=.@-/m',
      SECRET_MAX_AGE_SECONDS: '0',
      WECHATPAY_ORIGIN: 'http://127.0.0.1:8443',
    })

    expect(config).toMatchObject({ secretsPrefix: 'prod/pay+score_=.@-/m', secretMaxAgeMs: 0 })
    expect(config.wechatpayOrigin.href).toBe('http://127.0.0.1:8443/')
  })

  it('takes an empty variable for one that is missing', () => {
    const config = readAll({ ...REQUIRED, SECRETS_PREFIX: '', SECRET_MAX_AGE_SECONDS: '', WECHATPAY_ORIGIN: '' })

    expect({ ...config, served: undefined }).toEqual({ ...readAll(REQUIRED), served: undefined })
  })

  it('reads the environment of the process', () => {
    for (const [name, value] of Object.entries(REQUIRED)) vi.stubEnv(name, value)
    vi.stubEnv('SECRETS_PREFIX', 'from/process')

    expect(readAll().secretsPrefix).toBe('from/process')
  })

  it('names every problem at once', () => {
    const error = refusal({
      SECRETS_PREFIX: 'with space',
      SECRET_MAX_AGE_SECONDS: '5m',
      LEDGER_TABLE: 'a table',
      EVENT_BUS: '',
      BUCKET: 'a/b',
      ALARM_TOPIC: 'alarms',
      WECHATPAY_ORIGIN: 'https://pay.example.com',
    })

    expect(error).toMatchObject({ name: 'ConfigError', code: 'ERR_CONFIG' })
    expect(error.message).toBe(
      'SECRETS_PREFIX must be part of a secret name; ' +
        'SECRET_MAX_AGE_SECONDS must be seconds, 0 to 99999; ' +
        'LEDGER_TABLE must be the name of the table; ' +
        'EVENT_BUS must be the name of the event bus; ' +
        'BUCKET must be the name of the bucket; ' +
        'ALARM_TOPIC must be the ARN of the topic; ' +
        'WECHATPAY_ORIGIN must be https:// and an official host of WeChat Pay, or loopback',
    )
  })

  it('refuses a bundle without the file that says who is served', () => {
    expect(() => readConfig(['served', 'bucket'], {}, join(FOLDER, 'none'))).toThrow(
      new ConfigError(
        'merchants.json cannot be read beside the code: package the function again; BUCKET must be the name of the bucket',
      ),
    )
  })

  it('reads the roles of tills of other accounts', () => {
    expect(readAll({ ...REQUIRED, TILL_ROLES: 'a=Stack-TillARole-1 b.c=x' }).tillRoles).toEqual({
      a: ['role/Stack-TillARole-1'],
      'b.c': ['role/x'],
    })
  })

  it.each(['a', 'a=', '=b', 'a=b c', 'a=b/c'])('refuses the TILL_ROLES %j', (value) => {
    expect(refusal({ TILL_ROLES: value }).message).toBe('TILL_ROLES must be SOURCE=ROLE, with spaces between')
  })

  it.each(['with space', 'path\\to', 'a#b', '\u5546\u6237', 'a\nb', 'x'.repeat(401)])(
    'refuses the SECRETS_PREFIX %j',
    (value) => {
      expect(refusal({ SECRETS_PREFIX: value }).message).toBe('SECRETS_PREFIX must be part of a secret name')
    },
  )

  it('takes a SECRETS_PREFIX of 400 characters', () => {
    expect(readAll({ ...REQUIRED, SECRETS_PREFIX: 'x'.repeat(400) }).secretsPrefix).toHaveLength(400)
  })

  it.each(['-1', '1.5', '1e3', '300s', ' 300', '100000', '0x10', 'Infinity', '\u0663\u0660'])(
    'refuses the SECRET_MAX_AGE_SECONDS %j',
    (value) => {
      expect(refusal({ SECRET_MAX_AGE_SECONDS: value }).message).toBe(
        'SECRET_MAX_AGE_SECONDS must be seconds, 0 to 99999',
      )
    },
  )

  it.each([undefined, '', 'ab', 'a table', 'table/x', 'arn:aws:dynamodb:x', 'x'.repeat(256)])(
    'refuses the LEDGER_TABLE %j',
    (value) => {
      expect(refusal({ LEDGER_TABLE: value }).message).toBe('LEDGER_TABLE must be the name of the table')
    },
  )

  it.each([undefined, '', 'a bus', 'bus/x', 'arn:aws:events:x', 'x'.repeat(257)])(
    'refuses the EVENT_BUS %j',
    (value) => {
      expect(refusal({ EVENT_BUS: value }).message).toBe('EVENT_BUS must be the name of the event bus')
    },
  )

  it.each([undefined, '', 'ab', 'a bucket', 'bucket/x', 's3://bucket', 'x'.repeat(64)])(
    'refuses the BUCKET %j',
    (value) => {
      expect(refusal({ BUCKET: value }).message).toBe('BUCKET must be the name of the bucket')
    },
  )

  it.each([undefined, '', 'alarms', 'arn:aws:sqs:ap-east-1:111122223333:alarms', 'arn:aws:sns:ap-east-1:1:alarms'])(
    'refuses the ALARM_TOPIC %j',
    (value) => {
      expect(refusal({ ALARM_TOPIC: value }).message).toBe('ALARM_TOPIC must be the ARN of the topic')
    },
  )

  it('takes names as long as AWS does', () => {
    const config = readAll({ ...REQUIRED, LEDGER_TABLE: 'x'.repeat(255), EVENT_BUS: 'x'.repeat(256) })

    expect(config.ledgerTable).toHaveLength(255)
    expect(config.eventBus).toHaveLength(256)
  })

  it('takes a SECRET_MAX_AGE_SECONDS of 99999', () => {
    expect(readAll({ ...REQUIRED, SECRET_MAX_AGE_SECONDS: '99999' }).secretMaxAgeMs).toBe(99_999_000)
  })
})

describe('a function', () => {
  it('is asked for no variable but those of what it uses', () => {
    expect(readConfig(['ledgerTable', 'eventBus'], { LEDGER_TABLE: 'ledger', EVENT_BUS: 'bus' })).toEqual({
      ledgerTable: 'ledger',
      eventBus: 'bus',
    })
    expect(readConfig(['secretsPrefix', 'wechatpayOrigin'], {})).toEqual({
      secretsPrefix: 'payscore/merchants',
      wechatpayOrigin: new URL('https://api.mch.weixin.qq.com'),
    })
  })

  it('does not mind what is wrong with a variable that it does not use', () => {
    const env = { EVENT_BUS: 'bus', BUCKET: 'a/b', WECHATPAY_ORIGIN: 'https://pay.example.com' }

    expect(readConfig(['eventBus'], env)).toEqual({ eventBus: 'bus' })
  })

  it('is told of all that is wrong with those that it uses', () => {
    expect(() => readConfig(['eventBus', 'ledgerTable'], {})).toThrow(
      new ConfigError('EVENT_BUS must be the name of the event bus; LEDGER_TABLE must be the name of the table'),
    )
  })

  it('does not compile when it uses a member that it did not name', () => {
    const config = readConfig(['eventBus'], { EVENT_BUS: 'bus' })

    // @ts-expect-error
    expect(config.bucket).toBeUndefined()
  })
})

describe('WECHATPAY_ORIGIN', () => {
  it.each([
    'https://api.mch.weixin.qq.com',
    'https://api.mch.weixin.qq.com/',
    'https://api2.mch.weixin.qq.com',
    'https://api.wechatpay.cn',
    'https://api2.wechatpay.cn',
    'https://apihk.mch.weixin.qq.com',
    'http://127.0.0.1:8080',
    'https://127.0.0.1:8443',
    'http://127.255.255.254',
    'http://localhost:3000',
    'http://[::1]:3000',
  ])('may be %s', (origin) => {
    expect(readAll({ ...REQUIRED, WECHATPAY_ORIGIN: origin }).wechatpayOrigin.origin).toBe(origin.replace(/\/$/, ''))
  })

  it.each([
    'http://api.mch.weixin.qq.com',
    'https://api.mch.weixin.qq.com:8443',
    'https://api.mch.weixin.qq.com:80',
    'https://api.mch.weixin.qq.com/v3',
    'https://api.mch.weixin.qq.com//',
    'https://api.mch.weixin.qq.com?x=1',
    'https://api.mch.weixin.qq.com?',
    'https://api.mch.weixin.qq.com#x',
    'https://api.mch.weixin.qq.com.',
    'https://api.mch.weixin.qq.com.evil.example',
    'https://evil.example/api.mch.weixin.qq.com',
    'https://evil.example#api.mch.weixin.qq.com',
    'https://evilapi.mch.weixin.qq.com',
    'https://api-mch.weixin.qq.com',
    'https://mch.weixin.qq.com',
    'https://api3.mch.weixin.qq.com',
    'https://api.wechatpay.cn.evil.example',
    'https://api.mch.weixin.qq.com@evil.example',
    'https://user@api.mch.weixin.qq.com',
    'https://user:word@api.mch.weixin.qq.com',
    'https://user@127.0.0.1',
    'https://api.mch.weixin.qq.com\\@evil.example',
    'https://\u0430pi.mch.weixin.qq.com',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://evil-localhost',
    'http://evil.127.0.0.1.example',
    'http://evil.example:80@127.0.0.1',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://169.254.169.254',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[fd00::1]',
    'ftp://127.0.0.1',
    'ws://127.0.0.1',
    'file:///etc/hosts',
    'javascript:1',
    'api.mch.weixin.qq.com',
    '//api.mch.weixin.qq.com',
    'https://',
    'null',
    'x',
  ])('may not be %s', (origin) => {
    expect(refusal({ WECHATPAY_ORIGIN: origin }).message).toBe(
      'WECHATPAY_ORIGIN must be https:// and an official host of WeChat Pay, or loopback',
    )
  })
})
