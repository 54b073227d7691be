import { type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { keyPair, serialNo } from '../../../lib/local/keys.ts'
import { startWechatpay, type Wechatpay, type WechatpayOptions } from '../../../lib/local/wechatpay/wechatpay.ts'

/** 2026-11-24 10:30:00 in China. */
export const NOW = Date.UTC(2026, 10, 24, 2, 30)
export const NOW_SECONDS = 1_795_487_400

export const APPID = 'wxd678efh567hg6787'
export const SERVICE_ID = '2002000000000558128851361561536'

export type Signer = { readonly mchid: string; readonly serial_no: string; readonly privateKey: KeyObject }

export type Request = {
  readonly method: string
  readonly target: string
  readonly body: string | Buffer
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}

export type Response = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders: readonly string[]
  readonly body: string
  /** The end of Request-Id. */
  readonly number: number
}

export type SignedParts = {
  readonly method: string
  readonly target: string
  readonly body: string | Buffer
  readonly timestamp?: number
  readonly nonce?: string
}

/** An Authorization made from the provider's rules alone: five lines, SHA-256 with RSA, base64. */
export const authorization = (signer: Signer, parts: SignedParts): string => {
  const { method, target, body, timestamp = NOW_SECONDS, nonce = randomBytes(16).toString('hex') } = parts
  const head = Buffer.from(`${method}\n${target}\n${timestamp}\n${nonce}\n`)
  const message = Buffer.concat([head, Buffer.from(body), Buffer.from('\n')])
  const signature = sign('RSA-SHA256', message, signer.privateKey).toString('base64')
  return `WECHATPAY2-SHA256-RSA2048 mchid="${signer.mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${signer.serial_no}"`
}

/** A request with nothing wrong about it. */
export const honestRequest = (signer: Signer, parts: SignedParts): Request => ({
  method: parts.method,
  target: parts.target,
  body: parts.body,
  headers: {
    Authorization: authorization(signer, parts),
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
    'User-Agent': 'test-client/1',
    ...(parts.method === 'POST' && { 'Content-Type': 'application/json' }),
  },
})

const readResponse = async (message: IncomingMessage): Promise<Response> => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]))
  return {
    status: message.statusCode ?? 0,
    headers,
    rawHeaders: message.rawHeaders,
    body: unpacked(Buffer.concat(chunks), headers['content-encoding']).toString(),
    number: Number(/-(\d+)$/.exec(headers['request-id'] ?? '')?.[1]),
  }
}

const unpacked = (body: Buffer, coding: string | undefined): Buffer => {
  if (coding === 'gzip') return gunzipSync(body)
  if (coding === 'deflate') return inflateSync(body)
  return coding === 'br' ? brotliDecompressSync(body) : body
}

/** Sends exactly what it is given, on a connection of its own. The signal hangs up. */
export const send = (origin: string, outgoing: Request, signal?: AbortSignal): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const { method, target: path, body } = outgoing
    const options = { hostname, port, method, path, agent: false, setDefaultHeaders: false } as const
    const message = request({ ...options, ...(signal && { signal }) }, (res) => resolve(readResponse(res)))
    message.on('error', reject)
    message.setHeader('Host', `${hostname}:${port}`)
    for (const [name, value] of Object.entries(outgoing.headers)) message.setHeader(name, value)
    if (method === 'POST') message.setHeader('Content-Length', Buffer.byteLength(body))
    message.end(body)
  })

/** Whether an answer is signed over exactly these bytes by the key that it names. */
export const isSignedBy = ({ headers, body }: Response, keyId: string, publicKeyPem: string): boolean =>
  headers['wechatpay-serial'] === keyId &&
  verify(
    'RSA-SHA256',
    Buffer.from(`${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`),
    publicKeyPem,
    Buffer.from(headers['wechatpay-signature'] ?? '', 'base64'),
  )

export const isUnsigned = ({ headers }: Response): boolean =>
  !Object.keys(headers).some((name) => name.startsWith('wechatpay-'))

/** Code and number of a refusal: what names it. */
export const refusalOf = ({ status, body, number }: Response) => {
  const { code }: { code?: string } = body === '' ? {} : JSON.parse(body)
  return { status, code, number }
}

const signerOf = (mchid: string): Signer => ({ mchid, serial_no: serialNo(), privateKey: keyPair(mchid).privateKey })

export const DIRECT = signerOf('1900000109')
export const PROVIDER = signerOf('1900000201')
export const INSTITUTION = signerOf('1900000301')
export const SUB_MCHID = '1900000202'
const CHANNEL_ID = '1900000302'

export type Scene = {
  readonly world: Wechatpay
  /** Moves WeChat Pay's clock. */
  readonly setNow: (ms: number) => void
  readonly send: (request: Request, signal?: AbortSignal) => Promise<Response>
}

/** A WeChat Pay with a stopped clock, a direct merchant, a provider and an institution. */
export const startScene = async (options: Omit<WechatpayOptions, 'now'> = {}): Promise<Scene> => {
  let now = NOW
  const world = await startWechatpay({ ...options, now: () => now })
  const services = { [SERVICE_ID]: APPID }
  const of = ({ mchid, serial_no }: Signer) => ({
    mchid,
    serial_no,
    services,
    publicKeyPem: keyPair(mchid).publicKeyPem,
  })
  world.addMerchant(of(DIRECT))
  world.addMerchant({ ...of(PROVIDER), subMerchants: [SUB_MCHID] })
  world.addMerchant({
    ...of(INSTITUTION),
    role: 'acquiringbank',
    subMerchants: [SUB_MCHID],
    channel_id: CHANNEL_ID,
  })
  return {
    world,
    setNow: (ms) => {
      now = ms
    },
    send: (outgoing, signal) => send(world.origin, outgoing, signal),
  }
}

/** How to say the same thing to each of the four order APIs. */
const APIS = {
  'payafter-orders': {
    signer: DIRECT,
    path: '/v3/payscore/payafter-orders',
    family: 'payafter-orders',
    party: { appid: APPID, service_id: SERVICE_ID },
  },
  serviceorder: {
    signer: DIRECT,
    path: '/v3/payscore/serviceorder',
    family: 'serviceorder',
    party: { appid: APPID, service_id: SERVICE_ID },
  },
  partner: {
    signer: PROVIDER,
    path: '/v3/payscore/partner/serviceorder',
    family: 'serviceorder',
    party: { service_id: SERVICE_ID, sub_mchid: SUB_MCHID },
  },
  acquiringbank: {
    signer: INSTITUTION,
    path: '/v3/payscore/acquiringbank/serviceorder',
    family: 'serviceorder',
    party: { service_id: SERVICE_ID, sub_mchid: SUB_MCHID, channel_id: CHANNEL_ID },
  },
} as const

export type Api = keyof typeof APIS

export const API_NAMES = ['payafter-orders', 'serviceorder', 'partner', 'acquiringbank'] as const

/** The body of an honest sync, with some members replaced; undefined takes one out. */
export const syncBody = (api: Api, change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...APIS[api].party, type: 'Order_Paid', detail: { paid_time: '20261124102915' }, ...change })

export const honestSync = (api: Api, out_order_no: string, body = syncBody(api)): Request =>
  honestRequest(APIS[api].signer, {
    method: 'POST',
    target: `${APIS[api].path}/${encodeURIComponent(out_order_no)}/sync`,
    body,
  })

export const honestQuery = (api: Api, out_order_no: string): Request => {
  const query = new URLSearchParams({ ...APIS[api].party, out_order_no })
  return honestRequest(APIS[api].signer, { method: 'GET', target: `${APIS[api].path}?${query}`, body: '' })
}

/** An order that waits for its payment, unless another state is asked for. */
export const addOrder = (
  { world }: Scene,
  api: Api,
  out_order_no: string,
  state: 'created' | 'accepted' | 'finished' | 'revoked' | 'expired' = 'finished',
) =>
  world.addOrder({
    family: APIS[api].family,
    mchid: APIS[api].signer.mchid,
    ...('sub_mchid' in APIS[api].party && { sub_mchid: SUB_MCHID }),
    service_id: SERVICE_ID,
    out_order_no,
    total_amount: 3900,
    state,
  })
