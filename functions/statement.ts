import { tmpdir } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { functionSettings } from '../lib/aws/client.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { createLedgerReader } from '../lib/aws/ledger-reader.ts'
import { createObjects, objectSettings } from '../lib/aws/objects.ts'
import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import { readStatementTask } from '../lib/statement/statement-task.ts'
import type { Handled } from '../lib/steps/handled.ts'
import { readStatement, type StatementDeps } from '../lib/steps/read-statement.ts'
import { findOverdue, renewReports } from '../lib/steps/renew-reports.ts'

const config = readConfig(['merchants', 'ledgerTable', 'bucket'])
const client = new DynamoDBClient(functionSettings('dynamodb'))
const deps: StatementDeps = {
  objects: createObjects(new S3Client(objectSettings), config.bucket),
  ledger: createLedger(client, config.ledgerTable),
  reader: createLedgerReader(client, config.ledgerTable),
  merchants: config.merchants,
  scratch: tmpdir(),
  now: Date.now,
}

/** A shop's list of offline payments → rows that the ledger lacks, and a report; by schedule, the reports again. */
const statement = (event: unknown): Promise<Handled> => {
  const task = readStatementTask(event)
  switch (task.do) {
    case 'read':
      return readStatement(task.key, deps, task.version)
    case 'renew':
      return renewReports(deps)
    case 'overdue':
      return findOverdue(config.merchants, deps)
  }
}

export const handler = entry('statement', statement)
