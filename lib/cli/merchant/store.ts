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

/** What is in Secrets Manager already, as far as it can be read as a merchant's secret. */
export type Stored = Partial<MerchantSecret>

/** A secret in Secrets Manager: undefined when there is none. */
export const createSecretStore = (SecretId: string) => {
  const client = new SecretsManagerClient(cliClientSettings)
  return {
    read: async (): Promise<Stored | undefined> => {
      try {
        const { SecretString, SecretBinary = '' } = await client.send(new GetSecretValueCommand({ SecretId }))
        // Somebody may have written it by hand, so it may hold anything.
        return parseMembers(SecretString ?? SecretBinary)
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined
        throw error
      }
    },
    /** One new version, the current one from then on. Gives its id. */
    write: async (secret: MerchantSecret, isNew: boolean): Promise<string> => {
      const SecretString = JSON.stringify(secret)
      const { VersionId = '' } = isNew
        ? await client.send(new CreateSecretCommand({ Name: SecretId, SecretString }))
        : await client.send(new PutSecretValueCommand({ SecretId, SecretString }))
      return VersionId
    },
  }
}
