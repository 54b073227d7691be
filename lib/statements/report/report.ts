import type { Beside } from '../parse/read-lines.ts'
import type { Problem } from '../problem.ts'
import type { StatementKey } from '../statement-key.ts'
import type { ShopsBy, Totals } from '../totals.ts'

/** A report without its entries. Times are in ms. */
export type Report = {
  readonly statement: Pick<StatementKey, 'mchid' | 'name'>
  readonly made_at: number
  /** By sub_mchid where the list is of a provider; by shop_id where it is left out. */
  readonly shops_by?: ShopsBy
  /** yyyymmdd: the days for which the ledger was read. */
  readonly days: readonly string[]
  /** Why the whole statement was refused. */
  readonly refused?: Problem
  /** Notes about the list as a whole. */
  readonly notes?: readonly Problem[]
  /** Lines of the file, counted without the parser, and lines that are not part of the list. */
  readonly file?: Beside & { readonly lines: number }
  readonly tally: Totals
}

/** Lines of the file that are missing in the report; negative if the report has too many. It must be 0. */
export const unaccounted = ({ file, tally }: Report): number =>
  file ? file.lines - file.titles - file.headers - file.blank - file.continued - tally.lines : 0

/** The notes at the top of a report; a missing line comes first. */
export const notesOf = (report: Report): readonly Problem[] => {
  const lost = unaccounted(report)
  return [...(lost === 0 ? [] : [lostLines(lost)]), ...(report.notes ?? [])]
}

const lostLines = (lost: number): Problem => ({
  en: `the file has ${Math.abs(lost)} lines ${lost > 0 ? 'more' : 'fewer'} than this report accounts for: do not rely on it, and tell an engineer`,
  zh: `文件行数比本报告计入的行数${lost > 0 ? '多' : '少'} ${Math.abs(lost)} 行:请勿以本报告为准,并联系技术人员`,
})
