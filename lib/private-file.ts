import { closeSync, existsSync, fchmodSync, openSync, writeFileSync } from 'node:fs'
import { CliError } from './two-languages.ts'

/**
 * A file to write: its path, its text, the command's option that named it, and whether an existing file may be
 * replaced.
 */
export type NewFile = {
  readonly path: string
  readonly text: string
  readonly option: string
  readonly mayReplace: boolean
}

/**
 * Writes files that only their owner can read. Writes none if one of them exists and may not be replaced. Throws
 * CliError.
 */
export const writePrivate = (...files: readonly NewFile[]): void => {
  for (const file of files) if (!file.mayReplace && existsSync(file.path)) throw isThere(file)
  for (const file of files) write(file)
}

/** An existing file is closed to other users before it is written. */
const write = ({ path, text, mayReplace }: NewFile): void => {
  const file = openSync(path, mayReplace ? 'w' : 'wx', 0o600)
  try {
    fchmodSync(file, 0o600)
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}

const isThere = ({ path, option }: NewFile): CliError =>
  new CliError(
    {
      en: `${option} ${path}: is there already, and was left alone. Choose another name, or say --force to replace it.`,
      zh: `${option} ${path}:文件已存在,未作改动。请另选名称,或加 --force 覆盖。`,
    },
    2,
  )
