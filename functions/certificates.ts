import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { functionSettings } from '../lib/aws/client.ts'
import { createMerchants } from '../lib/aws/merchants.ts'
import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import type { Handled } from '../lib/steps/handled.ts'
import { watchCertificates } from '../lib/steps/watch-certificates.ts'

const { merchants, secretsPrefix } = readConfig(['merchants', 'secretsPrefix'])
// A fresh copy each day: what is watched is the secret as it is now.
const secrets = createMerchants(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: secretsPrefix,
  maxAgeMs: 0,
})
const signers = [...new Set([...merchants.values()].map(({ mchid, provider }) => provider ?? mchid))]

/** Every day: how long the merchants' certificates last. */
const certificates = (): Promise<Handled> => watchCertificates(signers, secrets, Date.now())

export const handler = entry('certificates', certificates)
