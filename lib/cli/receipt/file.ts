import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { type KeyFile, keyDigest } from '../../evidence/key-files.ts'
import { type Json, membersOf } from '../../json.ts'
import type { SignedAnswer } from '../../ledger/packed-answer.ts'
import type { OrderKey, Row } from '../../ledger/row.ts'
import { provedAt, takenAt } from '../../ledger/signed-answers.ts'
import { isoTime } from '../../views/order-view.ts'
import { list, parseBody } from '../../wechatpay/answer-body.ts'
import { readOrderState } from '../../wechatpay/order-state.ts'
import { OUT_REFUND_NO } from '../../wechatpay/refund-api.ts'
import { verify } from '../../wechatpay/signature.ts'
import { stringToVerify } from '../../wechatpay/signed-message.ts'
import type { SignedResponse } from '../../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../../wechatpay/verdict-kinds.ts'

const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]+={0,2}$/))
const signedParts = {
  sent_at: v.string(),
  status: v.number(),
  request_id: v.string(),
  serial: v.string(),
  signature: base64,
  message: base64,
}
const Word = v.strictObject(signedParts)
const RefundWord = v.strictObject({ out_refund_no: v.pipe(v.string(), v.regex(OUT_REFUND_NO)), ...signedParts })
const orderWords = { mchid: v.string(), out_order_no: v.string(), sync: v.nullable(Word), query: v.nullable(Word) }
/** Files from before refunds were kept. */
const Format1 = v.strictObject({ format: v.literal('payscore-receipt/1'), ...orderWords, digest: v.string() })
const Format2 = v.strictObject({
  format: v.literal('payscore-receipt/2'),
  ...orderWords,
  refunds: v.array(RefundWord),
  digest: v.string(),
})
const Key = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^\w+$/)),
  pem: v.string(),
  secret: v.string(),
  mchid: v.string(),
  since: v.string(),
  sha256: v.string(),
})
/** With WeChat Pay's keys, so that it can be verified when they are long rotated. */
const Format3 = v.strictObject({
  format: v.literal('payscore-receipt/3'),
  ...orderWords,
  refunds: v.array(RefundWord),
  keys: v.array(Key),
  digest: v.string(),
})
const Receipt = v.variant('format', [Format1, Format2, Format3])

/**
 * WeChat Pay's signed responses about an order and the refunds of its charge, which anybody can verify again. `message`
 * is exactly the text that was signed.
 */
export type Receipt = v.InferOutput<typeof Receipt>
export type Word = v.InferOutput<typeof Word>
export type RefundWord = v.InferOutput<typeof RefundWord>
export const WORDS = ['sync', 'query'] as const
export type WordName = (typeof WORDS)[number]

/** What a receipt has of refunds; nothing in a file of format 1. */
export const refundWords = (receipt: Receipt): readonly RefundWord[] => ('refunds' in receipt ? receipt.refunds : [])

/** WeChat Pay's keys in a receipt; none in a file of an earlier format. */
export const receiptKeys = (receipt: Receipt): readonly KeyFile[] => ('keys' in receipt ? receipt.keys : [])

/** The answers that a receipt is made of. */
export type Chosen = {
  readonly sync: SignedAnswer | undefined
  readonly query: SignedAnswer | undefined
  /** About refunds that succeeded, the newest of each. */
  readonly refunds: readonly SignedAnswer[]
}

/**
 * Chooses by what the row says of the order; without a row the first answer that took the sync, and the last that says
 * how the order ended. @param answers the oldest first
 */
export const chooseAnswers = (answers: readonly SignedAnswer[], row: Row | undefined): Chosen => {
  const of = (what: SignedAnswer['answers']) => answers.filter((answer) => answer.answers === what)
  const at = (some: readonly SignedAnswer[], time: number | undefined) => some.find(({ sent_at }) => sent_at === time)
  const syncs = of('sync').filter(({ status }) => status >= 200 && status < 300)
  const queries = of('query')
  const refunds = new Map(of('refund').map((answer) => [answer.out_refund_no, answer]))
  return {
    sync: row ? at(syncs, takenAt(row)) : syncs[0],
    query: row
      ? (at(queries, provedAt(row)) ?? at(syncs, provedAt(row)))
      : [...queries, ...syncs].findLast((answer) => isDone(exported(answer))),
    refunds: [...refunds.values()].filter(({ body }) => parse(body).status === 'SUCCESS'),
  }
}

/** Undefined if WeChat Pay has not signed anything about the order yet. */
export const receiptOf = (
  order: OrderKey,
  { sync, query: ended, refunds }: Chosen,
  keys: readonly KeyFile[],
): Receipt | undefined => {
  if (!sync && !ended) return undefined
  const query = ended ? exported(ended) : null
  const content = {
    format: 'payscore-receipt/3' as const,
    ...{ mchid: order.mchid, out_order_no: order.out_order_no },
    sync: sync ? exported(sync) : null,
    query,
    refunds: refunds
      .map((answer) => ({ out_refund_no: answer.out_refund_no ?? '', ...exported(answer) }))
      .filter((refund) => isOfCharge(refund, query)),
    keys: keys.map(({ id, pem, secret, mchid, since, sha256 }) => ({ id, pem, secret, mchid, since, sha256 })),
  }
  return { ...content, digest: digestOf(content) }
}

/** Numbers of the refunds of which a receipt is no proof: the signed query does not name the transaction. */
export const refundsLeftOut = ({ refunds }: Chosen, receipt: Receipt): readonly string[] => {
  const proved = refundWords(receipt).map(({ out_refund_no }) => out_refund_no)
  return refunds.map(({ out_refund_no = '' }) => out_refund_no).filter((number) => !proved.includes(number))
}

const exported = ({
  sent_at,
  status,
  request_id = '',
  serial,
  timestamp,
  nonce,
  signature,
  body,
}: SignedResponse): Word => ({
  sent_at: isoTime(sent_at),
  status,
  request_id,
  serial,
  signature,
  message: stringToVerify(timestamp, nonce, Buffer.from(body)).toString('base64'),
})

/** The only valid text of a receipt. A text that differs, even by a space, is not the exported one. */
export const receiptText = (receipt: Receipt): string => `${JSON.stringify(receipt, null, 2)}\n`

/**
 * The digest also covers the members that WeChat Pay did not sign. It detects accidental changes; only the signatures
 * detect a forgery.
 */
const digestOf = (content: object): string => createHash('sha256').update(JSON.stringify(content)).digest('hex')

/** What is wrong with a receipt, in the order of the checks. */
export type ReceiptFault = 'form' | 'digest' | 'order' | 'refund' | 'keyless' | 'signature' | 'nameless'

/**
 * Gives the receipt if all checks pass: form, digest, the order in the signed bodies, the transaction in those about
 * refunds, and each signature by one of the keys. Without a key those of the file are used: each for what names it.
 */
export const checkReceipt = (bytes: Buffer, keys: readonly KeyObject[]): Receipt | ReceiptFault => {
  const receipt = readReceipt(bytes)
  if (!receipt) return 'form'
  const { digest, ...content } = receipt
  if (digest !== digestOf(content)) return 'digest'
  const words = WORDS.map((name) => receipt[name]).filter((word) => word !== null)
  if (receipt.query && signedBody(receipt.query).body === '') return 'order'
  if (!words.every((word) => namesOrder(word, receipt))) return 'order'
  const refunds = refundWords(receipt)
  if (!refunds.every((refund) => isOfCharge(refund, receipt.query))) return 'refund'
  const all = [...words, ...refunds]
  if (keys.length > 0) {
    if (!all.every((word) => isSigned(word, keys))) return 'signature'
  } else {
    const own = keysInFile(receipt)
    if (!own) return 'form'
    if (!all.every(({ serial }) => own.has(serial))) return 'keyless'
    if (!all.every((word) => isSigned(word, [own.get(word.serial) as KeyObject]))) return 'signature' // each has one
  }
  return isProof(receipt) ? receipt : 'nameless'
}

/**
 * A response without a body does not name its order. It counts only beside a query response that names this order and
 * says that it is done.
 */
const isProof = ({ sync, query }: Receipt): boolean =>
  (sync !== null && signedBody(sync).body !== '') || (query !== null && (sync === null || isDone(query)))

/** Undefined if what the file says of a key is not so. */
const keysInFile = (receipt: Receipt): ReadonlyMap<string, KeyObject> | undefined => {
  try {
    const keys = receiptKeys(receipt).map(({ id, pem, sha256 }) => ({ id, key: createPublicKey(pem), sha256 }))
    if (!keys.every(({ key, sha256 }) => keyDigest(key) === sha256)) return undefined
    return new Map(keys.map(({ id, key }) => [id, key]))
  } catch {
    return undefined
  }
}

const isDone = (word: Word): boolean => VERDICT_KINDS[readOrderState(parse(signedBody(word).body)).kind].isDone === true

/**
 * A response about a refund names no order. It counts for this one if the refund succeeded, and gave back a transaction
 * that the query response says WeChat Pay charged.
 */
const isOfCharge = (refund: RefundWord, query: Word | null): boolean => {
  const { out_refund_no, transaction_id, status } = parse(signedBody(refund).body)
  const charged = query ? chargedTransactions(query) : []
  return (
    out_refund_no === refund.out_refund_no &&
    status === 'SUCCESS' &&
    charged.some((transaction) => transaction === transaction_id)
  )
}

const chargedTransactions = (query: Word): readonly string[] =>
  readOrderState(parse(signedBody(query).body)).charge?.transaction_id?.split(',') ?? []

/** Accepts exactly the bytes that `receiptText` writes, with at least one signed response about the order. */
const readReceipt = (bytes: Buffer): Receipt | undefined => {
  try {
    const parsed = v.safeParse(Receipt, JSON.parse(bytes.toString('utf8')))
    if (!parsed.success || (!parsed.output.sync && !parsed.output.query)) return undefined
    const numbers = refundWords(parsed.output).map(({ out_refund_no }) => out_refund_no)
    if (new Set(numbers).size < numbers.length) return undefined
    return Buffer.from(receiptText(parsed.output)).equals(bytes) ? parsed.output : undefined
  } catch {
    return undefined
  }
}

const isSigned = ({ message, signature }: Word, keys: readonly KeyObject[]): boolean =>
  keys.some((key) => verify(Buffer.from(message, 'base64'), signature, key))

/** The body is everything from the third line on. JSON may contain line breaks between its members. */
export const signedBody = ({ message }: Word): { readonly timestamp: number; readonly body: string } => {
  const [timestamp = '', , ...rest] = Buffer.from(message, 'base64').toString('utf8').split('\n')
  return { timestamp: Number(timestamp), body: rest.join('\n').replace(/\n$/, '') }
}

/** A response without a body (204) names no order, so it does not name another one. Only a sync is answered so. */
const namesOrder = (word: Word, { mchid, out_order_no }: Receipt): boolean => {
  const { body } = signedBody(word)
  if (body === '') return word.status === 204
  const facts = parse(body)
  return facts.out_order_no === out_order_no && (facts.sub_mchid ?? facts.mchid) === mchid
}

/** What the signed body says about the order, without personal data. */
export const signedFacts = (word: Word): readonly Fact[] => {
  const body = parse(signedBody(word).body)
  const details = list(body.collection).flatMap((collection) => list(membersOf(collection).details).map(membersOf))
  return [
    ...named(body, ['order_id', 'state', 'state_description', 'pay_type', 'total_amount', 'finish_transaction_id']),
    ...details.flatMap((detail) => named(detail, ['paid_type', 'amount', 'paid_time', 'transaction_id'])),
  ]
}

/** What the signed body says about the refund, without the account that got the money. */
export const refundFacts = (word: RefundWord): readonly Fact[] => {
  const body = parse(signedBody(word).body)
  return [
    ...named(body, ['refund_id', 'out_refund_no', 'transaction_id', 'status']),
    ...named(membersOf(body.amount), ['refund']).map(([, sum]) => ['amount.refund', sum] as const),
    ...named(body, ['success_time']),
  ]
}

export type Fact = readonly [name: string, value: string]

const named = (of: Json, names: readonly string[]): readonly Fact[] =>
  names.flatMap((name) =>
    typeof of[name] === 'string' || typeof of[name] === 'number' ? [[name, String(of[name])] as const] : [],
  )

/** Parsed as for verdicts, so that no digit of a long number is lost. */
const parse = (text: string): Json => parseBody(Buffer.from(text))
