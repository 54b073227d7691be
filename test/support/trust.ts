import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { onTestFinished } from 'vitest'

/** Until the test ends, TLS trusts only these certificates. */
export const trustOnly = (...certificates: readonly string[]): void => {
  const before = getCACertificates('default')
  setDefaultCACertificates([...certificates])
  onTestFinished(() => setDefaultCACertificates(before))
}
