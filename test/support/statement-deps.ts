import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { bucketSettings, createBucket } from '../../lib/aws/bucket.ts'
import { createLedgerReader } from '../../lib/aws/ledger-reader.ts'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { createClock } from '../../lib/local/clock.ts'
import { startObjects } from '../../lib/local/objects.ts'
import { importStatement, type StatementDeps } from '../../lib/statements/import-statement.ts'
import { startLedger } from './ledger-table.ts'
import { NOW } from './orders.ts'
import { servedBy } from './served-by.ts'

export const MCHID = '1900000109'
export const BUCKET = 'payscore-statements'

export const MERCHANTS = servedBy({
  [MCHID]: { services: { '500001': 'wxd678efh567hg6787' } },
  '1900000110': { services: { '500002': 'wxd678efh567hg6788' }, closed: true },
})

/** Serves any sub-merchant. */
export const PROVIDER = '1900000200'
export const PROVIDERS = readMerchantsConfig({
  providers: { [PROVIDER]: { services: { '500003': '' }, sub_merchants: 'any' } },
}).served

/** The function's S3 client, for an emulator's address. */
export const objectsAt = (endpoint: string) => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new S3Client({ ...bucketSettings, endpoint, forcePathStyle: true, region: 'us-east-1', credentials })
  return createBucket(client, BUCKET)
}

/** The emulator's bucket with statements and their reports, at a fixed time, and an empty folder. */
export const startStatementBucket = async (now: number) => {
  const clock = createClock(now)
  const bucket = await startObjects({ clock, bucket: BUCKET })
  const scratch = await mkdtemp(join(tmpdir(), 'scratch-'))

  /** Uploads a statement, and gives its key. */
  const upload = (name: string, body: string | Buffer, ending = 'csv', folder = MCHID): string => {
    const key = `statements/${folder}/${name}.${ending}`
    bucket.put(key, body)
    return key
  }
  const file = (name: string, extension: string, ending = 'csv', folder = MCHID) =>
    bucket.stored.get(`reports/${folder}/${name}.${ending}.${extension}`)?.body.toString()
  const close = () => Promise.all([bucket.close(), rm(scratch, { recursive: true, force: true })])

  return { bucket, clock, scratch, upload, file, close }
}

/** What the import of a statement depends on, with emulators of DynamoDB and S3: by default 2026-11-24 10:30 in China. */
export const startStatementDeps = async (now = NOW) => {
  const [table, { upload, file, ...s3 }] = await Promise.all([startLedger(), startStatementBucket(now)])
  const deps: StatementDeps = {
    objects: objectsAt(s3.bucket.endpoint),
    ledger: table.ledger,
    reader: createLedgerReader(table.client, table.table),
    merchants: MERCHANTS,
    scratch: s3.scratch,
    now: () => now,
  }

  /** Uploads a statement, imports it, and gives the files of the report. */
  const report = async (name: string, body: string | Buffer, ending = 'csv') => {
    const handled = await importStatement(upload(name, body, ending), deps)
    return { handled, ...files(name, ending) }
  }

  const files = (name: string, ending = 'csv') => {
    const [html = '', csv = '', json = ''] = ['html', 'csv', 'json'].map((extension) => file(name, extension, ending))
    return { html, csv, json, data: json === '' ? undefined : readReport(json) }
  }

  const close = () => Promise.all([table.close(), s3.close()])

  return { ...s3, deps, table, upload, report, files, close }
}

/** The report's JSON. */
export type ReportData = {
  readonly entries: readonly (Readonly<Record<string, unknown>> & { readonly class: string; readonly line?: number })[]
  readonly summary: {
    readonly lines: number
    readonly classes: Readonly<
      Record<string, { readonly lines: number; readonly amount: number; readonly person: number }>
    >
    readonly needs_person: number
    readonly open: number
    readonly booked: number
    readonly to_refund: number
    readonly ledger_only: { readonly lines: number; readonly amount: number }
    readonly shops: readonly {
      readonly shop_id: string
      readonly lines: number
      readonly amount: number
      readonly synced: number
      readonly pending: number
      readonly person: number
    }[]
    readonly amount: number
    readonly stages: Readonly<Record<string, number>>
    readonly notes: readonly { readonly en: string; readonly zh: string }[]
    readonly file?: Readonly<Record<string, number>>
    readonly hours: readonly Readonly<Record<string, number>>[]
    readonly untimed: number
    readonly delays: readonly number[]
    readonly refused?: { readonly en: string; readonly zh: string }
    readonly days: readonly string[]
  }
}

const readReport = (json: string): ReportData => JSON.parse(json)
