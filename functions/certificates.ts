import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createMerchantSecrets } from '../lib/aws/merchant-secrets.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { createHandler } from '../lib/lambda/handler.ts'
import { checkCertificates } from '../lib/operations/check-certificates.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const { merchants, secretsPrefix } = readConfig(['merchants', 'secretsPrefix'])
// A fresh copy each day: what is watched is the secret as it is now.
const secrets = createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: secretsPrefix,
  maxAgeMs: 0,
})
const signers = [...new Set([...merchants.values()].map(({ mchid, provider }) => provider ?? mchid))]

/** Every day: how long the merchants' certificates last. */
const certificates = (): Promise<OperationResult> => checkCertificates(signers, secrets, Date.now())

export const handler = createHandler('certificates', certificates)
