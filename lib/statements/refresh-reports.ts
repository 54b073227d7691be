import type { Bucket, Listed } from '../aws/bucket.ts'
import type { Merchant } from '../config/merchants.ts'
import { LIMITS } from '../limits.ts'
import { errorFields } from '../log.ts'
import type { OperationResult } from '../operations/result.ts'
import { importStatement, type StatementDeps } from './import-statement.ts'
import { isFolder, OPEN, statementKeyOf } from './statement-key.ts'

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

/** Names each merchant that has uploaded statements before, but none for a day. */
export const findOverdue = async (
  merchants: ReadonlyMap<string, Merchant>,
  { objects, now }: Pick<StatementDeps, 'objects' | 'now'>,
): Promise<OperationResult> => {
  const since = now() - LIMITS.statementEvery
  const overdue: { readonly mchid: string; readonly last: string }[] = []
  for (const { mchid, closed } of merchants.values()) {
    const lists = closed ? [] : await listed(objects, `statements/${mchid}/`)
    const times = lists.filter(({ key }) => !isFolder(key)).map(({ modifiedAt }) => modifiedAt)
    const last = times.reduce((latest, time) => Math.max(latest, time), 0)
    if (last > 0 && last < since) overdue.push({ mchid, last: new Date(last).toISOString() })
  }
  return {
    reply: { status: 200, body: { overdue } },
    log: { via: 'overdue', overdue },
    metrics: { statements_overdue: { value: overdue.length, unit: 'Count' } },
  }
}

const listed = async (objects: Bucket, prefix: string): Promise<readonly Listed[]> => {
  const all: Listed[] = []
  for await (const page of objects.list(prefix)) all.push(...page)
  return all
}
