import { type Answer, refused } from './answer.ts'
import type { AnswerSignature, WechatpayKey } from './answer-signing.ts'
import { type Packed, pack } from './packing.ts'

/** What a fault can do with a request. */
export type Line = {
  /** Sends a response, unsigned if there is no signature. `as` is the body on the wire, whatever the client accepts. */
  readonly send: (answer: Answer, signature?: AnswerSignature, as?: Packed) => void
  /** Sends the correct response, signed if its kind is signed. */
  readonly sendHonestly: (answer: Answer) => void
  /** Sends only the status line and the headers, with this Content-Length. */
  readonly sendHead: (answer: Answer, signature: AnswerSignature, length: number) => void
  /** Sends a part of the body. */
  readonly write: (bytes: Buffer) => void
  /** Sends the whole response, correctly signed, with so many spaces after its body. */
  readonly sendPadded: (answer: Answer, padding: number) => void
  /** Gives a valid signature, unless another time or another key is chosen. */
  readonly sign: (body: string, change?: { seconds?: number; key?: WechatpayKey }) => AnswerSignature
  readonly stranger: () => WechatpayKey
  /** Resets the TCP connection, after the data that was written. */
  readonly reset: () => void
  readonly after: (ms: number, run: () => void) => void
  readonly delayMs: number
  readonly seconds: number
}

const BAD_GATEWAY: Answer = {
  status: 502,
  body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n',
  contentType: 'text/html',
  number: 0,
  signed: false,
}

const ACCEPTED: Answer = { status: 202, body: '', number: 0, signed: true }
const BARE: Answer = { status: 204, body: '', number: 0, signed: true }

const REDIRECT: Answer = { status: 302, body: '', number: 0, signed: false, location: '/v3/payscore/moved' }

/** Faults before the request is processed: **the order is not changed**. */
export const FAULTS_BEFORE = {
  'no-answer': () => {},
  'reset-before-applying': (line: Line) => line.reset(),
  'unsigned-4xx': (line: Line) => line.send(refused('parameter-illegal')),
  'unsigned-5xx': (line: Line) => line.send(BAD_GATEWAY),
  'throttled-429': (line: Line) => line.sendHonestly(refused('frequency-limited')),
  'accepted-202': (line: Line) => line.sendHonestly(ACCEPTED),
  redirect: (line: Line) => line.send(REDIRECT),
} as const satisfies Record<string, (line: Line) => void>

const flipped = (signature: string): string => {
  const bytes = Buffer.from(signature, 'base64')
  bytes[10] = (bytes[10] ?? 0) ^ 1
  return bytes.toString('base64')
}

/** A 204 has no body to change, so it becomes a 200. */
const withBody = (answer: Answer): Answer => (answer.body === '' ? { ...answer, status: 200, body: '{}' } : answer)

const sendHalf = (line: Line, answer: Answer) => {
  const body = Buffer.from(answer.body || '{}')
  line.sendHead(withBody(answer), line.sign(answer.body), body.length + 100)
  line.write(body.subarray(0, Math.ceil(body.length / 2)))
  line.reset()
}

const sendHuge = (line: Line, answer: Answer, size: number) => {
  const whole = withBody(answer)
  line.sendPadded(whole, size - Buffer.byteLength(whole.body))
}

/** The same response about another order. A refusal names no order. */
const ofAnotherOrder = (answer: Answer): Answer =>
  answer.status === 200 && answer.body !== ''
    ? { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), out_order_no: 'SOMEBODY-ELSES-ORDER' }) }
    : answer

/** Correctly signed, then compressed as a proxy may do although the client did not accept it. */
const sendAs = (line: Line, answer: Answer, as: (body: string) => Packed) => {
  const whole = withBody(answer)
  line.send(whole, line.sign(whole.body), as(whole.body))
}

const halfOf = ({ coding, bytes }: Packed): Packed => ({ coding, bytes: bytes.subarray(0, bytes.length / 2) })

const MIB = 1 << 20

/**
 * Faults after the request was processed as usual, so that a valid sync **has made the order paid**, whatever the
 * client receives.
 */
export const FAULTS_AFTER = {
  'no-answer-after-applying': () => {},
  'reset-after-applying': (line: Line) => line.reset(),
  'half-a-body': sendHalf,
  'wrong-signature': (line: Line, answer: Answer) => {
    const signature = line.sign(answer.body)
    line.send(answer, { ...signature, signature: flipped(signature.signature) })
  },
  'signtest-signature': (line: Line, answer: Answer) => {
    const signature = line.sign(answer.body)
    line.send(answer, { ...signature, signature: `WECHATPAY/SIGNTEST/${signature.signature}` })
  },
  'stale-time': (line: Line, answer: Answer) => line.send(answer, line.sign(answer.body, { seconds: -line.seconds })),
  'future-time': (line: Line, answer: Answer) => line.send(answer, line.sign(answer.body, { seconds: line.seconds })),
  'unknown-serial': (line: Line, answer: Answer) => line.send(answer, line.sign(answer.body, { key: line.stranger() })),
  unsigned: (line: Line, answer: Answer) => line.send(answer),
  'unsigned-5xx-after-applying': (line: Line) => line.send(BAD_GATEWAY),
  'unsigned-401-after-applying': (line: Line) => line.send(refused('sign-mismatch')),
  'unsigned-403-after-applying': (line: Line) => line.send(refused('no-auth')),
  'unsigned-429-after-applying': (line: Line) => line.send(refused('frequency-limited')),
  // TLS is broken: the client gets WeChat Pay's response to another order.
  'refusal-of-another-order': (line: Line) => line.sendHonestly(refused('parameter-illegal')),
  'limit-of-another-order': (line: Line) => line.sendHonestly({ ...refused('frequency-limited'), signed: true }),
  'bare-204': (line: Line) => line.sendHonestly(BARE),
  'body-10-mib': (line: Line, answer: Answer) => sendHuge(line, answer, 10 * MIB),
  'body-64-mib': (line: Line, answer: Answer) => sendHuge(line, answer, 64 * MIB),
  'packed-gzip': (line: Line, answer: Answer) => sendAs(line, answer, (body) => pack(body, 'gzip')),
  'packed-deflate': (line: Line, answer: Answer) => sendAs(line, answer, (body) => pack(body, 'deflate')),
  'packed-br': (line: Line, answer: Answer) => sendAs(line, answer, (body) => pack(body, 'br')),
  'packed-half': (line: Line, answer: Answer) => sendAs(line, answer, (body) => halfOf(pack(body, 'gzip'))),
  'packed-unknown': (line: Line, answer: Answer) =>
    sendAs(line, answer, (body) => ({ coding: 'compress', bytes: Buffer.from(body) })),
  // 32 KiB on the wire.
  'packed-32-mib': (line: Line, answer: Answer) =>
    sendAs(line, answer, () => pack(Buffer.alloc(32 * MIB, ' '), 'gzip')),
  'byte-order-mark': (line: Line, answer: Answer) =>
    line.sendHonestly(answer.body === '' ? answer : { ...answer, body: `\ufeff${answer.body}` }),
  'slow-answer': (line: Line, answer: Answer) => line.after(line.delayMs, () => line.sendHonestly(answer)),
  'other-order': (line: Line, answer: Answer) => line.sendHonestly(ofAnotherOrder(answer)),
} as const satisfies Record<string, (line: Line, answer: Answer) => void>

/** The request is delayed by `delayMs` and then processed, even if the client has disconnected. */
const LATE = 'late-request'

export type FaultName = keyof typeof FAULTS_BEFORE | keyof typeof FAULTS_AFTER | typeof LATE

export const isBefore = (fault: FaultName): fault is keyof typeof FAULTS_BEFORE => Object.hasOwn(FAULTS_BEFORE, fault)

export const isAfter = (fault: FaultName): fault is keyof typeof FAULTS_AFTER => Object.hasOwn(FAULTS_AFTER, fault)

/** Whether a valid sync with this fault makes the order paid. */
export const faultApplies = (fault: FaultName): boolean => !isBefore(fault)
