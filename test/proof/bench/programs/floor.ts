import { createPrivateKey, createPublicKey } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import { sign, verify } from '../../../../lib/wechatpay/signature.ts'
import { stringToVerify } from '../../../../lib/wechatpay/signed-message.ts'

// The least that a sync can cost: one sign, one verify, three keep-alive round trips with bodies of the real sizes.
const { private_key, wechatpay_keys } = JSON.parse(process.env.BENCH_SECRET ?? '')
const privateKey = createPrivateKey(private_key)
const publicKey = createPublicKey(Object.values<string>(wechatpay_keys)[0] ?? '')
const { hostname, port } = new URL(process.env.WECHATPAY_ORIGIN ?? '')
const agent = new Agent({ keepAlive: true })

const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly headers: IncomingMessage['headers']; readonly body: Buffer }>((resolve, reject) => {
    const options = { agent, hostname, port, method: 'POST', path }
    const length = String(Buffer.byteLength(body))
    request({ ...options, headers: { ...headers, 'Content-Length': length } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end(body)
  })

const CLAIM = '{}'.padEnd(1200)
const CALL = '{}'.padEnd(160)
const RECORD = '{}'.padEnd(2100)

export const once = async (): Promise<void> => {
  await post('/floor/claim', CLAIM)
  const signature = sign(CALL, privateKey)
  const { headers, body } = await post('/floor/call', CALL, { Authorization: signature })
  const message = stringToVerify(String(headers['wechatpay-timestamp']), String(headers['wechatpay-nonce']), body)
  if (!verify(message, String(headers['wechatpay-signature']), publicKey)) throw new Error('the signature is wrong')
  await post('/floor/record', RECORD)
}
