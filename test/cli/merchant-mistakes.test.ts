import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { keyPair } from '../../lib/local/keys.ts'
import {
  certificate,
  KEY_ID,
  MCHID,
  type MerchantFolder,
  merchantFolder,
  PLATFORM_SERIAL,
  SERIAL,
} from './merchant-folder.ts'
import { CHINESE, runCli } from './run-cli.ts'

type Case = readonly [
  claim: string,
  /** Gives further options. */
  spoil: (folder: MerchantFolder) => readonly string[] | undefined,
  english: string,
  chinese: string,
]

const OPTIONS = ['--wechatpay-key-id', KEY_ID]
const spoilt = (name: string, change: (text: string) => string | Buffer) => (folder: MerchantFolder) => {
  folder.write(name, change(folder.read(name)))
  return undefined
}
const other = keyPair('somebody else')

/** The numbers are those of the mistakes that are made most often; what no file can show has none. */
const CASES: readonly Case[] = [
  [
    '1: the merchant’s certificate to verify answers with',
    (folder) => {
      folder.write('pub_key.pem', folder.read('apiclient_cert.pem'))
      return undefined
    },
    'pub_key.pem is the merchant’s own: with it no answer of WeChat Pay verifies',
    'pub_key.pem 是商户自己的证书或密钥:用它无法验证微信支付的应答',
  ],
  [
    '1: the public half of the merchant’s key to verify answers with',
    (folder) => {
      folder.openssl('pkey', '-in', 'apiclient_key.pem', '-pubout', '-out', 'pub_key.pem')
      return undefined
    },
    'pub_key.pem is the merchant’s own: with it no answer of WeChat Pay verifies',
    'pub_key.pem 是商户自己的证书或密钥:用它无法验证微信支付的应答',
  ],
  [
    '1: another merchant’s certificate to verify answers with',
    (folder) => {
      folder.write('pub_key.pem', certificate(other, { commonName: '1900000110' }))
      return undefined
    },
    'pub_key.pem is a merchant’s API certificate (its common name is an mchid), not WeChat Pay’s',
    'pub_key.pem 是商户API证书(CN为商户号),不是微信支付平台证书',
  ],
  [
    '2: a platform certificate under another id than answers will name',
    (folder) => {
      folder.write('platform.pem', certificate())
      return ['--wechatpay-key', `5157F09EFDC096DE15EBE81A47057A7232F1B8E2=${folder.path}/platform.pem`]
    },
    'platform.pem is a platform certificate with another serial than the id given: answers would name a key that is not there',
    'platform.pem 平台证书的序列号与填写的ID不一致:应答中的序列号将找不到对应的证书',
  ],
  [
    '2: a platform certificate that has expired, so that answers name its successor',
    (folder) => {
      folder.write('pub_key.pem', certificate(undefined, { fromDays: -2000, days: -1 }))
      return undefined
    },
    'pub_key.pem is a platform certificate that has expired: answers are signed by its successor',
    'pub_key.pem 平台证书已过期:应答由新证书签名',
  ],
  [
    '3: the merchant’s serial as the id of WeChat Pay’s key',
    () => ['--wechatpay-key-id', SERIAL],
    `--wechatpay-key-id ${SERIAL} is the serial of the merchant’s certificate, not the id of WeChat Pay’s key`,
    `--wechatpay-key-id ${SERIAL} 是商户API证书的序列号,不是微信支付公钥ID`,
  ],
  [
    '3: the merchant’s serial as the id of a platform certificate',
    (folder) => {
      folder.write('platform.pem', certificate())
      return ['--wechatpay-key', `${SERIAL}=${folder.path}/platform.pem`]
    },
    `--wechatpay-key ${SERIAL}=platform.pem is the serial of the merchant’s certificate, not the id of WeChat Pay’s key`,
    `--wechatpay-key ${SERIAL}=platform.pem 是商户API证书的序列号,不是微信支付公钥ID`,
  ],
  [
    '4: no key of WeChat Pay at all, since there is no platform certificate to download',
    (folder) => {
      folder.remove('pub_key.pem')
      return undefined
    },
    'pub_key.pem a key of WeChat Pay is missing: without it no answer can be believed',
    'pub_key.pem 缺少微信支付公钥:没有它就无法验证应答',
  ],
  [
    '5: a public key without its id, which each request must name',
    () => ['--wechatpay-key-id'],
    'pub_key.pem comes without its id: WeChat Pay names it in each answer, and is asked for it in each request',
    'pub_key.pem 缺少公钥ID:每个请求和应答都会用到它',
  ],
  [
    '6: an id of a public key that was taken for a hexadecimal number',
    () => ['--wechatpay-key-id', '0119000001092026112400291100001000'],
    '--wechatpay-key-id 0119000001092026112400291100001000 is no id of a public key: that is text and begins with PUB_KEY_ID_, it is no hexadecimal number',
    '--wechatpay-key-id 0119000001092026112400291100001000 不是公钥ID:公钥ID是以 PUB_KEY_ID_ 开头的文本,不是十六进制数',
  ],
  [
    '6: the id of a public key on a platform certificate',
    (folder) => {
      folder.write('platform.pem', certificate())
      return ['--wechatpay-key', `${KEY_ID}=${folder.path}/platform.pem`]
    },
    'platform.pem is a platform certificate, but its id is that of a public key: the two kinds were mixed',
    'platform.pem 是平台证书,却使用了公钥ID:两种验签方式混用',
  ],
  [
    '7: key and certificate of different certificates',
    (folder) => {
      folder.write('apiclient_key.pem', other.privateKeyPem)
      return undefined
    },
    'apiclient_key.pem does not belong to the certificate: with its serial every call would be refused (401 SIGN_ERROR)',
    'apiclient_key.pem 与商户API证书不匹配:所有请求都会被拒绝(401 SIGN_ERROR)',
  ],
  [
    '7: the serial of another certificate',
    () => ['--serial-no', PLATFORM_SERIAL],
    `--serial-no ${PLATFORM_SERIAL} is the serial of another certificate: with this key every call would be refused (401 SIGN_ERROR)`,
    `--serial-no ${PLATFORM_SERIAL} 是另一张证书的序列号:与该私钥不匹配,所有请求都会被拒绝(401 SIGN_ERROR)`,
  ],
  [
    '8: the serial in decimal',
    () => ['--serial-no', '57695881630579109672551728465758925132512052583'],
    '--serial-no 57695881630579109672551728465758925132512052583 is the certificate’s serial in decimal; WeChat Pay wants hexadecimal',
    '--serial-no 57695881630579109672551728465758925132512052583 是十进制的证书序列号,微信支付要求十六进制',
  ],
  [
    '8: the serial without its leading zero',
    () => ['--serial-no', 'A1B2C3D4E5F60718293A4B5C6D7E8F901234567'],
    '--serial-no A1B2C3D4E5F60718293A4B5C6D7E8F901234567 has lost the leading zeros of the certificate’s serial',
    '--serial-no A1B2C3D4E5F60718293A4B5C6D7E8F901234567 丢失了证书序列号的前导零',
  ],
  [
    '9: a character that was lost on the way',
    spoilt('apiclient_key.pem', (text) => text.replace(/^(.{80})./s, '$1?')),
    'apiclient_key.pem has characters between BEGIN and END that no PEM has',
    'apiclient_key.pem BEGIN 与 END 之间有 PEM 不应有的字符',
  ],
  [
    '9: BEGIN and END that were cut off',
    spoilt('apiclient_key.pem', (text) => text.replaceAll(/-----.*-----\n/g, '')),
    'apiclient_key.pem lacks its BEGIN and END lines',
    'apiclient_key.pem 缺少 BEGIN 和 END 行',
  ],
  [
    '9: a file that ends in the middle',
    spoilt('apiclient_cert.pem', (text) => text.slice(0, 500)),
    'apiclient_cert.pem ends before its END line',
    'apiclient_cert.pem 缺少 END 行,内容不完整',
  ],
  [
    '11: a file that an editor saved as UTF-16',
    spoilt('apiclient_cert.pem', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
    'apiclient_cert.pem was saved as UTF-16, and no program reads PEM from that',
    'apiclient_cert.pem 被保存为 UTF-16 编码,无法作为 PEM 读取',
  ],
  [
    '14: an APIv3 key where a private key belongs',
    spoilt('apiclient_key.pem', () => 'abcdefghijklmnopqrstuvwxyz012345\n'),
    'apiclient_key.pem looks like an APIv3 key (32 characters): neither sync nor query needs it',
    'apiclient_key.pem 看起来是 APIv3 密钥(32位):同步和查单都不需要它',
  ],
  [
    'a .p12 container',
    (folder) => {
      folder.openssl(
        ...['pkcs12', '-export', '-inkey', 'apiclient_key.pem', '-in', 'apiclient_cert.pem'],
        ...['-passout', `pass:${MCHID}`, '-out', 'apiclient_cert.p12'],
      )
      return ['--cert', `${folder.path}/apiclient_cert.p12`]
    },
    'apiclient_cert.p12 is a .p12 container, not PEM',
    'apiclient_cert.p12 是 .p12 文件,不是 PEM',
  ],
  [
    'a certificate in DER',
    (folder) => {
      folder.openssl('x509', '-in', 'apiclient_cert.pem', '-outform', 'der', '-out', 'apiclient_cert.cer')
      return ['--cert', `${folder.path}/apiclient_cert.cer`]
    },
    'apiclient_cert.cer is binary (DER), not PEM',
    'apiclient_cert.cer 是二进制(DER)文件,不是 PEM',
  ],
  ['an empty file', spoilt('apiclient_key.pem', () => ''), 'apiclient_key.pem is empty', 'apiclient_key.pem 文件为空'],
  [
    'bytes that are no text',
    spoilt('pub_key.pem', () => Buffer.from('89504e470d0a1a0a', 'hex')),
    'pub_key.pem is not a PEM file',
    'pub_key.pem 不是 PEM 文件',
  ],
  [
    'a private key with a changed letter',
    spoilt('apiclient_key.pem', (text) => text.replace(/\nM/, '\nA')),
    'apiclient_key.pem is PEM, but nothing can be read from it',
    'apiclient_key.pem 是 PEM 文件,但内容已损坏',
  ],
  [
    'a certificate with a changed letter',
    spoilt('apiclient_cert.pem', (text) => text.replace(/\nM/, '\nA')),
    'apiclient_cert.pem is PEM, but nothing can be read from it',
    'apiclient_cert.pem 是 PEM 文件,但内容已损坏',
  ],
  [
    'a public key with a changed letter',
    spoilt('pub_key.pem', (text) => text.replace(/\nM/, '\nA')),
    'pub_key.pem is PEM, but nothing can be read from it',
    'pub_key.pem 是 PEM 文件,但内容已损坏',
  ],
  [
    'a platform certificate with a changed letter',
    (folder) => {
      folder.write('pub_key.pem', certificate().replace(/\nM/, '\nA'))
      return undefined
    },
    'pub_key.pem is PEM, but nothing can be read from it',
    'pub_key.pem 是 PEM 文件,但内容已损坏',
  ],
  [
    'no certificate',
    (folder) => {
      folder.remove('apiclient_cert.pem')
      return undefined
    },
    'apiclient_cert.pem the merchant’s API certificate is missing',
    'apiclient_cert.pem 缺少商户API证书',
  ],
  [
    'no private key',
    (folder) => {
      folder.remove('apiclient_key.pem')
      return undefined
    },
    'apiclient_key.pem the merchant’s private key is missing',
    'apiclient_key.pem 缺少商户API私钥',
  ],
  [
    'a private key where the certificate belongs',
    (folder) => ['--cert', `${folder.path}/apiclient_key.pem`],
    'apiclient_key.pem is a private key, not a certificate',
    'apiclient_key.pem 是私钥,不是证书',
  ],
  [
    'a public key where the certificate belongs',
    (folder) => ['--cert', `${folder.path}/pub_key.pem`],
    'pub_key.pem is a public key, not a certificate',
    'pub_key.pem 是公钥,不是证书',
  ],
  [
    'a request for a certificate',
    (folder) => {
      folder.openssl('req', '-new', '-key', 'apiclient_key.pem', '-subj', `/CN=${MCHID}`, '-out', 'apiclient_cert.pem')
      return undefined
    },
    'apiclient_cert.pem is a request for a certificate, not the certificate',
    'apiclient_cert.pem 是证书请求串(CSR),不是证书',
  ],
  [
    'a platform certificate where the merchant’s belongs',
    (folder) => {
      folder.write('apiclient_cert.pem', certificate())
      return undefined
    },
    'apiclient_cert.pem is no merchant’s certificate: its common name is no mchid',
    'apiclient_cert.pem 不是商户API证书:其CN不是商户号',
  ],
  [
    'the certificate of another mchid',
    () => ['--mchid', '1900000110'],
    'apiclient_cert.pem belongs to another mchid: the certificate’s common name is not the one asked for',
    'apiclient_cert.pem 属于其他商户号:证书的CN与指定的商户号不一致',
  ],
  [
    'a certificate that has expired',
    (folder) => {
      folder.write('apiclient_cert.pem', certificate(other, { commonName: MCHID, fromDays: -1826, days: -1 }))
      return undefined
    },
    'apiclient_cert.pem has expired: WeChat Pay takes no signature of it',
    'apiclient_cert.pem 已过期:微信支付不再接受其签名',
  ],
  [
    'a certificate that is not valid yet',
    (folder) => {
      folder.write('apiclient_cert.pem', certificate(other, { commonName: MCHID, fromDays: 1 }))
      return undefined
    },
    'apiclient_cert.pem is not valid yet',
    'apiclient_cert.pem 尚未生效',
  ],
  [
    'a certificate where the private key belongs',
    (folder) => ['--key', `${folder.path}/apiclient_cert.pem`],
    'apiclient_cert.pem is a certificate, not a private key',
    'apiclient_cert.pem 是证书,不是私钥',
  ],
  [
    'a public key where the private key belongs',
    (folder) => ['--key', `${folder.path}/pub_key.pem`],
    'pub_key.pem is a public key, not a private key',
    'pub_key.pem 是公钥,不是私钥',
  ],
  [
    'a private key with a passphrase',
    (folder) => {
      folder.openssl('pkcs8', '-topk8', '-in', 'apiclient_key.pem', '-passout', 'pass:x', '-out', 'encrypted.pem')
      return ['--key', `${folder.path}/encrypted.pem`]
    },
    'encrypted.pem is encrypted with a passphrase',
    'encrypted.pem 私钥已用口令加密',
  ],
  [
    'a PKCS#1 key with a passphrase',
    (folder) => {
      folder.openssl(
        ...['rsa', '-traditional', '-aes128', '-passout', 'pass:x'],
        ...['-in', 'apiclient_key.pem', '-out', 'encrypted.pem'],
      )
      return ['--key', `${folder.path}/encrypted.pem`]
    },
    'encrypted.pem is encrypted with a passphrase',
    'encrypted.pem 私钥已用口令加密',
  ],
  [
    'an elliptic key',
    spoilt('apiclient_key.pem', () => keyPair('ec', 'ec').privateKeyPem),
    'apiclient_key.pem is not an RSA key',
    'apiclient_key.pem 不是 RSA 私钥',
  ],
  [
    'an elliptic key in a form of its own',
    spoilt('apiclient_key.pem', () =>
      String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' })),
    ),
    'apiclient_key.pem is not an RSA key',
    'apiclient_key.pem 不是 RSA 私钥',
  ],
  [
    'an RSA key of 1024 bits',
    spoilt('apiclient_key.pem', () => keyPair('short', 'rsa-1024').privateKeyPem),
    'apiclient_key.pem is RSA of fewer than 2048 bits',
    'apiclient_key.pem 是少于2048位的 RSA 私钥',
  ],
  [
    'a private key as WeChat Pay’s',
    spoilt('pub_key.pem', () => other.privateKeyPem),
    'pub_key.pem is a private key; WeChat Pay gives away public ones only',
    'pub_key.pem 是私钥;微信支付只提供公钥',
  ],
  [
    'a request for a certificate as WeChat Pay’s',
    spoilt('pub_key.pem', (text) => text.replaceAll('PUBLIC KEY', 'CERTIFICATE REQUEST')),
    'pub_key.pem is not in the form BEGIN PUBLIC KEY or BEGIN CERTIFICATE',
    'pub_key.pem 格式不是 BEGIN PUBLIC KEY 或 BEGIN CERTIFICATE',
  ],
  [
    'a short key as WeChat Pay’s',
    spoilt('pub_key.pem', () => keyPair('short', 'rsa-1024').publicKeyPem),
    'pub_key.pem is not an RSA key of at least 2048 bits',
    'pub_key.pem 不是2048位以上的 RSA 公钥',
  ],
  [
    'a short key in a platform certificate',
    spoilt('pub_key.pem', () => certificate(keyPair('short', 'rsa-1024'))),
    'pub_key.pem is not an RSA key of at least 2048 bits',
    'pub_key.pem 不是2048位以上的 RSA 公钥',
  ],
  [
    'a serial with letters that no serial has',
    () => ['--serial-no', '0A1B2C3D4E5F60718293A4B5C6D7E8F90123456G'],
    '--serial-no 0A1B2C3D4E5F60718293A4B5C6D7E8F90123456G is no serial of a certificate: it has characters other than 0-9 and A-F',
    '--serial-no 0A1B2C3D4E5F60718293A4B5C6D7E8F90123456G 不是证书序列号:含有 0-9、A-F 以外的字符',
  ],
  [
    'a serial of which a part is missing',
    () => ['--serial-no', SERIAL.slice(0, 38)],
    `--serial-no ${SERIAL.slice(0, 38)} is no whole serial of a certificate: it has fewer or more than 40 hexadecimal digits`,
    `--serial-no ${SERIAL.slice(0, 38)} 不是完整的证书序列号:不足或超过40位十六进制`,
  ],
  [
    'a file that is not there',
    () => ['--key', 'nowhere.pem'],
    '--key nowhere.pem cannot be read',
    '--key nowhere.pem 无法读取',
  ],
]

describe('merchant put names the file and the mend for', () => {
  test.for(CASES)('%s', async ([, spoil, english, chinese]) => {
    const folder = merchantFolder()
    const more = spoil(folder) ?? []
    const isWithoutId = more.length === 1
    const isOtherId = more[0] === OPTIONS[0]
    const given = isWithoutId ? [] : [...(isOtherId ? [] : OPTIONS), ...more]
    const argv = ['merchant', 'put', '.', ...given, '--out', 'merchant.json']

    const inEnglish = await runCli(argv, { cwd: folder.path })
    const inChinese = await runCli(argv, { cwd: folder.path, env: CHINESE })

    expect(inEnglish.out.replaceAll(`${folder.path}/`, '').split('\n')[0]).toBe(`✗ ${english}`)
    expect(inEnglish.out.split('\n')[1]).toMatch(/^ {2}→ \S.{10}/)
    expect(inChinese.out.replaceAll(`${folder.path}/`, '').split('\n')[0]).toBe(`✗ ${chinese}`)
    expect(inChinese.out.split('\n')[1]).toMatch(/^ {2}→ \S.{5}/)
    expect([inEnglish.code, inChinese.code]).toEqual([1, 1])
    expect([inEnglish.err, inChinese.err]).toEqual(['Nothing was written.\n', '未写入任何内容。\n'])
    expect(existsSync(`${folder.path}/merchant.json`)).toBe(false)
  })

  test('several files at once, each on its own', async () => {
    const folder = merchantFolder()
    folder.write('apiclient_key.pem', keyPair('ec', 'ec').privateKeyPem)
    folder.remove('pub_key.pem')

    const { out } = await runCli(['merchant', 'put', '.', '--json', '--serial-no', '00'], { cwd: folder.path })

    expect(JSON.parse(out).mistakes.map(({ file, name }: { file: string; name: string }) => [file, name])).toEqual([
      ['apiclient_key.pem', 'key-not-rsa'],
      ['--serial-no 00', 'serial-length'],
      ['pub_key.pem', 'no-wechatpay-key'],
    ])
  })

  test('a folder that is not there', async () => {
    const { code, out } = await runCli(['merchant', 'put', 'no-such-folder', '--json'])

    expect(code).toBe(1)
    expect(JSON.parse(out).mistakes.map(({ file, name }: { file: string; name: string }) => [file, name])).toEqual([
      ['no-such-folder', 'unreadable'],
    ])
  })
})

describe('merchant put takes what can mean one thing only, as people paste it:', () => {
  const quotedByMail = (text: string) => text.replaceAll(/^/gm, '> ')
  const TAKEN: readonly (readonly [string, (folder: MerchantFolder) => readonly string[] | undefined])[] = [
    [
      'line breaks that a variable turned into \\n',
      spoilt('apiclient_key.pem', (text) => text.replaceAll('\n', '\\n')),
    ],
    ['line breaks that a form turned into blanks', spoilt('apiclient_key.pem', (text) => text.replaceAll('\n', ' '))],
    ['no line break at all', spoilt('pub_key.pem', (text) => text.replaceAll('\n', ''))],
    [
      'line breaks of Windows, and a byte order mark',
      spoilt('apiclient_key.pem', (text) => `\ufeff${text.replaceAll('\n', '\r\n')}`),
    ],
    ['a string of JSON', spoilt('apiclient_key.pem', (text) => JSON.stringify(text))],
    [
      'dashes that an editor made long',
      spoilt('apiclient_cert.pem', (text) => text.replaceAll('-----', '\u2014\u2013-')),
    ],
    ['an invisible mark of direction', spoilt('apiclient_cert.pem', (text) => `\u200e${text}\u200f`)],
    ['lines that a mail quoted', spoilt('apiclient_cert.pem', quotedByMail)],
    ['blanks of no width and of full width', spoilt('pub_key.pem', (text) => text.replaceAll('\n', '\u00a0\n\u3000'))],
    [
      'a private key in PKCS#1',
      (folder) => {
        folder.openssl('rsa', '-traditional', '-in', 'apiclient_key.pem', '-out', 'apiclient_key.pem')
        return undefined
      },
    ],
    [
      'WeChat Pay’s key in PKCS#1',
      spoilt('pub_key.pem', (text) => String(createPublicKey(text).export({ type: 'pkcs1', format: 'pem' }))),
    ],
    [
      'one file with certificate and key for both',
      (folder) => {
        folder.write('both.pem', folder.read('apiclient_cert.pem') + folder.read('apiclient_key.pem'))
        return ['--cert', 'both.pem', '--key', 'both.pem']
      },
    ],
    ['the serial as openssl prints it', () => ['--serial-no', `serial=${SERIAL}`]],
    ['the serial as a number of a program', () => ['--serial-no', `0x${SERIAL.toLowerCase()}`]],
    ['the serial as a browser shows it', () => ['--serial-no', SERIAL.replaceAll(/..(?=.)/g, '$&:').toLowerCase()]],
    [
      'the serial with blanks, quotes and an invisible mark',
      () => ['--serial-no', ` “\u200e${SERIAL.slice(0, 20)} ${SERIAL.slice(20)}” `],
    ],
    [
      'the serial in full width',
      () => ['--serial-no', SERIAL.replaceAll(/[0-9A-F]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))],
    ],
    ['the mchid with blanks', () => ['--mchid', ` ${MCHID.slice(0, 3)} ${MCHID.slice(3)}\u200b`]],
    ['the id with blanks and a line break', () => ['--wechatpay-key-id', ` ${KEY_ID.toLowerCase()} \n`]],
  ]

  test.for(TAKEN)('%s', async ([, spoil]) => {
    const folder = merchantFolder()
    const argv = (out: string, more: readonly string[]) => {
      const own = more[0] === OPTIONS[0] ? more : [...OPTIONS, ...more]
      return ['merchant', 'put', '.', ...own, '--service', 'S1=wx1', '--out', out]
    }
    await runCli(argv('clean.json', []), { cwd: folder.path })

    const { code, out } = await runCli(argv('merchant.json', spoil(folder) ?? []), { cwd: folder.path })

    expect([code, out.split('\n')[0]]).toEqual([0, `✓ mchid ${MCHID}`])
    expect(folder.read('merchant.json')).toBe(folder.read('clean.json'))
  })
})
