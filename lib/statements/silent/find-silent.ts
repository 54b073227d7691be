import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bucket } from '../../aws/bucket.ts'
import type { LedgerReader } from '../../aws/ledger-reader.ts'
import type { SilentFound, SilentLog } from '../../aws/silent-log.ts'
import { chinaDay, daysBefore } from '../../china-time.ts'
import { providersOf, type Served } from '../../config/served.ts'
import { dayShards, everyKnownKey, readRowKey } from '../../ledger/row.ts'
import { LIMITS } from '../../limits.ts'
import type { OperationResult } from '../../operations/result.ts'
import { silentKey } from '../statement-key.ts'
import { inOrder, type Judged, judge, readSenders, type Sender, writeSenders } from './senders.ts'
import { silentPage } from './silent-page.ts'

export type SilentDeps = {
  readonly merchants: Pick<Served, 'get' | 'signers' | 'named'>
  readonly reader: Pick<LedgerReader, 'day' | 'hasDay'>
  readonly objects: Pick<Bucket, 'fetch' | 'put' | 'putFile'>
  readonly log: SilentLog
  /** Each run makes its own folder here. */
  readonly scratch: string
  readonly now: () => number
}

/** Sub-merchants that are looked for in the ledger at the same time. */
const AT_ONCE = 32
/** A log line names no ten thousand providers. */
const NAMED_MOST = 10

/**
 * Finds which sub-merchants of each provider have had no payment in the ledger for some days, neither by notice nor by
 * list, and writes a page and a table of them. Expected are those that the provider names; where it serves any, those
 * of which WeChat Pay has known an order. Each run looks at those that were not looked at that day, so that several
 * runs come to all of any number.
 */
export const findSilent = async (deps: SilentDeps): Promise<OperationResult> => {
  const startedAt = deps.now()
  const providers = providersOf(deps.merchants)
  const found: (SilentFound & { readonly provider: string })[] = []
  for (const [at, provider] of providers.entries()) {
    // What one provider does not need is left to those after it.
    const share = (LIMITS.findSilent - (deps.now() - startedAt)) / (providers.length - at)
    found.push({ provider, ...(await findSilentOf(provider, deps.now() + share, deps)) })
  }
  const sum = (of: 'silent' | 'newly' | 'left') => found.reduce((total, one) => total + one[of], 0)
  const counts = { silent: sum('silent'), newly: sum('newly'), left: sum('left') }
  const log = { via: 'silent', ...counts, providers: found.slice(0, NAMED_MOST) }
  return {
    reply: { status: 200, body: { ...counts, providers: found } },
    log,
    metrics: { silent_sub_merchants: { value: counts.silent, unit: 'Count' } },
  }
}

const findSilentOf = async (provider: string, endsAt: number, deps: SilentDeps): Promise<SilentFound> => {
  const { objects, scratch, now, log } = deps
  const today = chinaDay(now())
  const known = await log.read(provider)
  if (known?.day === today && known.left === 0) return known
  const folder = await mkdtemp(join(scratch, 'silent-'))
  try {
    const before = await readSenders(provider, join(folder, 'before'), objects)
    const since = daysBefore(today, LIMITS.silentDays)
    const senders = await expectedOf(provider, before, deps)
    await lookAtAll(senders, { today, since, endsAt }, deps)
    const judged = senders.map((sender) => judge(sender, today, since)).sort(inOrder)
    const found = { day: today, ...countsOf(judged, { today, since }) }
    const table = join(folder, 'table')
    await writeSenders(table, judged)
    await objects.putFile(silentKey(provider, 'csv'), table, 'text/csv; charset=utf-8')
    await objects.put(
      silentKey(provider, 'html'),
      silentPage(judged, { provider, made_at: now(), ...found }),
      'text/html; charset=utf-8',
    )
    await log.write(provider, found, now())
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** In an array whose places are filled anew, so that a hundred thousand of them take some megabytes. */
const expectedOf = async (
  provider: string,
  before: ReadonlyMap<string, Sender>,
  { merchants, reader }: SilentDeps,
): Promise<Sender[]> => {
  const senders: Sender[] = []
  const add = (mchid: string): void => {
    const merchant = merchants.get(mchid)
    if (merchant?.provider !== provider || merchant.closed) return
    senders.push(before.get(mchid) ?? { mchid, last: '', looked: '' })
  }
  const named = merchants.named(provider)
  if (named) {
    for (const mchid of named) add(mchid)
    return senders
  }
  for (const key of everyKnownKey(provider)) {
    // A sub-merchant has a row for each service, one after the other.
    let last: string | undefined
    for await (const pks of reader.day(key))
      for (const { mchid } of pks.map(readRowKey)) {
        if (mchid !== last) add(mchid)
        last = mchid
      }
  }
  return senders
}

type Look = { readonly today: string; readonly since: string }

/** Those that were not looked at for longest come first, so that the next run comes to the others. */
const lookAtAll = async (
  senders: Sender[],
  { endsAt, ...look }: Look & { readonly endsAt: number },
  deps: SilentDeps,
): Promise<void> => {
  const due = [...senders.keys()]
    .filter((at) => needsLook(senders[at], look))
    .sort((a, b) => ((senders[a]?.looked ?? '') < (senders[b]?.looked ?? '') ? -1 : 1))
  const rest = due.values()
  const work = async (): Promise<void> => {
    for (const at of rest) {
      const sender = senders[at]
      if (!sender || deps.now() >= endsAt) return
      senders[at] = await lookAt(sender, look, deps.reader)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** Who had a payment of these days is not silent, and need not be looked at again. */
const needsLook = (sender: Sender | undefined, { today, since }: Look): boolean =>
  sender !== undefined && sender.looked !== today && (sender.last < since || sender.looked === '')

/** The newest day first: a shop that sends is known at the first question or the second. */
const lookAt = async (sender: Sender, { today, since }: Look, reader: SilentDeps['reader']): Promise<Sender> => {
  for (let day = today; day >= since; day = daysBefore(day, 1)) {
    const parts = await Promise.all(dayShards(sender.mchid, day).map(reader.hasDay))
    if (parts.includes(true)) return { ...sender, last: day, looked: today }
  }
  return { ...sender, looked: today }
}

const countsOf = (judged: readonly Judged[], look: Look): Omit<SilentFound, 'day'> => {
  const counts = { expected: judged.length, silent: 0, newly: 0, left: 0 }
  const lastDay = daysBefore(look.since, 1)
  for (const sender of judged) {
    if (sender.isSilent) counts.silent += 1
    if (sender.isSilent && sender.last === lastDay) counts.newly += 1
    if (needsLook(sender, look)) counts.left += 1
  }
  return counts
}
