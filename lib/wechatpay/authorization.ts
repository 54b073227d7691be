/**
 * The members of the Authorization header, as WeChat Pay names them. `serial_no` is the serial of the merchant's
 * certificate.
 */
export type Authorization = {
  readonly mchid: string
  readonly nonce_str: string
  readonly signature: string
  readonly timestamp: string
  readonly serial_no: string
}

/** @see https://pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay4_0.shtml */
export const authorizationHeader = ({ mchid, nonce_str, signature, timestamp, serial_no }: Authorization): string =>
  `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce_str}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial_no}"`
