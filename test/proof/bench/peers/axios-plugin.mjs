import { Wechatpay } from 'wechatpay-axios-plugin'

const { mchid, serial_no, private_key, wechatpay_keys } = JSON.parse(process.env.BENCH_SECRET)
const { out_order_no, body } = JSON.parse(process.env.BENCH_CALL)
const wechatpay = new Wechatpay({
  mchid,
  serial: serial_no,
  privateKey: private_key,
  certs: wechatpay_keys,
  baseURL: process.env.WECHATPAY_ORIGIN,
})
const { sync } = wechatpay.v3.payscore['payafter-orders']['{out_order_no}']

/** Signs, sends, verifies and parses: the plugin does all of it. */
export const once = async () => {
  const { data } = await sync.post(body, { out_order_no })
  if (!data.order_id) throw new Error('the answer is not verified')
}
