import { createReadStream } from 'node:fs'
import pLimit, { type LimitFunction } from 'p-limit'
import { type LedgerReader, READ_BATCH } from '../aws/ledger-reader.ts'
import type { Candidate } from '../bill/candidate.ts'
import { LINE_CLASSES, type LineClass } from '../bill/classes.ts'
import { classify } from '../bill/classify.ts'
import type { AgreedBill } from '../bill/read-bill.ts'
import { readSpool } from '../bill/spool.ts'
import { type BookRow, readRowKey, rowKey } from '../ledger/row.ts'
import type { BillActions, FollowedUp } from '../operations/bill-actions.ts'
import type { Found } from './found.ts'

export type CompareDeps = {
  readonly reader: Pick<LedgerReader, 'readMany'>
  readonly actions: BillActions
}

/** A bill that agreed, where its candidates are, and whose orders may stand in it. */
export type BillToCompare = {
  /** yyyyMMdd */
  readonly day: string
  readonly bill: AgreedBill
  readonly spool: string
  /** ms, since when it is known to agree. */
  readonly agreedAt: number
  readonly signer: string
  readonly isOurs: (mchid: string) => boolean
}

export type ComparedBill = {
  /** All lines of the bill; `plain` are also those that no order could be told from. */
  readonly classes: Readonly<Record<LineClass, number>>
  /** What an order answers, or what somebody wrote meanwhile, may give a line another class. */
  readonly looksAgain: boolean
}

const BATCHES_AT_ONCE = 8
const ORDERS_AT_ONCE = 16
/** Bytes of the spool that are in memory at the same time, as text and as lines. */
const CHUNK_BYTES = 256 * 1024

/** Classes each line with its order, does what follows, and hands on those that concern an order. */
export const compareBill = async (
  { bill, spool, ...rest }: BillToCompare,
  tell: (found: Found) => Promise<void>,
  deps: CompareDeps,
): Promise<ComparedBill> => {
  const limits = { batches: pLimit(BATCHES_AT_ONCE), orders: pLimit(ORDERS_AT_ONCE) }
  const classes = Object.fromEntries(Object.keys(LINE_CLASSES).map((name) => [name, 0])) as Record<LineClass, number>
  let looksAgain = false
  for await (const candidates of readSpool(bill, createReadStream(spool, { highWaterMark: CHUNK_BYTES }))) {
    const batches = await Promise.all(
      batchesOf(candidates).map((batch) => limits.batches(() => compareBatch(batch, rest, limits.orders, deps))),
    )
    for (const lines of batches)
      for (const { found, isOpen } of lines) {
        if (isOpen) looksAgain = true
        classes[found.class] += 1
        await tell(found)
      }
  }
  classes.plain = bill.rows - Object.values(classes).reduce((sum, lines) => sum + lines, 0)
  return { classes, looksAgain }
}

type Compared = {
  readonly found: Found & { readonly class: Exclude<LineClass, 'plain'> }
  /** Its class is not the last word. */
  readonly isOpen: boolean
}

/** Gives the lines that concern an order. */
const compareBatch = async (
  batch: readonly Candidate[],
  about: Omit<BillToCompare, 'bill' | 'spool'>,
  limit: LimitFunction,
  deps: CompareDeps,
): Promise<readonly Compared[]> => {
  const ours = batch.filter(({ mchid }) => about.isOurs(mchid))
  const pks = new Set(ours.flatMap((candidate) => pkOf(candidate) ?? []))
  const rows = pks.size === 0 ? new Map<string, BookRow>() : await deps.reader.readMany([...pks])
  // One order's lines one after the other, since each follow-up writes its row.
  const orders = Map.groupBy(ours, (candidate) => pkOf(candidate) ?? candidate.transaction_id)
  const compared = await Promise.all(
    [...orders.values()].map((lines) =>
      limit(async () => {
        const done: Compared[] = []
        for (const line of lines) done.push(...(await compareLine(line, rows, about, deps)))
        return done
      }),
    ),
  )
  return compared.flat()
}

const compareLine = async (
  candidate: Candidate,
  rows: ReadonlyMap<string, BookRow>,
  { day, agreedAt, signer }: Omit<BillToCompare, 'bill' | 'spool'>,
  { actions }: CompareDeps,
): Promise<readonly Compared[]> => {
  const row = await rowOf(candidate, rows, agreedAt, signer, actions)
  const name = classify(candidate, row, agreedAt)
  if (!row || name === 'plain') return []
  const did = await followUp(candidate, row, name, day, actions)
  const { transaction_id, amount, time } = candidate
  const { shop_id } = row
  const out_refund_no = candidate.kind === 'refund' ? candidate.out_refund_no : undefined
  const found = {
    class: name,
    ...readRowKey(row.pk),
    state: row.state,
    transaction_id,
    ...(out_refund_no !== undefined && { out_refund_no }),
    amount,
    time,
    ...(shop_id !== undefined && { shop_id }),
    ...(did !== undefined && { did }),
  }
  return [{ found, isOpen: isOpen(candidate, row, name, did) }]
}

/** A refund may also be of a case whose order number its line does not have. */
const rowOf = async (
  candidate: Candidate,
  rows: ReadonlyMap<string, BookRow>,
  agreedAt: number,
  signer: string,
  { caseByTransaction }: BillActions,
): Promise<BookRow | undefined> => {
  const named = rows.get(pkOf(candidate) ?? '')
  if (candidate.kind === 'charge' || (named && classify(candidate, named, agreedAt) === 'refunded')) return named
  return (await caseByTransaction(signer, candidate.transaction_id)) ?? named
}

const followUp = async (
  candidate: Candidate,
  row: BookRow,
  name: LineClass,
  day: string,
  actions: BillActions,
): Promise<Found['did']> => {
  const { transaction_id, amount } = candidate
  switch (LINE_CLASSES[name].follows) {
    case 'ask_order':
      return actions.askOrder(row, day)
    case 'ask_refund': {
      const out_refund_no = candidate.kind === 'refund' ? candidate.out_refund_no : undefined
      return out_refund_no === undefined ? 'no number' : actions.askRefund(row, { out_refund_no, transaction_id })
    }
    case 'note_transaction':
      return actions.noteTransaction(row, { transaction_id, amount })
    default:
      return undefined
  }
}

/**
 * A refund of which no charge was known, and a charge of an order that was synced, are classed by what the order answers:
 * the first may be a case's refund, the second a contradiction. No later bill repeats the line.
 */
const isOpen = (
  { kind }: Candidate,
  { next }: BookRow,
  name: LineClass,
  did: FollowedUp | 'no number' | undefined,
): boolean => {
  if (did === 'changed') return true
  if (LINE_CLASSES[name].follows !== 'ask_order') return false
  return (kind === 'refund' || name === 'charged_after_sync') && (did === 'asked' || next === 'query')
}

const pkOf = (candidate: Candidate): string | undefined =>
  candidate.by === 'transaction' ? undefined : rowKey(candidate)

const batchesOf = (candidates: readonly Candidate[]): readonly (readonly Candidate[])[] =>
  Array.from({ length: Math.ceil(candidates.length / READ_BATCH) }, (_, i) =>
    candidates.slice(i * READ_BATCH, (i + 1) * READ_BATCH),
  )
