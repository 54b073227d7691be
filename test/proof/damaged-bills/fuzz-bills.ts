import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { auditDay } from '../../../lib/audit/audit-day.ts'
import { type FetchDeps, fetchBill } from '../../../lib/audit/fetch-bill.ts'
import type { BillReading } from '../../../lib/bill/read-bill.ts'
import { readSpool } from '../../../lib/bill/spool.ts'
import { seededRandom } from '../../../lib/local/aws-faults.ts'
import { auditWorldIn, KEY, rowOf } from '../../audit/audit-world.ts'
import { pieces, sha1 } from '../../bill/bill-writer.ts'
import { answered, SIGNER } from '../../support/fake-wechatpay.ts'
import { NOW } from '../../support/orders.ts'
import {
  type DamagedBill,
  ORDERS,
  PENDING_ORDER,
  writeDamagedBill,
  writeSoundBill,
  writeTooLargeBill,
} from './damages.ts'
import { isSameReading, readAgain, type SecondReading } from './second-reader.ts'

/** Every reason that a refusal may name. */
const REASONS = [
  ...['lost', 'packed', 'too_large', 'hash', 'encoding', 'no_summary', 'count'],
  ...['line_too_long', 'after_summary', 'header', 'row', 'summary', 'sum'],
]
/** Those that are not the right hash's: what arrived is not what WeChat Pay spoke of. */
const OF_BYTES = ['packed', 'hash', 'lost', 'too_large']

export type FuzzedBills = {
  readonly bills: number
  /** By reason. */
  readonly refused: Readonly<Record<string, number>>
  /** What arrived was whole, or packed otherwise. */
  readonly same: number
  /** With a right hash and right sums: as good as another bill that WeChat Pay signed. */
  readonly another: number
  /** Bills of these that went through the whole audit as well, and how many of their orders were asked about. */
  readonly audited: number
  readonly auditedAndAgreed: number
  readonly actedOn: number
  /** Undamaged bills that went through the whole audit, and how many of them had their order asked about, as each must. */
  readonly sound: number
  readonly soundActedOn: number
  /** Every fault of the product that was found. */
  readonly found: readonly string[]
}

/** Reads a bill as the product does; another one shows that the fuzz finds it. */
export type Read = typeof fetchBill

/** Compares a bill as the product does; another one shows that the fuzz finds it. */
export type Audit = typeof auditDay

const AUDIT_EVERY = 100
/** One undamaged bill for so many damaged ones that are audited. */
const SOUND_EVERY = 20 * AUDIT_EVERY
/** A bill that is too large takes half a minute. It is one of those that are audited. */
const TOO_LARGE_EVERY = 100_000
const TOO_LARGE_AT = TOO_LARGE_EVERY - AUDIT_EVERY

/** @param audit what a bill goes through as a whole */
export const fuzzBills = async (
  runs: number,
  seed: number,
  read: Read = fetchBill,
  audit: Audit = auditDay,
): Promise<FuzzedBills> => {
  const scratch = await mkdtemp(join(tmpdir(), 'damaged-'))
  const random = seededRandom(seed)
  const ofSound = seededRandom(seed + 1)
  const refused: Record<string, number> = {}
  const found: string[] = []
  const sums = { same: 0, another: 0, audited: 0, auditedAndAgreed: 0, actedOn: 0, sound: 0, soundActedOn: 0 }
  try {
    for (let run = 0; run < runs; run += 1) {
      const bill = run % TOO_LARGE_EVERY === TOO_LARGE_AT ? writeTooLargeBill(random) : writeDamagedBill(random)
      const at = (finding: string) => found.push(`bill ${run} (${bill.what}): ${finding}`)
      try {
        const outcome = await readBoth(bill, join(scratch, 'spool'), 1 + Math.floor(random() * 5000), read)
        if (outcome.finding !== undefined) at(outcome.finding)
        if (outcome.reason !== undefined) refused[outcome.reason] = (refused[outcome.reason] ?? 0) + 1
        else sums[outcome.isSame ? 'same' : 'another'] += 1
        if (run % AUDIT_EVERY > 0) continue
        sums.audited += 1
        const acts = (await actsOf(bill, scratch, audit)).length
        if (outcome.reason === undefined) sums.auditedAndAgreed += 1
        else if (acts > 0) {
          sums.actedOn += 1
          at(`acted on ${acts} times, though it is refused`)
        }
        if (run % SOUND_EVERY > 0) continue
        sums.sound += 1
        const acted = await actsOf(writeSoundBill(ofSound), scratch, audit)
        if (acted.includes(ASKED)) sums.soundActedOn += 1
        else at('a sound bill beside it is not acted on')
      } catch (error) {
        at(`crashed: ${error}`)
      }
    }
    return { bills: runs, refused, ...sums, found }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

type Outcome = { readonly reason?: string; readonly isSame?: boolean; readonly finding?: string | undefined }

/** The bill by the product and by the second reader. */
const readBoth = async (bill: DamagedBill, spool: string, size: number, read: Read): Promise<Outcome> => {
  const { verdict, reading } = await read(KEY, spool, depsOf(bill, size))
  if (verdict.kind !== 'ready' || !reading) throw new Error(`there is no reading: ${verdict.kind}`)
  const isReadAgain = bill.breaksAt === undefined && !bill.isTooLarge
  const second = isReadAgain ? readAgain(bill.bytes, bill.sha1) : undefined
  if (!reading.agreed) return refusal(reading, second, bill)
  const isSame = textOf(bill.bytes).equals(bill.text)
  if (!second) return { isSame, finding: 'read, though a second reader refuses it' }
  const first = await wholeReading(reading, spool)
  return { isSame, finding: isSameReading(first, second) ? undefined : 'read otherwise than by a second reader' }
}

const refusal = (
  { refusal: { reason } }: BillReading & { readonly agreed: false },
  second: SecondReading | undefined,
  { bytes, text, sha1: stated, breaksAt, isTooLarge }: DamagedBill,
): Outcome => {
  if (!REASONS.includes(reason)) return { reason, finding: `refused without a name: ${reason}` }
  const must = breaksAt !== undefined ? 'lost' : isTooLarge ? 'too_large' : reason
  if (reason !== must) return { reason, finding: `refused by ${reason}, not by ${must}` }
  if (second) return { reason, finding: `refused by ${reason}, though a second reader reads it` }
  const isOfBytes = stated === sha1(text) && !bytes.equals(text) && !isPackedText(bytes, text)
  if (isOfBytes && !OF_BYTES.includes(reason)) return { reason, finding: `refused by ${reason}, not by its hash` }
  return { reason }
}

const textOf = (bytes: Buffer): Buffer => (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes)

const isPackedText = (bytes: Buffer, text: Buffer): boolean => {
  try {
    return textOf(bytes).equals(text)
  } catch {
    return false
  }
}

const wholeReading = async (
  reading: BillReading & { readonly agreed: true },
  spool: string,
): Promise<SecondReading> => {
  const { rows, counts, sums } = reading.bill
  const candidates: object[] = []
  for await (const some of readSpool(reading.bill, createReadStream(spool))) candidates.push(...some)
  return { rows, counts, sums, candidates }
}

const answerOf = (stated: string) =>
  answered(
    200,
    JSON.stringify({
      hash_type: 'SHA1',
      hash_value: stated,
      download_url: 'https://api.mch.weixin.qq.com/v3/billdownload/file?token=1',
    }),
  )

const depsOf = (bill: DamagedBill, size: number): FetchDeps => ({
  keys: { signer: async () => SIGNER, forget: () => {} },
  send: async () => answerOf(bill.sha1),
  download: async () => ({ kind: 'ready', bytes: arriving(bill, size) }),
  origin: new URL('https://api.mch.weixin.qq.com'),
  now: () => NOW,
  nonce: () => '593BEC0C930BF1AFEB40B4A08C8FB242',
})

const arriving = async function* ({ bytes, breaksAt }: DamagedBill, size?: number): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes.subarray(0, breaksAt), size)
  if (breaksAt !== undefined) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}

/** What the charge of the pending order leads to. */
const ASKED = `order ${KEY.mchid}#${PENDING_ORDER} ${KEY.day}`

/** What an audit with this bill asks for, of a ledger that has all of its orders. */
const actsOf = async (bill: DamagedBill, scratch: string, audit: Audit): Promise<readonly string[]> => {
  const rows = ORDERS.map((order) => rowOf(order, { state: order === PENDING_ORDER ? 'PENDING' : 'SYNCED' }))
  const { deps, calls } = auditWorldIn(scratch, {
    rows,
    says: answerOf(bill.sha1),
    download: { kind: 'ready', bytes: arriving(bill) },
  })
  await audit(KEY, false, deps)
  return calls
}
