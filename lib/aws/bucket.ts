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

/** An object in a listing. `modifiedAt` is in ms. */
export type Listed = { readonly key: string; readonly modifiedAt: number }

/** An object that was downloaded. `version` is undefined if the bucket keeps no versions; `modifiedAt` is in ms. */
export type Fetched = { readonly size: number; readonly modifiedAt: number; readonly version: string | undefined }

/** The objects of one S3 bucket. Every method throws UnavailableError when S3 fails. */
export type Bucket = {
  /**
   * Downloads an object to a file; the newest version if none is named. Undefined if there is no such object. An object
   * larger than `maxBytes` is not downloaded, only its size is returned.
   */
  readonly fetch: (key: string, file: string, maxBytes: number, version?: string) => Promise<Fetched | undefined>
  /** The newest version of an object; undefined if there is no such object, or the bucket keeps no versions. */
  readonly newest: (key: string) => Promise<string | undefined>
  readonly put: (key: string, text: string, contentType: string) => Promise<void>
  readonly putFile: (key: string, file: string, contentType: string) => Promise<void>
  /** Yields the objects page by page, sorted by key. */
  readonly list: (prefix: string) => AsyncGenerator<readonly Listed[]>
  readonly remove: (key: string) => Promise<void>
}

const agents = createAgents(LIMITS.sdkConnect, { maxSockets: 50 })

/**
 * Settings of the S3 client. It has longer time limits than the other clients, since its objects are larger than other
 * answers.
 */
export const bucketSettings = {
  maxAttempts: LIMITS.objectAttempts,
  requestHandler: {
    httpAgent: agents['http:'],
    httpsAgent: agents['https:'],
    connectionTimeout: LIMITS.sdkConnect,
    requestTimeout: LIMITS.objectRequest,
    throwOnRequestTimeout: true,
  },
  // The SDK would send a checksum of a stream with its own chunked encoding. TLS and Content-Length protect the content
  // here.
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const

export const createBucket = (client: S3Client, Bucket: string): Bucket => {
  const fetch: Bucket['fetch'] = async (Key, file, maxBytes, version) => {
    try {
      const command = new GetObjectCommand({ Bucket, Key, ...(version !== undefined && { VersionId: version }) })
      const { Body, ContentLength = 0, LastModified, VersionId } = await client.send(command)
      const body = Body as Readable // a stream in Node
      if (ContentLength > maxBytes) body.destroy()
      else await pipeline(body, createWriteStream(file))
      return { size: ContentLength, modifiedAt: LastModified?.getTime() ?? 0, version: VersionId }
    } catch (error) {
      // S3 answers NoSuchKey only to a role that may list the bucket; otherwise AccessDenied, which is unavailable
      // here.
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
    const command = new PutObjectCommand({ Bucket, Key, Body, ...objectHeaders(contentType) })
    await client.send(command).catch(unavailable)
  }

  const putFile = async (Key: string, file: string, contentType: string): Promise<void> => {
    const { size } = await stat(file)
    const Body = createReadStream(file)
    const command = new PutObjectCommand({ Bucket, Key, Body, ContentLength: size, ...objectHeaders(contentType) })
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

/** A browser shows the object by its type, and does not cache it. */
const objectHeaders = (ContentType: string) => ({ ContentType, CacheControl: 'no-store' })

const unavailable = unavailableOf('the bucket')
