import { closeSync, fchmodSync, openSync, writeFileSync } from 'node:fs'

/** Writes a file that only its owner can read; one that is there already is closed to others before it is written. */
export const writePrivate = (path: string, text: string): void => {
  const file = openSync(path, 'w', 0o600)
  try {
    fchmodSync(file, 0o600)
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}
