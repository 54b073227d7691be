/**
 * Which statement: whose, and the name of its file, which its report has as well. `earlier` is the version of one that a
 * newer statement of the same name stands above.
 */
export type StatementKey = {
  readonly key: string
  readonly mchid: string
  readonly name: string
  readonly earlier?: string
}

const KEY = /^statements\/(\d{1,32})\/([\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,140})$/u

/** Reads `statements/{mchid}/{name}`, where the name ends as its file does; undefined for any other key. */
export const readStatementKey = (key: string): StatementKey | undefined => {
  const [, mchid = '', name = ''] = KEY.exec(key) ?? []
  if (name.includes('/') || !/[^.]/.test(name) || name.startsWith('.')) return undefined
  return name === '' ? undefined : { key, mchid, name }
}

/** The console makes an empty object where a person makes a folder. */
export const isFolder = (key: string): boolean => /^statements\/(.*\/)?$/.test(key)

/** Where the report of a statement lies: of an earlier version apart, so that the newest has the name for itself. */
export const reportKey = ({ mchid, name, earlier }: StatementKey, extension: 'html' | 'csv' | 'json'): string =>
  `reports/${mchid}/${earlier === undefined ? name : `earlier/${name}.${earlier}`}.${extension}`

/** The mark of a report that is not final: it stands under the name of its statement. */
export const openKey = ({ key }: StatementKey): string => key.replace(/^statements/, OPEN.slice(0, -1))
export const statementKeyOf = (open: string): string => open.replace(/^open/, 'statements')
export const OPEN = 'open/'

/** What an order's row says of the statement that brought it. */
export const statementMark = ({ mchid, name }: StatementKey): string => `${mchid}/${name}`

/** The day that the name tells, yyyymmdd, if it tells one. */
export const dayOfName = ({ name }: StatementKey): string | undefined => {
  const [, year, month, day] =
    /(?<!\d)(20\d\d)[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(name) ?? []
  return year && month && day ? `${year}${month}${day}` : undefined
}
