import { createHash } from 'node:crypto'
import type { BillKey } from '../aws/bill-log.ts'
import type { EvidenceStore } from '../aws/evidence-store.ts'
import type { SignedResponse } from '../wechatpay/verdict.ts'
import { dayFolder } from './places.ts'

/** Keeps WeChat Pay's signed answer to the request for the bill of a day. Gives its key in the bucket of evidence. */
export const keepBillAnswer = async (
  { mchid, day }: BillKey,
  { sent_at, ...answer }: SignedResponse,
  store: Pick<EvidenceStore, 'putOnce'>,
): Promise<string> => {
  const text = `${JSON.stringify({ mchid, day, sent_at: new Date(sent_at).toISOString(), ...answer })}\n`
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32)
  const key = `bills/${dayFolder(day)}/${mchid}-${digest}.json`
  await store.putOnce(key, Buffer.from(text), 'application/json')
  return key
}
