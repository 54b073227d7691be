// The outside, in a process of its own: every answer lies ready before it is asked for. Run by `startOutside`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { marshall } from '@aws-sdk/util-dynamodb'
import { keyPair, publicKeyId, serialNo } from '../../../lib/local/keys.ts'
import { sign } from '../../../lib/wechatpay/signature.ts'
import { stringToVerify } from '../../../lib/wechatpay/signed-message.ts'
import { claimedRow, dueItems, SYNC_ANSWER, syncedRow, WORK } from './work.ts'

type Answer = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }
export type Latency = { readonly secret: number; readonly ledger: number; readonly wechatpay: number }

/** What the parent may say, and what it is told. */
export type Order = { readonly latency: Latency } | 'counts'
export type Opened = { readonly port: number; readonly secret: string }
/** Requests by what they asked for, and connections, since the last time. */
export type Counts = Readonly<Record<string, number>>

const keyId = publicKeyId()
const wechatpay = keyPair('wechatpay')
const merchant = keyPair(WORK.mchid)
const secret = JSON.stringify({
  mchid: WORK.mchid,
  serial_no: serialNo(),
  private_key: merchant.privateKeyPem,
  not_after: new Date(Date.now() + 400 * 86_400_000).toISOString(),
  wechatpay_keys: { [keyId]: wechatpay.publicKeyPem },
})

const json = (value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length), ...headers }, body }
}
const aws = (value: unknown): Answer =>
  json(value, {
    'Content-Type': 'application/x-amz-json-1.0',
    'x-amzn-RequestId': 'BUNJTEV3PL1JCBHTB5F2QG3HIFVV4KQNSO5AEMVJF66Q9ASUAAJG',
    'x-amz-crc32': '2745614147',
  })

/** Signed once a minute, ahead of all that ask. */
const signedAnswer = (): Answer => {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = '4B3A6F7A8B622AB5A40155BEA445281C'
  return json(SYNC_ANSWER, {
    'Request-ID': '08000000000110D7031866A2-0',
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': keyId,
    'Wechatpay-Signature': sign(
      stringToVerify(timestamp, nonce, Buffer.from(SYNC_ANSWER)).toString(),
      wechatpay.privateKey,
    ),
    'Wechatpay-Timestamp': timestamp,
  })
}

const now = Date.now()
const marshalled = (row: object) => aws({ Attributes: marshall(row, { removeUndefinedValues: true }) })
const answers = {
  secret: aws({ Name: WORK.mchid, SecretString: secret, VersionId: '01234567-89ab-cdef-0123-456789abcdef' }),
  read: aws({}),
  party: aws({}),
  begin: aws({}),
  complete: aws({}),
  claim: marshalled(claimedRow(now)),
  record: marshalled(syncedRow(now, String(signedAnswer().headers['Wechatpay-Signature']))),
  due: aws({ Items: dueItems(now), LastEvaluatedKey: { pk: { S: 'x' } } }),
  put: aws({ FailedEntryCount: 0, Entries: Array.from({ length: 10 }, (_, i) => ({ EventId: `event-${i}` })) }),
  call: signedAnswer(),
}
setInterval(() => Object.assign(answers, { call: signedAnswer() }), 60_000).unref()

type Kind = keyof typeof answers

const kindOf = (target: string | undefined, url: string | undefined, body: string): Kind => {
  switch (target) {
    case 'secretsmanager.GetSecretValue':
      return 'secret'
    case 'DynamoDB_20120810.GetItem':
      return 'read'
    case 'DynamoDB_20120810.UpdateItem':
      if (body.includes('"TableName":"idempotency"')) return 'complete'
      if (body.includes('#is_known')) return 'party'
      return body.includes('attribute_not_exists(#pk)') ? 'claim' : 'record'
    case 'DynamoDB_20120810.PutItem':
      return 'begin'
    case 'DynamoDB_20120810.Query':
      return 'due'
    case 'AWSEvents.PutEvents':
      return 'put'
    default:
      return url === '/floor/claim' ? 'claim' : url === '/floor/record' ? 'record' : 'call'
  }
}

let latency: Latency = { secret: 0, ledger: 0, wechatpay: 0 }
const delay = (kind: Kind): number =>
  kind === 'secret' ? latency.secret : kind === 'call' ? latency.wechatpay : latency.ledger

let counts: Record<string, number> = {}
const count = (name: string) => {
  counts[name] = (counts[name] ?? 0) + 1
}

const server = createServer({ noDelay: true }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const target = request.headers['x-amz-target']
    const kind = kindOf(String(target), request.url, Buffer.concat(chunks).toString('latin1'))
    count(kind)
    const { headers, body } = answers[kind]
    const answer = () => response.writeHead(200, headers).end(body)
    if (delay(kind) > 0) setTimeout(answer, delay(kind))
    else answer()
  })
})
server.keepAliveTimeout = 0
server.on('connection', () => count('connections'))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  process.send?.({ port, secret } satisfies Opened)
})
process.on('message', (order: Order) => {
  if (order === 'counts') {
    process.send?.(counts)
    counts = {}
  } else {
    latency = order.latency
    process.send?.({})
  }
})
process.on('disconnect', () => process.exit())
