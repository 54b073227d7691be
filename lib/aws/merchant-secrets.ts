import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ConfigError, UnavailableError } from '../errors.ts'
import { LIMITS } from '../limits.ts'
import { readMerchantSecret } from '../wechatpay/merchant-secret.ts'
import type { Signer } from '../wechatpay/signed-call.ts'

/** The signers in Secrets Manager, by the mchid that signs. */
export type MerchantSecrets = {
  /** Throws ConfigError when the secret is missing or faulty, UnavailableError when Secrets Manager fails. */
  readonly signer: (mchid: string) => Promise<Signer>
  /** Drops the cached copy, after WeChat Pay refused its signature: the secret may have been rotated. */
  readonly forget: (mchid: string) => void
}

type Settings = { readonly prefix: string; readonly maxAgeMs: number; readonly now?: () => number }
type Copy = { readonly signer: Signer; readonly loadedAt: number }

/**
 * Caches each signer for `maxAgeMs`. When Secrets Manager fails, an older copy is used for 15 minutes more. A failed
 * load is not cached.
 */
export const createMerchantSecrets = (
  client: SecretsManagerClient,
  { prefix, maxAgeMs, now = Date.now }: Settings,
): MerchantSecrets => {
  const copies = new Map<string, Copy>()

  const loading = new Map<string, Promise<Signer>>()

  const load = async (mchid: string): Promise<Signer> => {
    const signer = readMerchantSecret(await fetchSecret(client, `${prefix}/${mchid}`), mchid)
    copies.set(mchid, { signer, loadedAt: now() })
    return signer
  }

  /** Callers that ask while the secret is being loaded wait for the same request. */
  const loadOnce = (mchid: string): Promise<Signer> => {
    const running = loading.get(mchid) ?? load(mchid).finally(() => loading.delete(mchid))
    loading.set(mchid, running)
    return running
  }

  const signer = async (mchid: string): Promise<Signer> => {
    const copy = copies.get(mchid)
    const age = copy ? now() - copy.loadedAt : Number.POSITIVE_INFINITY
    if (copy && age < maxAgeMs) return copy.signer
    try {
      return await loadOnce(mchid)
    } catch (error) {
      if (copy && error instanceof UnavailableError && age < maxAgeMs + LIMITS.secretStale) return copy.signer
      throw error
    }
  }

  return { signer, forget: (mchid) => copies.delete(mchid) }
}

const fetchSecret = async (client: SecretsManagerClient, SecretId: string): Promise<string | Uint8Array> => {
  const answer = await client.send(new GetSecretValueCommand({ SecretId })).catch((error: unknown) => {
    const name = nameOf(error)
    // A parser's error quotes its input, which may be the secret.
    const cause = error instanceof SyntaxError ? undefined : error
    if (PERMANENT.has(name)) throw new ConfigError(`secret ${SecretId}: Secrets Manager says ${name}`, { cause })
    throw new UnavailableError(`secret ${SecretId}: Secrets Manager says ${name}`, { cause })
  })
  const secret = answer.SecretString ?? answer.SecretBinary
  if (secret === undefined) throw new ConfigError(`secret ${SecretId}: is empty`)
  return secret
}

/** The name of an error of the SDK, or the code of a failed connection, whose name is only Error. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** Errors of Secrets Manager that a retry cannot resolve. */
const PERMANENT = new Set([
  'ResourceNotFoundException',
  'AccessDeniedException',
  'DecryptionFailure',
  'InvalidParameterException',
  'InvalidRequestException',
])
