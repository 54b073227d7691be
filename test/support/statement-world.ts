import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { bucketSettings, createBucket } from '../../lib/aws/bucket.ts'
import { createLedgerReader } from '../../lib/aws/ledger-reader.ts'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { createClock } from '../../lib/local/clock.ts'
import { startObjects } from '../../lib/local/objects.ts'
import { importStatement, type StatementDeps } from '../../lib/statements/import-statement.ts'
import { startDynalite } from './dynalite.ts'
import { openLedger } from './ledger-table.ts'
import { NOW } from './orders.ts'

export const MCHID = '1900000109'
export const BUCKET = 'payscore-statements'

export const MERCHANTS = readMerchantsConfig(
  JSON.stringify({
    [MCHID]: { services: { '500001': 'wxd678efh567hg6787' } },
    '1900000110': { services: { '500002': 'wxd678efh567hg6788' }, closed: true },
  }),
).merchants

/** The function's S3 client, for an emulator's address. */
export const objectsAt = (endpoint: string) => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new S3Client({ ...bucketSettings, endpoint, forcePathStyle: true, region: 'us-east-1', credentials })
  return createBucket(client, BUCKET)
}

/** A ledger, a bucket and the import between them, at a fixed time: by default 2026-11-24 10:30 in China. */
export const startStatementWorld = async (now = NOW) => {
  const dynalite = await startDynalite()
  const table = await openLedger(dynalite.endpoint)
  const clock = createClock(now)
  const bucket = await startObjects({ clock, bucket: BUCKET })
  const scratch = await mkdtemp(join(tmpdir(), 'scratch-'))
  const deps: StatementDeps = {
    objects: objectsAt(bucket.endpoint),
    ledger: table.ledger,
    reader: createLedgerReader(table.client, table.table),
    merchants: MERCHANTS,
    scratch,
    now: () => now,
  }

  /** Uploads a statement, imports it, and gives the files of the report. */
  const report = async (name: string, body: string | Buffer, extension = 'csv') => {
    const key = `statements/${MCHID}/${name}.${extension}`
    bucket.put(key, body)
    const handled = await importStatement(key, deps)
    return { handled, ...files(name, extension) }
  }

  const files = (name: string, ending = 'csv') => {
    const text = (extension: string) =>
      bucket.stored.get(`reports/${MCHID}/${name}.${ending}.${extension}`)?.body.toString() ?? ''
    const json = text('json')
    return { html: text('html'), csv: text('csv'), json, data: json === '' ? undefined : readReport(json) }
  }

  const close = async () => {
    table.close()
    await Promise.all([dynalite.close(), bucket.close(), rm(scratch, { recursive: true, force: true })])
  }

  return { deps, table, bucket, clock, report, files, dynalite, scratchFiles: () => readdir(scratch), close }
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
