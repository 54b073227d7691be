import { join } from 'node:path'
import type { Bucket } from '../aws/bucket.ts'
import { openTextFile } from '../text-file.ts'
import type { Entry } from './classify-line.ts'
import type { Problem } from './problem.ts'
import { reportPage } from './report/page.ts'
import type { Report } from './report/report.ts'
import { CSV_BEGIN, csvHeader, csvRow, shopsHeader, shopsRow } from './report/report-csv.ts'
import { JSON_BEGIN, JSON_SHOPS_BEGIN, jsonEnd, jsonEntry, jsonShop } from './report/report-json.ts'
import { openKey, reportKey, type StatementKey, shopsKey } from './statement-key.ts'
import { createTotals, type ShopsBy } from './totals.ts'

/** A report that is being written: line by line to local files, and uploaded when it is complete. */
export type ReportFiles = {
  /** @param wasBooked whether this statement created the order */
  readonly line: (entry: Entry, wasBooked: boolean) => Promise<void>
  readonly ledgerOnly: (entry: Entry) => Promise<void>
  /** Uploads the report, and writes or deletes the marker for its renewal. */
  readonly finish: (facts: Pick<Report, 'made_at' | 'days' | 'refused' | 'notes' | 'file'>) => Promise<Report>
  /** Closes the local files, also after an error. */
  readonly drop: () => Promise<void>
}

/** What to do with the marker: write it, leave it, or delete it for good. */
export type Mark = 'put' | 'keep' | 'end'

/**
 * The report of an overwritten version has no marker, since the newest version's report shows what became of its
 * orders.
 */
export const openReport = (
  statement: StatementKey,
  folder: string,
  objects: Bucket,
  mark: Mark,
  shops_by: ShopsBy = 'shop_id',
): ReportFiles => {
  const files = { csv: join(folder, 'report.csv'), json: join(folder, 'report.json'), shops: join(folder, 'shops.csv') }
  const csv = openTextFile(files.csv, CSV_BEGIN + csvHeader())
  const json = openTextFile(files.json, JSON_BEGIN)
  const shops = openTextFile(files.shops, CSV_BEGIN + shopsHeader())
  const tally = createTotals(shops_by)
  let isFirst = true

  const write = async (entry: Entry): Promise<void> => {
    const text = jsonEntry(entry, isFirst)
    isFirst = false
    await csv.write(csvRow(entry))
    await json.write(text)
  }

  const writeShops = async (): Promise<void> => {
    await json.write(JSON_SHOPS_BEGIN)
    let isFirstShop = true
    for (const shop of tally.everyShop()) {
      await json.write(jsonShop(shop, shops_by, isFirstShop))
      await shops.write(shopsRow(shop))
      isFirstShop = false
    }
  }

  const finish: ReportFiles['finish'] = async (facts) => {
    const report: Report = {
      statement: { mchid: statement.mchid, name: statement.name },
      tally: tally.result(),
      shops_by,
      ...facts,
      ...(statement.earlier !== undefined && { notes: [EARLIER, ...(facts.notes ?? [])] }),
    }
    await writeShops()
    await json.write(jsonEnd(report))
    await Promise.all([csv.end(), json.end(), shops.end()])
    // The marker is written before the upload and deleted after it, so that a report that failed in between is renewed.
    const isMarked = statement.earlier === undefined
    const isOpen = report.tally.open > 0 && mark !== 'end'
    if (isMarked && isOpen && mark === 'put') await objects.put(openKey(statement), 'open', 'text/plain')
    await objects.putFile(reportKey(statement, 'csv'), files.csv, 'text/csv; charset=utf-8')
    if (shops_by === 'sub_mchid') await objects.putFile(shopsKey(statement), files.shops, 'text/csv; charset=utf-8')
    await objects.put(reportKey(statement, 'html'), reportPage(report), 'text/html; charset=utf-8')
    await objects.putFile(reportKey(statement, 'json'), files.json, 'application/json')
    if (isMarked && !isOpen) await objects.remove(openKey(statement))
    return report
  }

  return {
    line: async (entry, wasBooked) => {
      tally.addLine(entry, wasBooked)
      await write(entry)
    },
    ledgerOnly: async (entry) => {
      tally.addLedgerOnly(entry)
      await write(entry)
    },
    finish,
    drop: async () => {
      await Promise.all([csv.drop(), json.drop(), shops.drop()])
    },
  }
}

const EARLIER: Problem = {
  en: 'a newer list was uploaded under the same name: this is the report of the earlier one, whose payments were taken as well; it is not renewed',
  zh: '已有同名的新明细上传:本报告对应较早上传的版本,其中的收款同样已受理;本报告不再更新',
}
