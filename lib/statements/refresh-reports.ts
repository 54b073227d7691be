import type { Bucket, Listed } from '../aws/bucket.ts'
import { LIMITS } from '../limits.ts'
import { errorFields } from '../log.ts'
import type { OperationResult } from '../operations/result.ts'
import { importStatement, type StatementDeps } from './import-statement.ts'
import { isFolder, OPEN, readStatementKey, STATEMENTS, statementKeyOf } from './statement-key.ts'

/**
 * Renews every report that is not final, the longest waiting first, and in turn by merchant. A report that fails, or
 * that ends the run, does not delay the others: its marker is rewritten before the attempt, so that the next run begins
 * with others.
 */
export const refreshReports = async (deps: StatementDeps): Promise<OperationResult> => {
  const startedAt = deps.now()
  const due = inBatches(await listed(deps.objects, OPEN))
  let tried = 0
  const failed: object[] = []
  for (const { key } of due) {
    if (deps.now() - startedAt > LIMITS.renewReports) break
    tried += 1
    try {
      await deps.objects.put(key, 'open', 'text/plain')
      await importStatement(statementKeyOf(key), deps, undefined, true)
    } catch (error) {
      failed.push({ key, ...errorFields(error) })
    }
  }
  const left = due.slice(tried)
  const waited = left.reduce((longest, { modifiedAt }) => Math.max(longest, deps.now() - modifiedAt), 0)
  const counts = { open: due.length, renewed: tried - failed.length, failed: failed.length, left: left.length }
  return {
    reply: { status: 200, body: counts },
    log: { via: 'renew', ...counts, failures: failed },
    metrics: {
      reports_failed: { value: failed.length, unit: 'Count' },
      reports_left: { value: left.length, unit: 'Count' },
      reports_waited: { value: waited, unit: 'Milliseconds' },
    },
  }
}

/** The first report of each merchant, then the second of each; within a batch the least recently tried first. */
const inBatches = (marks: readonly Listed[]): readonly Listed[] => {
  const oldest = marks.toSorted((a, b) => a.modifiedAt - b.modifiedAt)
  return [...Map.groupBy(oldest, ({ key }) => key.split('/')[1]).values()]
    .flatMap((own) => own.map((mark, turn) => ({ mark, turn })))
    .toSorted((a, b) => a.turn - b.turn || a.mark.modifiedAt - b.mark.modifiedAt)
    .map(({ mark }) => mark)
}

/** A log line names no ten thousand of them. */
const NAMED_MOST = 100

/** Names who has uploaded statements before, a merchant or a provider, but none for a day. */
export const findOverdue = async ({
  merchants,
  objects,
  now,
}: Pick<StatementDeps, 'merchants' | 'objects' | 'now'>): Promise<OperationResult> => {
  const since = now() - LIMITS.statementEvery
  const newest = new Map<string, number>()
  for await (const page of objects.list(STATEMENTS))
    for (const { key, modifiedAt } of page) {
      const mchid = isFolder(key) ? undefined : readStatementKey(key)?.mchid
      if (mchid !== undefined) newest.set(mchid, Math.max(newest.get(mchid) ?? 0, modifiedAt))
    }
  const isExpected = (mchid: string): boolean =>
    [merchants.get(mchid), ...merchants.signers].some((one) => one?.mchid === mchid && !one.closed)
  const all = [...newest].flatMap(([mchid, last]) =>
    last < since && isExpected(mchid) ? [{ mchid, last: new Date(last).toISOString() }] : [],
  )
  const overdue = all.slice(0, NAMED_MOST)
  return {
    reply: { status: 200, body: { overdue, count: all.length } },
    log: { via: 'overdue', overdue },
    metrics: { statements_overdue: { value: all.length, unit: 'Count' } },
  }
}

const listed = async (objects: Bucket, prefix: string): Promise<readonly Listed[]> => {
  const all: Listed[] = []
  for await (const page of objects.list(prefix)) all.push(...page)
  return all
}
