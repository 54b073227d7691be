import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bucket, Fetched } from '../aws/bucket.ts'
import type { Ledger } from '../aws/ledger.ts'
import type { LedgerReader } from '../aws/ledger-reader.ts'
import type { Merchant } from '../config/merchants.ts'
import { LIMITS } from '../limits.ts'
import type { Metrics } from '../log.ts'
import type { OperationResult } from '../operations/result.ts'
import { compareWithLedger } from './compare-with-ledger.ts'
import { openList, readForeseen, TOO_LARGE } from './parse/list.ts'
import { type Report, unaccounted } from './report/report.ts'
import { dayOfName, isFolder, openKey, readStatementKey, type StatementKey } from './statement-key.ts'
import { openReport, type ReportFiles } from './write-report.ts'

/** The world of a statement. `scratch` is where each run makes a folder for the statement and its report. */
export type StatementDeps = {
  readonly objects: Bucket
  readonly ledger: Pick<Ledger, 'read' | 'apply' | 'count'>
  readonly reader: LedgerReader
  readonly merchants: ReadonlyMap<string, Merchant>
  readonly scratch: string
  readonly now: () => number
}

/**
 * Takes a statement: books what the ledger lacks, without any call to WeChat Pay, and writes the report anew. May be
 * repeated, also from the middle: what is booked is known, and the report is made of what the ledger says. Every version
 * that was put under a name is taken, the newest where none is named; the newest alone has the name's report. Throws when
 * the bucket or the ledger could not be asked.
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
    const report = openReport(read, folder, deps.objects, isOld ? 'end' : isRenewal ? 'keep' : 'put')
    try {
      const taken = handled(read, await takeFile(file, fetched.size, read, report, deps))
      // A newer one that came since, or whose rows are as many as this one's booked: its report is made (again) after this.
      if (!(isNewest && (await stillStands(key, fetched, deps)))) await importStatement(key, deps)
      return taken
    } finally {
      report.drop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether no newer version has come. Where the object was taken away, the last that stood there is the newest. */
const stillStands = async (key: string, { version }: Fetched, { objects }: StatementDeps): Promise<boolean> => {
  const newest = await objects.newest(key)
  return newest === undefined || newest === version
}

/** What was taken away has no report to renew. */
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
  size: number,
  statement: StatementKey,
  report: ReportFiles,
  deps: StatementDeps,
): Promise<Report> => {
  const now = deps.now()
  const refuse = (refused: NonNullable<Report['refused']>) => report.finish({ made_at: now, days: [], refused })

  const { mchid } = statement
  const merchant = deps.merchants.get(mchid)
  if (!merchant) return refuse({ en: `merchant ${mchid} is not served`, zh: `本服务未配置商户号 ${mchid}` })
  if (merchant.closed) return refuse({ en: `merchant ${mchid} is closed`, zh: `商户号 ${mchid} 已停用,不再接收订单` })
  if (size > LIMITS.statementBytes) return refuse(TOO_LARGE)

  const list = await openList(file, statement.name)
  if ('refused' in list) return refuse(list.refused)
  try {
    const read = await readForeseen(list, { mchid, merchants: deps.merchants, now })
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

/** Nobody looks for a report of what has no name, so an alarm tells. */
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
