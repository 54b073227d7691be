import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { type CannedAnswer, startCannedAws } from '../support/canned-aws.ts'

/** A response: a secret, an error by name, or any other. */
export type Answer =
  | { readonly SecretString?: string; readonly SecretBinary?: string }
  | { readonly error: string; readonly status?: number }
  | Extract<CannedAnswer, (...parameters: never) => unknown>

/** Secrets Manager with one response for every secret. */
export const startSecretsManager = async () => {
  const { endpoint, asked, answerWith, close } = await startCannedAws(cannedOf({ error: 'ResourceNotFoundException' }))
  const connect = (settings: Partial<SecretsManagerClientConfig>) =>
    new SecretsManagerClient({
      region: 'cn-north-1',
      endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...settings,
    })
  return {
    /** The ids of the secrets that were asked for. */
    asked: () => asked.map(({ input }) => (input as { SecretId: string }).SecretId), // GetSecretValue has one
    endpoint,
    connect,
    answerWith: (answer: Answer) => answerWith(cannedOf(answer)),
    close,
  }
}

const cannedOf = (answer: Answer): CannedAnswer => {
  if (typeof answer === 'function') return answer
  if (!('error' in answer)) return { status: 200, body: JSON.stringify(answer) }
  const body = JSON.stringify({ __type: answer.error, message: 'said Secrets Manager' })
  return { status: answer.status ?? 400, body }
}
