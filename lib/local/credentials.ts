import { randomBytes } from 'node:crypto'

/** As a principal of AWS has them; here who holds them is the world itself, its functions, and `payscore --local`. */
export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** New ones, that no other start of a world takes. */
export const makeCredentials = (): Credentials => ({
  accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64'),
  sessionToken: randomBytes(60).toString('base64'),
})

/** Those of an environment; what it lacks is made anew. */
export const credentialsIn = (env: Readonly<Record<string, string>> = {}): Credentials => {
  const made = makeCredentials()
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? made.accessKeyId,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? made.secretAccessKey,
    sessionToken: env.AWS_SESSION_TOKEN ?? made.sessionToken,
  }
}

/** As the SDK finds them in the environment. */
export const credentialsEnv = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
})
