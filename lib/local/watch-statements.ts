import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readStatementKey, reportKey } from '../statements/statement-key.ts'
import type { Objects } from './objects.ts'

const EXTENSIONS = ['html', 'csv', 'json'] as const

/**
 * A folder in place of the bucket: a new or changed list is uploaded for the merchant, and its report is copied into
 * `reports` beside the folder after each renewal. Prints what it does.
 */
export const watchStatements = ({
  folder,
  mchid,
  objects,
  say,
}: {
  readonly folder: string
  readonly mchid: string
  readonly objects: Objects
  readonly say: (text: string) => void
}) => {
  const reports = join(folder, '../reports')
  for (const path of [folder, reports]) mkdirSync(path, { recursive: true })
  const uploaded = new Map<string, string>()
  const brought = new Map<string, number>()
  say(`  cp lib/local/statement.csv ${folder}/`)
  say(
    `  A list of offline payments there, CSV or .xlsx, is read at once;\n  its report comes to ${reports}/ 放入门店明细即自动对账\n`,
  )

  const upload = (file: string): void => {
    const key = `statements/${mchid}/${file}`
    // A lock file of an office program is not a list.
    if (!readStatementKey(key) || file.startsWith('~$')) return
    const found = statSync(join(folder, file), { throwIfNoEntry: false })
    if (!found?.isFile()) return
    const { size, mtimeMs } = found
    const state = `${size} ${mtimeMs}`
    if (uploaded.get(file) === state) return
    uploaded.set(file, state)
    objects.put(key, readFileSync(join(folder, file)))
    say(`${new Date().toISOString()} statement ${file} is read 正在对账`)
  }

  const bringBack = (file: string): void => {
    const statement = readStatementKey(`statements/${mchid}/${file}`)
    // The JSON is uploaded last, so the other files are complete.
    const made = statement && objects.stored.get(reportKey(statement, 'json'))?.modifiedAt
    if (!statement || made === undefined || brought.get(file) === made) return
    brought.set(file, made)
    for (const extension of EXTENSIONS) {
      const key = reportKey(statement, extension)
      writeFileSync(join(reports, basename(key)), objects.stored.get(key)?.body ?? '')
    }
    say(`${new Date().toISOString()} report ${join(reports, statement.name)}.html 对账报告已更新`)
  }

  const look = setInterval(() => {
    for (const file of readdirSync(folder)) upload(file)
    for (const file of uploaded.keys()) bringBack(file)
  }, 500)
  return { close: () => clearInterval(look) }
}
