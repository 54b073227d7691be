import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Config, readConfig, VARIABLES } from '../../lib/config/config.ts'
import { ConfigError } from '../../lib/errors.ts'

const MERCHANTS =
  '{"1900000109":{"sources":["com.example.pos"],"services":{"2002000000000558128851361561536":"wxd678efh567hg6787"}}}'

/** The variables without a default. */
const REQUIRED = {
  MERCHANTS,
  LEDGER_TABLE: 'payscore-sync-dev',
  EVENT_BUS: 'payscore-sync-dev',
  BUCKET: 'payscore-sync-dev-statements-1a2b3c',
  ALARM_TOPIC: 'arn:aws-cn:sns:cn-north-1:111122223333:payscore-sync-dev-AlarmTopic-1A2B3C',
}

const EVERYTHING = [
  'merchants',
  'secretsPrefix',
  'secretMaxAgeMs',
  'ledgerTable',
  'eventBus',
  'bucket',
  'alarmTopic',
  'wechatpayOrigin',
] as const satisfies readonly (keyof Config)[]
const readAll = (env?: NodeJS.ProcessEnv) => readConfig(EVERYTHING, env)

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

    expect(config).toEqual({
      merchants: new Map([
        [
          '1900000109',
          {
            mchid: '1900000109',
            sources: ['com.example.pos'],
            order_api: 'payafter-orders',
            services: new Map([['2002000000000558128851361561536', ['wxd678efh567hg6787']]]),
            mode: 'sync',
            closed: false,
          },
        ],
      ]),
      secretsPrefix: 'payscore/merchants',
      secretMaxAgeMs: 300_000,
      ledgerTable: 'payscore-sync-dev',
      eventBus: 'payscore-sync-dev',
      bucket: 'payscore-sync-dev-statements-1a2b3c',
      alarmTopic: REQUIRED.ALARM_TOPIC,
      wechatpayOrigin: new URL('https://api.mch.weixin.qq.com'),
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

    expect(config).toEqual(readAll(REQUIRED))
  })

  it('reads the environment of the process', () => {
    for (const [name, value] of Object.entries(REQUIRED)) vi.stubEnv(name, value)
    vi.stubEnv('SECRETS_PREFIX', 'from/process')

    expect(readAll().secretsPrefix).toBe('from/process')
  })

  it('names every problem at once', () => {
    const error = refusal({
      MERCHANTS: '{"1900000109":{"services":{"500001":""}},"shop":{"services":{"500001":"wx1"}}}',
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
      'MERCHANTS 1900000109.services: must give the appid of each service_id; ' +
        'MERCHANTS shop: must be 1 to 32 digits; ' +
        'SECRETS_PREFIX must be part of a secret name; ' +
        'SECRET_MAX_AGE_SECONDS must be seconds, 0 to 99999; ' +
        'LEDGER_TABLE must be the name of the table; ' +
        'EVENT_BUS must be the name of the event bus; ' +
        'BUCKET must be the name of the bucket; ' +
        'ALARM_TOPIC must be the ARN of the topic; ' +
        'WECHATPAY_ORIGIN must be https:// and an official host of WeChat Pay, or loopback',
    )
  })

  it.each([
    ['missing', undefined, 'MERCHANTS is missing'],
    ['empty', '', 'MERCHANTS is missing'],
    ['no JSON', '{"1900000109":', 'MERCHANTS must be a JSON object'],
    ['JSON in quotes', JSON.stringify(MERCHANTS), 'MERCHANTS must be a JSON object'],
    ['without a merchant', '{}', 'MERCHANTS must name at least one merchant'],
    [
      'with a partner without provider',
      '{"1900000125":{"order_api":"partner","services":{"500003":""}}}',
      'MERCHANTS 1900000125.provider: is needed by partner and acquiringbank, and by no other order_api',
    ],
    [
      'without an appid',
      '{"1900000109":{"services":{"500001":""}}}',
      'MERCHANTS 1900000109.services: must give the appid of each service_id',
    ],
    [
      'with a source of ours',
      '{"1900000109":{"sources":["payscore.ledger"],"services":{"500001":"wx1"}}}',
      'MERCHANTS 1900000109.sources.0: must not begin with aws. or payscore.',
    ],
  ])('refuses MERCHANTS that is %s', (_, value, message) => {
    expect(refusal({ MERCHANTS: value })).toMatchObject({ code: 'ERR_CONFIG', message })
  })

  it('refuses MERCHANTS with an unknown member, by its name', () => {
    const error = refusal({ MERCHANTS: '{"1900000109":{"services":{"500001":"wx1"},"appid":"wx1"}}' })

    expect(error.message).toMatch(/^MERCHANTS 1900000109\.appid: /)
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
    const env = { EVENT_BUS: 'bus', MERCHANTS: '{', BUCKET: 'a/b', WECHATPAY_ORIGIN: 'https://pay.example.com' }

    expect(readConfig(['eventBus'], env)).toEqual({ eventBus: 'bus' })
  })

  it('is told of all that is wrong with those that it uses', () => {
    expect(() => readConfig(['eventBus', 'ledgerTable', 'merchants'], { MERCHANTS: '\ufeff[]' })).toThrow(
      new ConfigError(
        'EVENT_BUS must be the name of the event bus; LEDGER_TABLE must be the name of the table; ' +
          'MERCHANTS must be a JSON object',
      ),
    )
  })

  it('does not compile when it uses a member that it did not name', () => {
    const config = readConfig(['eventBus'], { EVENT_BUS: 'bus' })

    // @ts-expect-error
    expect(config.bucket).toBeUndefined()
  })
})

describe('MERCHANTS as text', () => {
  it('may begin with a byte order mark', () => {
    expect([...readAll({ ...REQUIRED, MERCHANTS: `\ufeff${MERCHANTS}` }).merchants.keys()]).toEqual(['1900000109'])
  })

  it('names no merchant twice: one of the two would be served by the other’s entry', () => {
    const twice = MERCHANTS.replace(/^{(.*)}$/, '{$1,$1}')

    expect(refusal({ MERCHANTS: twice }).message).toBe('MERCHANTS has 1900000109 twice')
  })
})

describe('the environment of at most 4096 bytes', () => {
  const NAMES = Object.keys(VARIABLES).join('').length
  const rest = { ...REQUIRED, SECRETS_PREFIX: 'payscore/merchants', SECRET_MAX_AGE_SECONDS: '300' }
  const others = NAMES + Object.values({ ...rest, MERCHANTS: '' }).join('').length
  /** An environment of so many bytes; JSON may be followed by spaces. */
  const ofBytes = (bytes: number) => ({ ...rest, MERCHANTS: MERCHANTS.padEnd(bytes - others) })

  it('takes exactly that, all variables together', () => {
    expect(readAll(ofBytes(4096)).merchants.size).toBe(1)
  })

  it('refuses a byte more', () => {
    expect(refusal(ofBytes(4097)).message).toBe(
      'MERCHANTS is too long: with the other variables 4097 bytes, Lambda takes 4096',
    )
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
