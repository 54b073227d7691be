import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { onTestFinished } from 'vitest'

/** Until the test ends, these certificates are trusted, and no others. */
export const trustOnly = (...certificates: readonly string[]): void => {
  const before = getCACertificates('default')
  setDefaultCACertificates([...certificates])
  onTestFinished(() => setDefaultCACertificates(before))
}
