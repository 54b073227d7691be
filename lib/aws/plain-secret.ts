import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { unavailableOf } from '../errors.ts'

/** A secret that is one text, read on first use and again after a read that failed. */
export const plainSecret = (client: SecretsManagerClient, SecretId: string): (() => Promise<string>) => {
  let reading: Promise<string> | undefined
  const read = async (): Promise<string> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId })).catch(unavailable)
    return SecretString || unavailable(new Error('no text'))
  }
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
}

const unavailable = unavailableOf('Secrets Manager')
