import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const superagent = require('superagent')
const Pay = require('wechatpay-node-v3')

const { mchid, serial_no, private_key, wechatpay_keys } = JSON.parse(process.env.BENCH_SECRET)
const { target, body, appid } = JSON.parse(process.env.BENCH_CALL)
const url = `${process.env.WECHATPAY_ORIGIN}${target}`
const [publicKey] = Object.values(wechatpay_keys)
Pay.certificates = wechatpay_keys
const pay = new Pay({ appid, mchid, serial_no, privateKey: private_key, publicKey })

// The library's own service drops the headers, which verifySign needs: the same call, with its own means to replace it.
pay.createHttp({
  post: async (to, params, headers) => {
    const { status, headers: answered, text } = await superagent.post(to).send(params).set(headers)
    return { status, headers: answered, text }
  },
})

export const once = async () => {
  const authorization = pay.buildAuthorization('POST', url, body)
  const headers = pay.getHeaders(authorization, { 'Content-Type': 'application/json' })
  const answer = await pay.httpService.post(url, body, headers)
  const isOurs = await pay.verifySign({
    timestamp: answer.headers['wechatpay-timestamp'],
    nonce: answer.headers['wechatpay-nonce'],
    serial: answer.headers['wechatpay-serial'],
    signature: answer.headers['wechatpay-signature'],
    body: answer.text,
  })
  if (!isOurs) throw new Error('the answer is not verified')
  JSON.parse(answer.text)
}
