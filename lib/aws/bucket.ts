import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import { createAgents } from '../connections.ts'
import { unavailableOf } from '../errors.ts'
import { LIMITS } from '../limits.ts'

/** An object as a listing knows it. `modifiedAt` in ms. */
export type Listed = { readonly key: string; readonly modifiedAt: number }

/** What was fetched. `version` is undefined where the bucket keeps none, `modifiedAt` ms. */
export type Fetched = { readonly size: number; readonly modifiedAt: number; readonly version: string | undefined }

/** The objects of one bucket. Every method throws UnavailableError when S3 could not be asked. */
export type Bucket = {
  /** Brings an object to a file, the newest where no version is named. Undefined when there is none; a larger one is not brought. */
  readonly fetch: (key: string, file: string, maxBytes: number, version?: string) => Promise<Fetched | undefined>
  /** The version that stands under a key now; undefined when nothing stands there, or the bucket keeps no versions. */
  readonly newest: (key: string) => Promise<string | undefined>
  readonly put: (key: string, text: string, contentType: string) => Promise<void>
  readonly putFile: (key: string, file: string, contentType: string) => Promise<void>
  /** Page by page, in the order of the keys. */
  readonly list: (prefix: string) => AsyncGenerator<readonly Listed[]>
  readonly remove: (key: string) => Promise<void>
}

const agents = createAgents(LIMITS.sdkConnect, { maxSockets: 50 })

/** Settings of the S3 client: its objects are larger than what other services answer, so it is given longer. */
export const bucketSettings = {
  maxAttempts: LIMITS.objectAttempts,
  requestHandler: {
    httpAgent: agents['http:'],
    httpsAgent: agents['https:'],
    connectionTimeout: LIMITS.sdkConnect,
    requestTimeout: LIMITS.objectRequest,
    throwOnRequestTimeout: true,
  },
  // Sums over a stream are sent in chunks of their own making; TLS and the length do here.
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const

export const createBucket = (client: S3Client, Bucket: string): Bucket => {
  const fetch: Bucket['fetch'] = async (Key, file, maxBytes, version) => {
    try {
      const command = new GetObjectCommand({ Bucket, Key, ...(version !== undefined && { VersionId: version }) })
      const { Body, ContentLength = 0, LastModified, VersionId } = await client.send(command)
      const body = Body as Readable // in Node it is one
      if (ContentLength > maxBytes) body.destroy()
      else await pipeline(body, createWriteStream(file))
      return { size: ContentLength, modifiedAt: LastModified?.getTime() ?? 0, version: VersionId }
    } catch (error) {
      // Without the right to list the bucket, S3 says of a missing object that it is forbidden.
      if (error instanceof Error && /^NoSuch(Key|Version)$/.test(error.name)) return undefined
      return unavailable(error)
    }
  }

  const newest: Bucket['newest'] = async (Key) => {
    try {
      return (await client.send(new HeadObjectCommand({ Bucket, Key }))).VersionId
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFound') return undefined
      return unavailable(error)
    }
  }

  const put = async (Key: string, Body: string, contentType: string): Promise<void> => {
    const command = new PutObjectCommand({ Bucket, Key, Body, ...described(contentType) })
    await client.send(command).catch(unavailable)
  }

  const putFile = async (Key: string, file: string, contentType: string): Promise<void> => {
    const { size } = await stat(file)
    const Body = createReadStream(file)
    const command = new PutObjectCommand({ Bucket, Key, Body, ContentLength: size, ...described(contentType) })
    await client.send(command).catch(unavailable)
  }

  const list = async function* (Prefix: string): AsyncGenerator<readonly Listed[]> {
    try {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
        yield Contents.flatMap(({ Key, LastModified }) =>
          Key && LastModified ? [{ key: Key, modifiedAt: LastModified.getTime() }] : [],
        )
    } catch (error) {
      unavailable(error)
    }
  }

  const remove = async (Key: string): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket, Key })).catch(unavailable)
  }

  return { fetch, newest, put, putFile, list, remove }
}

/** A browser shows it as what it is, and keeps no copy. */
const described = (ContentType: string) => ({ ContentType, CacheControl: 'no-store' })

const unavailable = unavailableOf('the bucket')
