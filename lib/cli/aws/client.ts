/** Settings of the clients of a command: a person's machine may be a long way from the region. */
export const patientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const
