import { tmpdir } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import middy from '@middy/core'
import { bucketSettings, createBucket } from '../lib/aws/bucket.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { createLedgerReader } from '../lib/aws/ledger-reader.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import type { OperationResult } from '../lib/operations/result.ts'
import { importStatement, type StatementDeps } from '../lib/statements/import-statement.ts'
import { findOverdue, refreshReports } from '../lib/statements/refresh-reports.ts'
import { readStatementTask } from '../lib/statements/statement-task.ts'

const config = readConfig(['served', 'ledgerTable', 'bucket'])
const client = new DynamoDBClient(functionSettings('dynamodb'))
const deps: StatementDeps = {
  objects: createBucket(new S3Client(bucketSettings), config.bucket),
  ledger: createLedger(client, config.ledgerTable),
  reader: createLedgerReader(client, config.ledgerTable),
  merchants: config.served,
  scratch: tmpdir(),
  now: Date.now,
}

/**
 * Reads a shop's list of offline payments: adds the rows that the ledger lacks and writes a report. On a schedule, it
 * renews the reports and looks for overdue statements.
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
  }
}

export const handler = middy(statement).use(logLine('statement')).use(respond())
