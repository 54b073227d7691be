import { tmpdir } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import middy from '@middy/core'
import { bucketSettings, createBucket } from '../lib/aws/bucket.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { createLedgerReader } from '../lib/aws/ledger-reader.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { createSilentLog } from '../lib/aws/silent-log.ts'
import { readConfig } from '../lib/config/config.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import type { OperationResult } from '../lib/operations/result.ts'
import { importStatement, type StatementDeps } from '../lib/statements/import-statement.ts'
import { findOverdue, refreshReports } from '../lib/statements/refresh-reports.ts'
import { findSilent } from '../lib/statements/silent/find-silent.ts'
import { readStatementTask } from '../lib/statements/statement-task.ts'

const config = readConfig(['served', 'ledgerTable', 'bucket'])
const client = new DynamoDBClient(functionSettings('dynamodb'))
const reader = createLedgerReader(client, config.ledgerTable)
const deps: StatementDeps = {
  objects: createBucket(new S3Client(bucketSettings), config.bucket),
  ledger: createLedger(client, config.ledgerTable),
  reader,
  merchants: config.served,
  scratch: tmpdir(),
  now: Date.now,
}

/**
 * Reads a shop's list of offline payments: adds the rows that the ledger lacks and writes a report. On a schedule, it
 * renews the reports, and looks for overdue statements and for silent sub-merchants.
 */
const statement = (event: unknown): Promise<OperationResult> => {
  const task = readStatementTask(event)
  switch (task.do) {
    case 'read':
      return importStatement(task.key, deps, task.version)
    case 'renew':
      return refreshReports(deps)
    case 'overdue':
      return findOverdue(deps)
    case 'silent':
      return findSilent({ ...deps, merchants: config.served, reader, log: createSilentLog(client, config.ledgerTable) })
  }
}

export const handler = middy(statement).use(logLine('statement')).use(respond())
