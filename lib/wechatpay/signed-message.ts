/** The parts of a request that the merchant signs. */
export type RequestParts = {
  readonly method: 'GET' | 'POST'
  /** Path and query, exactly as they are sent. */
  readonly target: string
  /** Unix seconds, 10 digits. */
  readonly timestamp: string
  readonly nonce: string
  /** The exact text that is sent; '' if there is none. */
  readonly body: string
}

/**
 * The text that the merchant signs (签名串): five lines, each ended by a newline.
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay4_0.shtml
 */
export const stringToSign = ({ method, target, timestamp, nonce, body }: RequestParts): string =>
  [method, target, timestamp, nonce, body, ''].join('\n')

/**
 * The text that WeChat Pay signs (验签名串): three lines, each ended by a newline. Headers are Latin-1, as Node decodes
 * them.
 */
export const stringToVerify = (timestamp: string, nonce: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`, 'latin1'), body, Buffer.from('\n')])
