import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFaults, type FaultRule, type Faults } from './aws-faults.ts'
import type { Clock } from './clock.ts'
import type { Credentials } from './credentials.ts'
import { listenOnLoopback, readBody } from './loopback-server.ts'
import { checkSignature } from './signature-v4.ts'

/** An object of the bucket. `modifiedAt` is in ms of the local world's clock. */
export type StoredObject = {
  readonly body: Buffer
  readonly contentType: string
  readonly cacheControl: string | undefined
  readonly modifiedAt: number
  /** Each put makes a new one. */
  readonly version: string
}

/** Object Lock by the bucket's default retention, and the only keys that the bucket is for. */
export type Lock = {
  readonly bucket: string
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE'
  readonly retainMs: number
  readonly keys: RegExp
  /** A bucket in another region, to which each version is copied at once, and nothing that is deleted. */
  readonly copy?: string
}

/** The objects of the locked bucket, the newest of each key, and every version that was not deleted by key and version. */
export type Locked = {
  readonly bucket: string
  readonly stored: ReadonlyMap<string, StoredObject>
  readonly versions: ReadonlyMap<string, StoredObject>
  readonly copy: Omit<Locked, 'copy'>
}

type ObjectRequest = {
  readonly operation: 'GetObject' | 'HeadObject' | 'PutObject' | 'DeleteObject' | 'ListObjectsV2' | 'ListObjectVersions'
  readonly bucket: string
  readonly key: string
}
/** `fail` is a 500 and nothing was done; `reset` resets the connection before. */
type ObjectFault = FaultRule<ObjectRequest> & { readonly kind: 'fail' | 'reset' }

/** Called with S3's "Object Created" event after each put. */
type OnCreated = (event: object) => void

export type Objects = {
  /** For AWS_ENDPOINT_URL_S3. */
  readonly endpoint: string
  readonly bucket: string
  readonly faults: Faults<ObjectRequest, ObjectFault>
  /** The newest object of each key. */
  readonly stored: ReadonlyMap<string, StoredObject>
  readonly locked: Locked
  /** Gives the new version id. */
  put(key: string, body: string | Buffer, contentType?: string): string
  onCreated(listener: OnCreated): void
  close(): Promise<void>
}

const PAGE = 1000

/**
 * S3 with one bucket, a second one whose objects are locked, and its copy: GetObject as a stream, PutObject, DeleteObject,
 * ListObjectsV2, ListObjectVersions, and the events of new objects of the first.
 */
export const startObjects = async ({
  clock,
  bucket,
  lock = NO_LOCK,
  credentials,
}: {
  readonly clock: Clock
  readonly bucket: string
  readonly lock?: Lock
  /** The credentials whose signatures are accepted; by default any well-formed signature. */
  readonly credentials?: Credentials
}): Promise<Objects> => {
  const check = credentials && checkSignature('s3', credentials)
  const { stored, versions, add } = createVersions(clock)
  const locked = createVersions(clock)
  const copy = createVersions(clock)
  const listeners: OnCreated[] = []
  const { faults, strike } = createFaults<ObjectRequest, ObjectFault>()

  const put = (
    key: string,
    body: string | Buffer,
    contentType = 'application/octet-stream',
    cacheControl?: string,
  ): string => {
    const bytes = Buffer.from(body)
    const { version } = add(key, bytes, contentType, cacheControl)
    for (const listener of listeners)
      listener({
        source: 'aws.s3',
        'detail-type': 'Object Created',
        time: new Date(clock.now()).toISOString(),
        detail: {
          version: '0',
          bucket: { name: bucket },
          object: { key, size: bytes.length, 'version-id': version },
          reason: 'PutObject',
        },
      })
    return version
  }

  const addLocked = (key: string, body: Buffer, headers: IncomingMessage['headers']): string => {
    const added = locked.add(key, body, headers['content-type'])
    copy.keep(key, added)
    return added.version
  }

  const serveLocked = (
    { operation, key, bucket: named }: ObjectRequest,
    url: URL,
    headers: IncomingMessage['headers'],
    body: Buffer,
    response: ServerResponse,
  ) => {
    const of = named === lock.copy ? copy : locked
    const refuse = (status: number, code: string) => answerXml(response, status, errorXml(code))
    const version = url.searchParams.get('versionId')
    switch (operation) {
      case 'PutObject':
        if (named === lock.copy || !lock.keys.test(key)) return refuse(403, 'AccessDenied')
        // S3 takes nothing into a bucket with Object Lock of which it cannot tell that it came whole.
        if (!isChecked(headers, body)) return refuse(400, 'InvalidRequest')
        if (headers['if-none-match'] === '*' && locked.stored.has(key)) return refuse(412, 'PreconditionFailed')
        return response.writeHead(200, { ETag: etag(body), 'x-amz-version-id': addLocked(key, body, headers) }).end()
      case 'DeleteObject': {
        if (version === null) {
          of.hide(key)
          return response.writeHead(204).end()
        }
        const object = of.versions.get(`${key} ${version}`)
        const isPast = lock.mode === 'GOVERNANCE' && headers['x-amz-bypass-governance-retention'] === 'true'
        if (object && !isPast && object.modifiedAt + lock.retainMs > clock.now()) return refuse(403, 'AccessDenied')
        of.drop(key, version)
        return response.writeHead(204).end()
      }
      case 'ListObjectsV2':
        return answerXml(response, 200, listing(of.stored, named, url))
      case 'ListObjectVersions':
        return answerXml(response, 200, versionListing(of, named, url))
      default: {
        const object = version === null ? of.stored.get(key) : of.versions.get(`${key} ${version}`)
        if (object && lock.retainMs > 0) {
          const until = new Date(object.modifiedAt + lock.retainMs).toISOString()
          response.setHeader('x-amz-object-lock-mode', lock.mode)
          response.setHeader('x-amz-object-lock-retain-until-date', until)
        }
        return sendObject(object, version === null ? 'NoSuchKey' : 'NoSuchVersion', response)
      }
    }
  }

  const serve = (
    request: ObjectRequest,
    url: URL,
    headers: IncomingMessage['headers'],
    body: Buffer,
    response: ServerResponse,
  ) => {
    switch (request.operation) {
      case 'PutObject':
        return response
          .writeHead(200, {
            ETag: etag(body),
            'x-amz-version-id': put(request.key, body, headers['content-type'], headers['cache-control']),
          })
          .end()
      case 'DeleteObject':
        stored.delete(request.key)
        return response.writeHead(204).end()
      case 'ListObjectsV2':
        return answerXml(response, 200, listing(stored, bucket, url))
      case 'ListObjectVersions':
        return answerXml(response, 501, errorXml('NotImplemented'))
      case 'HeadObject':
      case 'GetObject': {
        const version = url.searchParams.get('versionId')
        const object = version === null ? stored.get(request.key) : versions.get(`${request.key} ${version}`)
        return sendObject(object, version === null ? 'NoSuchKey' : 'NoSuchVersion', response)
      }
    }
  }

  const server = await listenOnLoopback(async (incoming, response) => {
    const body = await readBody(incoming)
    const url = new URL(incoming.url ?? '/', 'http://s3')
    const [named, ...rest] = url.pathname.slice(1).split('/')
    const key = decodeURIComponent(rest.join('/'))
    const operation = operationOf(incoming.method ?? '', key, url)
    const isLocked = named === lock.bucket || named === lock.copy
    if (named === undefined || (named !== bucket && !isLocked) || !operation)
      return answerXml(response, 404, errorXml('NoSuchBucket'))
    // If this server accepted what S3 refuses, tests would not notice it.
    const isSigned =
      /^AWS4-HMAC-SHA256 /.test(incoming.headers.authorization ?? '') || url.searchParams.has('X-Amz-Signature')
    if (!isSigned || check?.(incoming, body)) return answerXml(response, 403, errorXml('AccessDenied'))
    if (/aws-chunked/.test(String(incoming.headers['content-encoding'])))
      return answerXml(response, 501, errorXml('NotImplemented'))
    const request = { operation, bucket: named, key }
    const fault = strike(() => request)
    if (fault?.kind === 'reset') return incoming.socket.destroy()
    if (fault?.kind === 'fail') return answerXml(response, 500, errorXml('InternalError'))
    return (isLocked ? serveLocked : serve)(request, url, incoming.headers, body, response)
  })

  return {
    endpoint: `http://${server.host}`,
    bucket,
    faults,
    stored,
    locked: {
      ...{ bucket: lock.bucket, stored: locked.stored, versions: locked.versions },
      copy: { bucket: lock.copy ?? '', stored: copy.stored, versions: copy.versions },
    },
    put,
    onCreated: (listener) => {
      listeners.push(listener)
    },
    close: server.close,
  }
}

/** No bucket has this name. */
const NO_LOCK: Lock = { bucket: '', mode: 'GOVERNANCE', retainMs: 0, keys: /^/ }

/** What S3 keeps of one bucket with versions. */
const createVersions = (clock: Clock) => {
  const stored = new Map<string, StoredObject>()
  const versions = new Map<string, StoredObject>()
  let count = 0
  const keep = (key: string, object: StoredObject): void => {
    stored.set(key, object)
    versions.set(`${key} ${object.version}`, object)
  }
  const add = (
    key: string,
    body: Buffer,
    contentType = 'application/octet-stream',
    cacheControl?: string,
  ): StoredObject => {
    count += 1
    const object = { body, contentType, cacheControl, modifiedAt: clock.now(), version: `v${count}` }
    keep(key, object)
    return object
  }
  const drop = (key: string, version: string): void => {
    versions.delete(`${key} ${version}`)
    if (stored.get(key)?.version === version) stored.delete(key)
  }
  return { stored, versions, keep, add, hide: (key: string) => void stored.delete(key), drop }
}

const isChecked = (headers: IncomingMessage['headers'], body: Buffer): boolean =>
  headers['x-amz-checksum-sha256'] === createHash('sha256').update(body).digest('base64')

const versionListing = (
  { stored, versions }: Pick<Locked, 'stored' | 'versions'>,
  bucket: string,
  url: URL,
): string => {
  const prefix = url.searchParams.get('prefix') ?? ''
  const found = [...versions].filter(([name]) => name.startsWith(prefix))
  const entries = found.map(([name, { version, modifiedAt }]) => {
    const key = name.slice(0, -version.length - 1)
    return `<Version><Key>${xml(key)}</Key><VersionId>${version}</VersionId><IsLatest>${stored.get(key)?.version === version}</IsLatest><LastModified>${new Date(modifiedAt).toISOString()}</LastModified></Version>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?><ListVersionsResult><Name>${bucket}</Name><Prefix>${xml(prefix)}</Prefix><IsTruncated>false</IsTruncated>${entries.join('')}</ListVersionsResult>`
}

const operationOf = (method: string, key: string, url: URL): ObjectRequest['operation'] | undefined => {
  if (key === '' && method === 'GET') return url.searchParams.has('versions') ? 'ListObjectVersions' : 'ListObjectsV2'
  if (key === '') return undefined
  return ({ GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' } as const)[method]
}

/** In pieces, so that the reader gets a stream. */
const sendObject = (object: StoredObject | undefined, lacking: string, response: ServerResponse) => {
  if (!object) return answerXml(response, 404, errorXml(lacking))
  const { body, contentType, cacheControl, modifiedAt, version } = object
  response.writeHead(200, {
    'Content-Type': contentType,
    ...(cacheControl !== undefined && { 'Cache-Control': cacheControl }),
    'Content-Length': body.length,
    ETag: etag(body),
    'Last-Modified': new Date(modifiedAt).toUTCString(),
    'x-amz-version-id': version,
  })
  for (let at = 0; at < body.length; at += 65_536) response.write(body.subarray(at, at + 65_536))
  return response.end()
}

const listing = (stored: ReadonlyMap<string, StoredObject>, bucket: string, url: URL): string => {
  const prefix = url.searchParams.get('prefix') ?? ''
  const after = url.searchParams.get('continuation-token') ?? ''
  const keys = [...stored.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
  const page = keys.slice(0, PAGE)
  const contents = page.map((key) => {
    const { body, modifiedAt } = stored.get(key) ?? { body: Buffer.alloc(0), modifiedAt: 0 }
    return `<Contents><Key>${xml(key)}</Key><LastModified>${new Date(modifiedAt).toISOString()}</LastModified><Size>${body.length}</Size></Contents>`
  })
  const more = keys.length > PAGE
  const next = more ? `<NextContinuationToken>${xml(page.at(-1) ?? '')}</NextContinuationToken>` : ''
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>${bucket}</Name><Prefix>${xml(prefix)}</Prefix><IsTruncated>${more}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`
}

const errorXml = (code: string): string => `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`

const answerXml = (response: ServerResponse, status: number, text: string) =>
  response.writeHead(status, { 'Content-Type': 'application/xml' }).end(text)

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const etag = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`
