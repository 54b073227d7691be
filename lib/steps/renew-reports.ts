import type { Listed, Objects } from '../aws/objects.ts'
import { errorFields } from '../log.ts'
import { LIMITS } from '../order/limits.ts'
import type { Merchant } from '../order/merchant.ts'
import { isFolder, OPEN, statementKeyOf } from '../statement/statement-key.ts'
import type { Handled } from './handled.ts'
import { readStatement, type StatementDeps } from './read-statement.ts'

/** Makes every report that is not final anew, each run beginning with another. One that fails holds up no other. */
export const renewReports = async (deps: StatementDeps): Promise<Handled> => {
  const startedAt = deps.now()
  const open = await listed(deps.objects, OPEN)
  const ended = open.filter(({ modifiedAt }) => startedAt - modifiedAt > LIMITS.reportOpen)
  const due = rotated(
    open.filter((one) => !ended.includes(one)),
    Math.floor(startedAt / LIMITS.renewEvery),
  )
  for (const { key } of ended) await deps.objects.remove(key)

  let renewed = 0
  const failed: object[] = []
  for (const { key } of due) {
    if (deps.now() - startedAt > LIMITS.renewReports) break
    try {
      await readStatement(statementKeyOf(key), deps, true)
      renewed += 1
    } catch (error) {
      failed.push({ key, ...errorFields(error) })
    }
  }
  const counts = { open: due.length, renewed, failed: failed.length, left: due.length - renewed - failed.length }
  return {
    reply: { status: 200, body: counts },
    log: { via: 'renew', ...counts, failures: failed },
    metrics: { reports_failed: { value: failed.length, unit: 'Count' } },
  }
}

/** Names each merchant that has sent statements before, and none for a day. */
export const findOverdue = async (
  merchants: ReadonlyMap<string, Merchant>,
  { objects, now }: Pick<StatementDeps, 'objects' | 'now'>,
): Promise<Handled> => {
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

const listed = async (objects: Objects, prefix: string): Promise<readonly Listed[]> => {
  const all: Listed[] = []
  for await (const page of objects.list(prefix)) all.push(...page)
  return all
}

const rotated = <T>(list: readonly T[], by: number): readonly T[] => {
  const start = list.length === 0 ? 0 : by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
