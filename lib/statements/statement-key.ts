/**
 * Identifies a statement: whose folder it is in, a merchant's or a provider's, and the file name, which the report has as
 * well. `earlier` is the version id of an S3 object that was overwritten by a newer version.
 */
export type StatementKey = {
  readonly key: string
  readonly mchid: string
  readonly name: string
  readonly earlier?: string
}

const KEY = /^statements\/(\d{1,32})\/([\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,140})$/u

/** Parses `statements/{mchid}/{name}`, where the name ends like its file type; undefined for any other key. */
export const readStatementKey = (key: string): StatementKey | undefined => {
  const [, mchid = '', name = ''] = KEY.exec(key) ?? []
  if (name.includes('/') || !/[^.]/.test(name) || name.startsWith('.')) return undefined
  return name === '' ? undefined : { key, mchid, name }
}

/** The S3 console creates an empty object for a folder. */
export const isFolder = (key: string): boolean => /^statements\/(.*\/)?$/.test(key)

/** The key of a report. An overwritten version has its own key, so that the newest version keeps the plain name. */
export const reportKey = (statement: StatementKey, extension: 'html' | 'csv' | 'json'): string =>
  `reports/${statement.mchid}/${reportName(statement)}.${extension}`

/** The key of the totals of each sub-merchant in the list of a provider. */
export const shopsKey = (statement: StatementKey): string =>
  `reports/${statement.mchid}/shops/${reportName(statement)}.csv`

/** The key of the page, or of the table, of who sends nothing of a provider's sub-merchants. */
export const silentKey = (provider: string, extension: 'html' | 'csv'): string =>
  `reports/${provider}/silent/sub-merchants.${extension}`

const reportName = ({ name, earlier }: StatementKey): string =>
  earlier === undefined ? name : `earlier/${name}.${earlier}`

/** The key of the marker for a report that is not final. */
export const openKey = ({ key }: StatementKey): string => key.replace(/^statements/, OPEN.slice(0, -1))
export const statementKeyOf = (open: string): string => open.replace(/^open/, 'statements')
export const OPEN = 'open/'
export const STATEMENTS = 'statements/'

/** The name of the statement as it is stored in the rows that it creates. */
export const statementMark = ({ mchid, name }: StatementKey): string => `${mchid}/${name}`

/** The day in the file name as yyyymmdd, if there is one. */
export const dayOfName = ({ name }: StatementKey): string | undefined => {
  const [, year, month, day] =
    /(?<!\d)(20\d\d)[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(name) ?? []
  return year && month && day ? `${year}${month}${day}` : undefined
}
