import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import middy from '@middy/core'
import { bucketSettings } from '../lib/aws/bucket.ts'
import { createEvidenceStore } from '../lib/aws/evidence-store.ts'
import { createMerchantSecrets } from '../lib/aws/merchant-secrets.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { signersOf } from '../lib/config/served.ts'
import { createKeyArchive } from '../lib/evidence/key-files.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { checkCertificates } from '../lib/operations/check-certificates.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const { served, secretsPrefix, evidenceBucket } = readConfig(['served', 'secretsPrefix', 'evidenceBucket'])
// maxAgeMs is 0, so that each daily run reads the secrets as they are now.
const secrets = createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: secretsPrefix,
  maxAgeMs: 0,
})

const keepKeys = createKeyArchive(createEvidenceStore(new S3Client(bucketSettings), evidenceBucket), secretsPrefix)

/** Runs every day: reports how many days each merchant's certificate is still valid, and keeps WeChat Pay's keys. */
const certificates = (): Promise<OperationResult> => checkCertificates(signersOf(served), secrets, Date.now(), keepKeys)

export const handler = middy(certificates).use(logLine('certificates')).use(respond())
