import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { parseMembers } from '../../json.ts'
import { cliClientSettings } from '../aws/client.ts'
import type { MerchantSecret } from './read-files.ts'

/** The secret that is already in Secrets Manager, as far as it can be read. */
export type Stored = Partial<MerchantSecret>

/** A secret in Secrets Manager; undefined if it does not exist. */
export const createSecretStore = (SecretId: string) => {
  const client = new SecretsManagerClient(cliClientSettings)
  return {
    read: async (): Promise<Stored | undefined> => {
      try {
        const { SecretString, SecretBinary = '' } = await client.send(new GetSecretValueCommand({ SecretId }))
        // A person may have written the secret by hand, so its content is not trusted.
        return parseMembers(SecretString ?? SecretBinary)
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined
        throw error
      }
    },
    /** Writes a new version, which becomes AWSCURRENT. Gives its id. */
    write: async (secret: MerchantSecret, isNew: boolean): Promise<string> => {
      const SecretString = JSON.stringify(secret)
      const { VersionId = '' } = isNew
        ? await client.send(new CreateSecretCommand({ Name: SecretId, SecretString }))
        : await client.send(new PutSecretValueCommand({ SecretId, SecretString }))
      return VersionId
    },
  }
}
