import { S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvidenceStore } from '../../lib/aws/evidence-store.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { createClock } from '../../lib/local/clock.ts'
import { startObjects } from '../../lib/local/objects.ts'
import { NOW } from '../support/orders.ts'

const KEY = 'answers/2026/11/24/1029-cbd163210c02db2d.jsonl.gz'

let bucket: Awaited<ReturnType<typeof startObjects>>
beforeEach(async () => {
  const lock = { bucket: 'evidence', mode: 'COMPLIANCE', retainMs: 1000, keys: /^answers\// } as const
  bucket = await startObjects({ clock: createClock(NOW), bucket: 'reports', lock })
})
afterEach(() => bucket.close())

const store = () => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const settings = { endpoint: bucket.endpoint, forcePathStyle: true, region: 'us-east-1', credentials, maxAttempts: 1 }
  return createEvidenceStore(new S3Client(settings), 'evidence')
}
const versions = () => [...bucket.locked.versions.values()].map(({ body }) => body.toString())

describe('an object of evidence', () => {
  it('is put with the checksum without which a locked bucket takes nothing', async () => {
    expect(await store().putOnce(KEY, Buffer.from('signed'), 'application/gzip')).toBe(true)

    expect(bucket.locked.stored.get(KEY)).toMatchObject({
      body: Buffer.from('signed'),
      contentType: 'application/gzip',
    })
  })

  it('is put once: a second put makes no version of it', async () => {
    await store().putOnce(KEY, Buffer.from('first'), 'application/gzip')

    expect(await store().putOnce(KEY, Buffer.from('second'), 'application/gzip')).toBe(false)

    expect(versions()).toEqual(['first'])
  })

  it.each(['fail', 'reset'] as const)('is told as unavailable when S3 is down: %s', async (kind) => {
    bucket.faults.add({ kind, match: ({ operation }) => operation === 'PutObject', times: 9 })

    await expect(store().putOnce(KEY, Buffer.from('signed'), 'application/gzip')).rejects.toThrow(UnavailableError)

    expect(versions()).toEqual([])
  })
})
