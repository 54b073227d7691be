import { createHash, type KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { type Json, membersOf } from '../../json.ts'
import { type Row, readRowKey } from '../../ledger/row.ts'
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
const Receipt = v.variant('format', [Format1, Format2])

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

/** Undefined if WeChat Pay has not signed anything about the order yet. */
export const receiptOf = ({ pk, receipt, proof, refund_answers = {} }: Row): Receipt | undefined => {
  if (!receipt && !proof) return undefined
  const query = proof ? exported(proof) : null
  const refunds = Object.entries(refund_answers).map(([out_refund_no, answer]) => ({
    out_refund_no,
    ...exported(answer),
  }))
  const content = {
    format: 'payscore-receipt/2' as const,
    ...readRowKey(pk),
    sync: receipt ? exported(receipt) : null,
    query,
    refunds: refunds.filter((refund) => isOfCharge(refund, query)),
  }
  return { ...content, digest: digestOf(content) }
}

/** Numbers of the refunds of which a receipt is no proof: the signed query does not name the transaction. */
export const refundsLeftOut = ({ refund_answers = {} }: Row, receipt: Receipt): readonly string[] => {
  const proved = refundWords(receipt).map(({ out_refund_no }) => out_refund_no)
  return Object.keys(refund_answers).filter((out_refund_no) => !proved.includes(out_refund_no))
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
export type ReceiptFault = 'form' | 'digest' | 'order' | 'refund' | 'signature' | 'nameless'

/**
 * Gives the receipt if all checks pass: form, digest, the order in the signed bodies, the transaction in those about
 * refunds, and each signature by one of the keys.
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
  if (![...words, ...refunds].every((word) => isSigned(word, keys))) return 'signature'
  return isProof(receipt) ? receipt : 'nameless'
}

/**
 * A response without a body does not name its order. It counts only beside a query response that names this order and
 * says that it is done.
 */
const isProof = ({ sync, query }: Receipt): boolean =>
  (sync !== null && signedBody(sync).body !== '') || (query !== null && (sync === null || isDone(query)))

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
