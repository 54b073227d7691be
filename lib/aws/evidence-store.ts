import { createHash } from 'node:crypto'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { unavailableOf } from '../errors.ts'

/** The bucket of evidence, for the functions: they add to it, and neither read nor change what is there. */
export type EvidenceStore = {
  /** False if there is such an object already, which stays as it is. Throws UnavailableError when S3 fails. */
  readonly putOnce: (key: string, body: Uint8Array, contentType: string) => Promise<boolean>
}

export const createEvidenceStore = (client: S3Client, Bucket: string): EvidenceStore => ({
  putOnce: async (Key, Body, ContentType) => {
    const command = new PutObjectCommand({
      ...{ Bucket, Key, Body, ContentType, IfNoneMatch: '*' },
      // A bucket with Object Lock takes nothing without it.
      ChecksumSHA256: createHash('sha256').update(Body).digest('base64'),
    })
    try {
      await client.send(command)
      return true
    } catch (error) {
      return error instanceof Error && error.name === 'PreconditionFailed' ? false : unavailable(error)
    }
  },
})

const unavailable = unavailableOf('the bucket of evidence')
