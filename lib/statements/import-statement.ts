import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bucket, Fetched } from '../aws/bucket.ts'
import type { Ledger } from '../aws/ledger.ts'
import type { LedgerReader } from '../aws/ledger-reader.ts'
import { isProvider, type Served } from '../config/served.ts'
import { LIMITS } from '../limits.ts'
import type { Metrics } from '../log.ts'
import type { OperationResult } from '../operations/result.ts'
import { compareWithLedger } from './compare-with-ledger.ts'
import { openList, readForeseen, TOO_LARGE } from './parse/list.ts'
import { closedMerchant } from './parse/payee.ts'
import { type Report, unaccounted } from './report/report.ts'
import { dayOfName, isFolder, openKey, readStatementKey, type StatementKey } from './statement-key.ts'
import { openReport, type ReportFiles } from './write-report.ts'

/** What an import needs. Each run makes its own folder in `scratch` for the statement and its report. */
export type StatementDeps = {
  readonly objects: Bucket
  readonly ledger: Pick<Ledger, 'read' | 'apply' | 'count'>
  readonly reader: Pick<LedgerReader, 'readMany' | 'day'>
  readonly merchants: Pick<Served, 'get' | 'signers'>
  readonly scratch: string
  readonly now: () => number
}

/**
 * Imports a statement: creates the orders that the ledger lacks, without calling WeChat Pay, and writes the report. It
 * may be repeated, also after a crash in the middle, since existing orders are not created again. Every version of the
 * S3 object is imported; only the newest version writes the report under the statement's name. Without a version in the
 * event, the newest one is imported. Throws if S3 or DynamoDB fails.
 */
export const importStatement = async (
  key: string,
  deps: StatementDeps,
  version?: string,
  isRenewal = false,
): Promise<OperationResult> => {
  if (isFolder(key)) return { log: { via: 'statement', outcome: 'folder' } }
  const statement = readStatementKey(key)
  if (!statement) return notAStatement(key)
  const folder = await mkdtemp(join(deps.scratch, 'statement-'))
  try {
    const file = join(folder, 'statement')
    const fetched = await deps.objects.fetch(key, file, LIMITS.statementBytes, version)
    if (!fetched) return await gone(statement, version, deps)
    const isNewest = await stillStands(key, fetched, deps)
    const read = isNewest || fetched.version === undefined ? statement : { ...statement, earlier: fetched.version }
    const isOld = deps.now() - fetched.modifiedAt > LIMITS.reportOpen
    const by = isProvider(deps.merchants, statement.mchid) ? 'sub_mchid' : 'shop_id'
    const report = openReport(read, folder, deps.objects, isOld ? 'end' : isRenewal ? 'keep' : 'put', by)
    try {
      const taken = handled(read, await takeFile(file, fetched, read, report, deps))
      // If a newer version was uploaded meanwhile, its report may have been written before these orders existed. So it
      // is written again.
      if (!(isNewest && (await stillStands(key, fetched, deps)))) await importStatement(key, deps)
      return taken
    } finally {
      await report.drop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether there is no newer version. If the object was deleted, its last version counts as the newest. */
const stillStands = async (key: string, { version }: Fetched, { objects }: StatementDeps): Promise<boolean> => {
  const newest = await objects.newest(key)
  return newest === undefined || newest === version
}

/** The object was deleted, so there is no report to renew. */
const gone = async (
  statement: StatementKey,
  version: string | undefined,
  { objects }: StatementDeps,
): Promise<OperationResult> => {
  if (version === undefined) await objects.remove(openKey(statement))
  return { log: { ...named(statement), outcome: 'gone' } }
}

const takeFile = async (
  file: string,
  { size, modifiedAt }: Fetched,
  statement: StatementKey,
  report: ReportFiles,
  deps: StatementDeps,
): Promise<Report> => {
  const now = deps.now()
  const refuse = (refused: NonNullable<Report['refused']>) => report.finish({ made_at: now, days: [], refused })

  const { mchid } = statement
  // Of a provider's list each line is judged for the sub-merchant that it names.
  const merchant = isProvider(deps.merchants, mchid) ? 'provider' : deps.merchants.get(mchid)
  if (!merchant) return refuse({ en: `merchant ${mchid} is not served`, zh: `本服务未配置商户号 ${mchid}` })
  if (merchant !== 'provider' && merchant.closed) return refuse(closedMerchant(mchid))
  if (size > LIMITS.statementBytes) return refuse(TOO_LARGE)

  const list = await openList(file, statement.name)
  if ('refused' in list) return refuse(list.refused)
  try {
    const read = await readForeseen(list, { mchid, merchants: deps.merchants, now, put_at: modifiedAt })
    if ('refused' in read) return refuse(read.refused)
    const { foreseen, reading } = read
    const compareDeps = { ...deps, now: () => now }
    const { days, notes } = await compareWithLedger(
      statement,
      reading,
      foreseen,
      dayOfName(statement),
      report,
      compareDeps,
    )
    const lines = { lines: list.counted, ...reading.beside() }
    return await report.finish({ made_at: now, days, notes: [...notes, ...reading.notes()], file: lines })
  } finally {
    list.close()
  }
}

const named = ({ mchid, name, earlier }: StatementKey) => ({
  via: 'statement',
  mchid,
  statement: name,
  ...(earlier !== undefined && { earlier }),
})

/** Such an object gets no report, so the log line must raise the alarm. */
const notAStatement = (key: string): OperationResult => ({
  log: { via: 'statement', outcome: 'not a statement', key: key.slice(0, 256) },
  metrics: { statement_refused: { value: 1, unit: 'Count' } },
})

const handled = (statement: StatementKey, report: Report): OperationResult => {
  const { refused, tally } = report
  const { lines, classes, booked, needs_person, open, to_refund } = tally
  const malformed = classes.malformed.lines
  const metrics: Metrics = {
    statement_lines: { value: lines, unit: 'Count' },
    statement_malformed: { value: malformed, unit: 'Count' },
    statement_refused: { value: refused ? 1 : 0, unit: 'Count' },
    statement_unaccounted: { value: Math.abs(unaccounted(report)), unit: 'Count' },
  }
  const counts = { lines, malformed, booked, needs_person, open, to_refund, ledger_only: tally.ledger_only.lines }
  const log = { ...named(statement), outcome: refused ? `refused: ${refused.en}` : 'reported', ...counts }
  return { reply: { status: 200, body: log }, log, metrics }
}
