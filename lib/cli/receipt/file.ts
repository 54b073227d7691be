import { createHash, type KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { type Json, membersOf } from '../../json.ts'
import { type Row, readRowKey } from '../../ledger/row.ts'
import { isoTime } from '../../views/order-view.ts'
import { list, parseBody } from '../../wechatpay/answer-body.ts'
import { readOrderState } from '../../wechatpay/order-state.ts'
import { verify } from '../../wechatpay/signature.ts'
import { stringToVerify } from '../../wechatpay/signed-message.ts'
import type { SignedResponse } from '../../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../../wechatpay/verdict-kinds.ts'

const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]+={0,2}$/))
const Word = v.strictObject({
  sent_at: v.string(),
  status: v.number(),
  request_id: v.string(),
  serial: v.string(),
  signature: base64,
  message: base64,
})
const Receipt = v.strictObject({
  format: v.literal('payscore-receipt/1'),
  mchid: v.string(),
  out_order_no: v.string(),
  sync: v.nullable(Word),
  query: v.nullable(Word),
  digest: v.string(),
})

/** WeChat Pay's signed word on an order, for anybody to check again. `message` is the exact bytes that were signed. */
export type Receipt = v.InferOutput<typeof Receipt>
export type Word = v.InferOutput<typeof Word>
export const WORDS = ['sync', 'query'] as const
export type WordName = (typeof WORDS)[number]

/** undefined when WeChat Pay has signed nothing about the order yet. */
export const receiptOf = ({ pk, receipt, proof }: Row): Receipt | undefined => {
  if (!receipt && !proof) return undefined
  const content = {
    format: 'payscore-receipt/1' as const,
    ...readRowKey(pk),
    sync: receipt ? exported(receipt) : null,
    query: proof ? exported(proof) : null,
  }
  return { ...content, digest: digestOf(content) }
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

/** The one text of a receipt: any other, if only by a blank, is not what was exported. */
export const receiptText = (receipt: Receipt): string => `${JSON.stringify(receipt, null, 2)}\n`

/** Over what WeChat Pay did not sign as well: it shows an accident, while only the signatures show a forgery. */
const digestOf = (content: Omit<Receipt, 'digest'>): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex')

/** What is wrong with a receipt, from cheap to dear. */
export type ReceiptFault = 'form' | 'digest' | 'order' | 'signature' | 'nameless'

/** The receipt, if all of it stands: form, digest, each signature by one of the keys, and an order that the signed bodies name. */
export const checkReceipt = (bytes: Buffer, keys: readonly KeyObject[]): Receipt | ReceiptFault => {
  const receipt = readReceipt(bytes)
  if (!receipt) return 'form'
  const { digest, ...content } = receipt
  if (digest !== digestOf(content)) return 'digest'
  const words = WORDS.map((name) => receipt[name]).filter((word) => word !== null)
  if (receipt.query && signedBody(receipt.query).body === '') return 'order'
  if (!words.every((word) => namesOrder(word, receipt))) return 'order'
  if (!words.every((word) => isSigned(word, keys))) return 'signature'
  return isProof(receipt) ? receipt : 'nameless'
}

/** An answer without a body may be that to any order: it counts beside one that names this order, and says that it is done. */
const isProof = ({ sync, query }: Receipt): boolean =>
  (sync !== null && signedBody(sync).body !== '') || (query !== null && (sync === null || isDone(query)))

const isDone = (word: Word): boolean => VERDICT_KINDS[readOrderState(parse(signedBody(word).body)).kind].isDone === true

/** Exactly what `receiptText` writes, byte for byte, and at least one word. */
const readReceipt = (bytes: Buffer): Receipt | undefined => {
  try {
    const parsed = v.safeParse(Receipt, JSON.parse(bytes.toString('utf8')))
    if (!parsed.success || (!parsed.output.sync && !parsed.output.query)) return undefined
    return Buffer.from(receiptText(parsed.output)).equals(bytes) ? parsed.output : undefined
  } catch {
    return undefined
  }
}

const isSigned = ({ message, signature }: Word, keys: readonly KeyObject[]): boolean =>
  keys.some((key) => verify(Buffer.from(message, 'base64'), signature, key))

/** The third line is the body as it came: JSON holds no line break that is not escaped, but may be laid out in lines. */
export const signedBody = ({ message }: Word): { readonly timestamp: number; readonly body: string } => {
  const [timestamp = '', , ...rest] = Buffer.from(message, 'base64').toString('utf8').split('\n')
  return { timestamp: Number(timestamp), body: rest.join('\n').replace(/\n$/, '') }
}

/** An answer without a body (204) names no order, so no other either. Only a sync is answered so. */
const namesOrder = (word: Word, { mchid, out_order_no }: Receipt): boolean => {
  const { body } = signedBody(word)
  if (body === '') return word.status === 204
  const facts = parse(body)
  return facts.out_order_no === out_order_no && (facts.sub_mchid ?? facts.mchid) === mchid
}

/** What the signed body says of the order, without what is personal in it. */
export const signedFacts = (word: Word): readonly (readonly [name: string, value: string])[] => {
  const body = parse(signedBody(word).body)
  const details = list(body.collection).flatMap((collection) => list(membersOf(collection).details).map(membersOf))
  const named = (of: Json, names: readonly string[]) =>
    names.flatMap((name) =>
      typeof of[name] === 'string' || typeof of[name] === 'number' ? [[name, String(of[name])] as const] : [],
    )
  return [
    ...named(body, ['order_id', 'state', 'state_description', 'pay_type', 'total_amount', 'finish_transaction_id']),
    ...details.flatMap((detail) => named(detail, ['paid_type', 'amount', 'paid_time', 'transaction_id'])),
  ]
}

/** As verdicts read it: a transaction to its last digit. */
const parse = (text: string): Json => parseBody(Buffer.from(text))
