import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { bucketSettings, createBucket } from '../../aws/bucket.ts'
import type { LedgerOptions } from '../aws/connect.ts'
import { stackOutputs } from '../aws/stack.ts'
import type { Session } from '../session.ts'

/** A version of an object. `lockedUntil` in ms; undefined where it may be deleted. */
export type Version = { readonly version: string; readonly isLatest: boolean }
export type Held = { readonly mode: string; readonly until: number }

/** The bucket of evidence, for a person who may read it, or erase from it. */
export type EvidenceReader = {
  readonly bucket: string
  /** Unpacked; undefined if there is no such object. */
  readonly text: (key: string, version?: string) => Promise<string | undefined>
  readonly keys: (prefix: string) => Promise<readonly string[]>
  readonly versions: (key: string) => Promise<readonly Version[]>
  /** What forbids that this version is deleted. */
  readonly lock: (key: string, version: string) => Promise<Held | undefined>
  readonly put: (key: string, body: Uint8Array, contentType: string) => Promise<void>
  readonly drop: (key: string, version: string, isPastLock: boolean) => Promise<void>
}

export type EvidenceOptions = LedgerOptions & { readonly evidence?: string; readonly replica?: string }

/** By its option, else of the stack, else of the environment. Undefined where nobody says which bucket it is. */
const bucketOf = async (
  said: string | undefined,
  { stack, table }: LedgerOptions,
  output: string,
  ofEnvironment: string | undefined,
): Promise<string | undefined> => {
  if (said !== undefined) return said
  return table === undefined && stack !== undefined ? (await stackOutputs(stack)).get(output) : ofEnvironment
}

/** Undefined where nobody says which bucket it is. */
export const connectEvidence = async (
  options: EvidenceOptions,
  { env }: Session,
): Promise<EvidenceReader | undefined> => {
  const bucket = await bucketOf(options.evidence, options, 'EvidenceBucket', env.EVIDENCE_BUCKET)
  return bucket ? createEvidenceReader(new S3Client(bucketSettings), bucket) : undefined
}

/** The bucket in another region to which evidence is copied; undefined where there is none. */
export const connectReplica = async (
  options: EvidenceOptions,
  { env }: Session,
): Promise<EvidenceReader | undefined> => {
  const bucket = await bucketOf(options.replica, options, 'EvidenceReplicaBucket', env.EVIDENCE_REPLICA)
  const settings = { ...bucketSettings, followRegionRedirects: true }
  return bucket ? createEvidenceReader(new S3Client(settings), bucket) : undefined
}

export const createEvidenceReader = (client: S3Client, Bucket: string): EvidenceReader => ({
  bucket: Bucket,
  text: async (Key, VersionId) => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }))
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
      return (Key.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8')
    } catch (error) {
      if (error instanceof Error && /^NoSuch(Key|Version)$/.test(error.name)) return undefined
      throw error
    }
  },
  keys: async (prefix) => {
    const found: string[] = []
    for await (const page of createBucket(client, Bucket).list(prefix)) found.push(...page.map(({ key }) => key))
    return found
  },
  versions: async (Key) => {
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }))
    return Versions.flatMap(({ Key: key, VersionId, IsLatest }) =>
      key === Key && VersionId ? [{ version: VersionId, isLatest: IsLatest === true }] : [],
    )
  },
  lock: async (Key, VersionId) => {
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }))
    const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = head
    return mode && until ? { mode, until: until.getTime() } : undefined
  },
  put: async (Key, Body, ContentType) => {
    const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64')
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ChecksumSHA256 }))
  },
  drop: async (Key, VersionId, isPastLock) => {
    const past = isPastLock && { BypassGovernanceRetention: true }
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, ...past }))
  },
})
