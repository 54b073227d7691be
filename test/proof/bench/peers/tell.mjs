import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { Wechatpay } from 'wechatpay-axios-plugin'

const MAX_AGE_MS = 5 * 60_000
const secrets = new SecretsManagerClient()
let cached

/** A client of the plugin with the merchant's key, kept for five minutes. Not alone in a promise: it has any member, `then` too. */
const clientOf = async (SecretId) => {
  if (cached && Date.now() < cached.until) return cached
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }))
  const { mchid, serial_no, private_key, wechatpay_keys } = JSON.parse(SecretString)
  const client = new Wechatpay({
    mchid,
    serial: serial_no,
    privateKey: private_key,
    certs: wechatpay_keys,
    baseURL: process.env.WECHATPAY_ORIGIN,
  })
  cached = { client, until: Date.now() + MAX_AGE_MS }
  return cached
}

/** One sync of the order of an HTTP request: the plugin signs, sends, verifies and parses. */
export const tell = async ({ pathParameters, body }) => {
  const { mchid, out_order_no } = pathParameters
  const { detail } = JSON.parse(body)
  const { client } = await clientOf(`payscore/${mchid}`)
  const { data } = await client.v3.payscore['payafter-orders']['{out_order_no}'].sync.post(
    { appid: process.env.BENCH_APPID, service_id: process.env.BENCH_SERVICE_ID, type: 'Order_Paid', detail },
    { out_order_no },
  )
  if (!data.order_id) throw new Error('the answer names no order')
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(data) }
}
