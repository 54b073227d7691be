import { describe, expect, it } from 'vitest'
import { readSignedPlace } from '../../lib/wechatpay/origin.ts'

const OFFICIAL = new URL('https://api.mch.weixin.qq.com')
const LOOPBACK = new URL('http://127.0.0.1:4010')
const FILE = '/v3/billdownload/file?token=oMmUqPjv_pgVEbq41QjzZawTaL_HQeJu54e91h4q-Sq'

describe('a URL to be fetched with our signature', () => {
  it.each([
    `https://api.mch.weixin.qq.com${FILE}`,
    `https://api2.mch.weixin.qq.com${FILE}`,
    'https://api.mch.weixin.qq.com/v3/bill/downloadurl?token=a%2Fb|c&x=',
    `https://api.mch.weixin.qq.com/v3/${'a'.repeat(2048 - 33)}`,
  ])('is taken to the last character: %s', (given) => {
    const place = readSignedPlace(given, OFFICIAL)

    expect(`${place?.origin.origin}${place?.target}`).toBe(given)
  })

  it('may be on loopback where calls go there', () => {
    expect(readSignedPlace(`http://127.0.0.1:4010${FILE}`, LOOPBACK)).toEqual({ origin: LOOPBACK, target: FILE })
  })

  it.each([
    ['of a stranger', `https://api.mch.weixin.qq.com.example.com${FILE}`],
    ['of a stranger behind a name', `https://api.mch.weixin.qq.com@example.com${FILE}`],
    ['with a name', `https://user@api.mch.weixin.qq.com${FILE}`],
    ['without TLS', `http://api.mch.weixin.qq.com${FILE}`],
    ['of another port', `https://api.mch.weixin.qq.com:8443${FILE}`],
    ['with its port written out', `https://api.mch.weixin.qq.com:443${FILE}`],
    ['on loopback', `http://127.0.0.1:4010${FILE}`],
    ['of another scheme', `ftp://api.mch.weixin.qq.com${FILE}`],
    ['not below /v3/', 'https://api.mch.weixin.qq.com/pay/downloadbill?token=1'],
    ['of nothing below /v3/', 'https://api.mch.weixin.qq.com/v3/'],
    ['that leaves /v3/', 'https://api.mch.weixin.qq.com/v3/../pay/downloadbill?token=1'],
    ['that leaves /v3/ in disguise', 'https://api.mch.weixin.qq.com/v3/%2e%2e/pay/downloadbill?token=1'],
    ['that leaves /v3/ backwards', 'https://api.mch.weixin.qq.com/v3\\..\\pay?token=1'],
    ['with a fragment', `https://api.mch.weixin.qq.com${FILE}#`],
    ['with a blank', `https://api.mch.weixin.qq.com${FILE} `],
    ['with a line break', `https://api.mch.weixin.qq.com${FILE}\r\nX: 1`],
    ['with capitals in its host', `https://API.mch.weixin.qq.com${FILE}`],
    ['of other letters', `https://api.mch.weixin.qq.com${FILE}\u4e2d`],
    ['of 2049 characters', `https://api.mch.weixin.qq.com/v3/${'a'.repeat(2048 - 32)}`],
    ['that is none', FILE],
    ['that is empty', ''],
  ])('%s is refused', (_, given) => {
    expect(readSignedPlace(given, OFFICIAL)).toBeUndefined()
  })

  it.each([
    ['another port of loopback', `http://127.0.0.1:4011${FILE}`],
    ['another name of loopback', `http://localhost:4010${FILE}`],
    ['WeChat Pay itself', `https://api.mch.weixin.qq.com${FILE}`],
  ])('is not %s where calls go to loopback', (_, given) => {
    expect(readSignedPlace(given, LOOPBACK)).toBeUndefined()
  })
})
