/** The parts of a request that the merchant signs. */
export type RequestParts = {
  readonly method: 'GET' | 'POST'
  /** Path plus query, exactly as it goes on the wire. */
  readonly target: string
  /** Unix seconds, 10 digits. */
  readonly timestamp: string
  readonly nonce: string
  /** The exact text sent, '' if none. */
  readonly body: string
}

/**
 * Text that the merchant signs: five lines, each ended by a newline.
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay4_0.shtml
 */
export const stringToSign = ({ method, target, timestamp, nonce, body }: RequestParts): string =>
  [method, target, timestamp, nonce, body, ''].join('\n')

/** Text that WeChat Pay signs: three lines, each ended by a newline. Header text is Latin-1, as HTTP carries it. */
export const stringToVerify = (timestamp: string, nonce: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`, 'latin1'), body, Buffer.from('\n')])
