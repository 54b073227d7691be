import { tmpdir } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import middy from '@middy/core'
import { auditBills } from '../lib/audit/audit-bills.ts'
import type { AuditDeps } from '../lib/audit/audit-day.ts'
import { readAuditTask } from '../lib/audit/audit-task.ts'
import { type DigestDeps, sendDigest } from '../lib/audit/digest/send-digest.ts'
import { createBillLog } from '../lib/aws/bill-log.ts'
import { bucketSettings, createBucket } from '../lib/aws/bucket.ts'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createEvidenceStore } from '../lib/aws/evidence-store.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { createLedgerReader } from '../lib/aws/ledger-reader.ts'
import { createMerchantSecrets } from '../lib/aws/merchant-secrets.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { createSilentLog } from '../lib/aws/silent-log.ts'
import { createTopic } from '../lib/aws/topic.ts'
import { readConfig } from '../lib/config/config.ts'
import { createFetchDeps } from '../lib/lambda/audit-dependencies.ts'
import { CALL_CONFIG, createLedgerDeps } from '../lib/lambda/dependencies.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { createBillActions } from '../lib/operations/bill-actions.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig([
  'served',
  'ledgerTable',
  'bucket',
  'evidenceBucket',
  'alarmTopic',
  'eventBus',
  ...CALL_CONFIG,
])
const client = new DynamoDBClient(functionSettings('dynamodb'))
const keys = createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: config.secretsPrefix,
  maxAgeMs: config.secretMaxAgeMs,
})
const reader = createLedgerReader(client, config.ledgerTable)
const ledger = createLedger(client, config.ledgerTable)
const bus = () => createEventBus(new EventBridgeClient(functionSettings('events')), config.eventBus)
const deps: AuditDeps = {
  ...createFetchDeps(config, { keys }),
  bills: createBillLog(client, config.ledgerTable),
  reader,
  actions: createBillActions(reader, createLedgerDeps({ ledger, bus })),
  merchants: config.served,
  objects: createBucket(new S3Client(bucketSettings), config.bucket),
  evidence: createEvidenceStore(new S3Client(bucketSettings), config.evidenceBucket),
  scratch: tmpdir(),
}

/** Once a day. */
const digestDeps = (): DigestDeps => ({
  ...deps,
  reader,
  silent: createSilentLog(client, config.ledgerTable),
  bucket: config.bucket,
  bus: bus(),
  topic: createTopic(new SNSClient(functionSettings('sns')), config.alarmTopic),
})

/**
 * Compares WeChat Pay's trade bill of a day with the ledger, and has the orders asked about that differ; and tells people
 * of the double charges that are open.
 */
const audit = async (event: unknown): Promise<OperationResult> => {
  const task = readAuditTask(event, config.served, deps.now())
  return task.digest ? sendDigest(task.again === true, digestDeps()) : auditBills(task, deps)
}

export const handler = middy(audit).use(logLine('audit')).use(respond())
