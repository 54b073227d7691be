import type { BillKey, BillOutcome, BillRow } from '../../aws/bill-log.ts'
import type { SilentFound } from '../../aws/silent-log.ts'
import { isTold } from '../day-page.ts'
import { FOUND_CLASS_NAMES, type FoundClass } from '../found.ts'
import { type CaseTotals, type OpenCase, totalsOf } from './open-case.ts'
import type { TroubledShop } from './troubled-shops.ts'

/** A trade bill since the last mail in which something was found, or which is of no use. */
export type FoundBill = BillKey & {
  readonly outcome: BillOutcome
  readonly found: readonly (readonly [FoundClass, number])[]
}

/** How many sub-merchants of a provider send nothing, as found this morning. */
export type SilentShops = Pick<SilentFound, 'expected' | 'silent' | 'newly'> & { readonly provider: string }

/** What people are told of once a day. */
export type Digest = {
  /** yyyyMMdd in China. */
  readonly day: string
  /** ms */
  readonly made_at: number
  /** Of all open cases. */
  readonly totals: CaseTotals
  /** The oldest of them. */
  readonly first: readonly OpenCase[]
  readonly bills: readonly FoundBill[]
  /** The sub-merchants of all providers whose orders WeChat Pay refuses or does not know. */
  readonly shops: readonly TroubledShop[]
  /** The providers some of whose sub-merchants send nothing. */
  readonly silent: readonly SilentShops[]
  /** Where the pages are: of each merchant with an open case, and of each provider with such sub-merchants. */
  readonly pages: readonly string[]
}

/** How many cases are in a mail, whose size SNS limits. */
export const MAILED_MOST = 100

/** @param cases oldest first */
export const digestOf = (cases: readonly OpenCase[], rest: Omit<Digest, 'totals' | 'first'>): Digest => ({
  ...rest,
  totals: totalsOf(cases),
  first: cases.slice(0, MAILED_MOST),
})

/** Nobody is told that there is nothing to tell; and who is silent still was told before. */
export const isEmpty = ({ totals, bills, shops, silent }: Digest): boolean =>
  totals.open === 0 && bills.length === 0 && shops.length === 0 && silent.every(({ newly }) => newly === 0)

/**
 * What a bill brought that people do not know yet; undefined if nothing. Open cases stand in the digest themselves, so a
 * known charge and a missing refund are not told twice. A bill of no use is told while it is asked for.
 * @param since ms: what agreed before was told by an earlier digest
 */
export const foundBill = (
  key: BillKey,
  { outcome, agreed_at = 0, classes = {} }: Audited,
  since: number,
): FoundBill | undefined => {
  if (outcome === undefined) return undefined
  if (isTold(outcome)) return { ...key, outcome, found: [] }
  const found = FOUND_CLASS_NAMES.filter((name) => name !== 'known' && name !== 'refund_missing').flatMap((name) => {
    const count = classes[name] ?? 0
    return count > 0 ? [[name, count] as const] : []
  })
  return found.length > 0 && agreed_at >= since ? { ...key, outcome, found } : undefined
}

type Audited = Pick<BillRow, 'outcome' | 'agreed_at' | 'classes'>
