import { randomBytes } from 'node:crypto'

/** Credentials of AWS. Here they are held by the local world, its functions and `payscore --local`. */
export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** Makes new credentials, which are valid only for this start. */
export const makeCredentials = (): Credentials => ({
  accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64'),
  sessionToken: randomBytes(60).toString('base64'),
})

/** Takes the credentials from environment variables; makes those that are missing. */
export const credentialsIn = (env: Readonly<Record<string, string>> = {}): Credentials => {
  const made = makeCredentials()
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? made.accessKeyId,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? made.secretAccessKey,
    sessionToken: env.AWS_SESSION_TOKEN ?? made.sessionToken,
  }
}

/** As environment variables for the SDK. */
export const credentialsEnv = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
})
