import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import middy from '@middy/core'
import { createLedger } from '../lib/aws/ledger.ts'
import { createMerchantSecrets } from '../lib/aws/merchant-secrets.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { InputError } from '../lib/errors.ts'
import { readCaller, readPath, readQuery } from '../lib/intake/event-source.ts'
import { readOrderKey, readQueryCall } from '../lib/intake/payment-notice.ts'
import { sourceOfCaller } from '../lib/intake/tenancy.ts'
import { CALL_CONFIG, createCallDeps } from '../lib/lambda/dependencies.ts'
import { dryRunQuery } from '../lib/lambda/dry-run.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { rowKey } from '../lib/ledger/row.ts'
import { precheckOrder } from '../lib/operations/precheck-order.ts'
import type { OperationResult } from '../lib/operations/result.ts'
import { statusReply } from '../lib/views/reply.ts'

const config = readConfig(['served', 'tillRoles', 'ledgerTable', ...CALL_CONFIG])
const keys = createMerchantSecrets(new SecretsManagerClient(functionSettings('secretsmanager')), {
  prefix: config.secretsPrefix,
  maxAgeMs: config.secretMaxAgeMs,
})
const deps = {
  ledger: createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable),
  ...createCallDeps(config, { keys }),
}

/** Returns what the ledger knows of an order; with `?check=1`, what WeChat Pay says of it now. */
const status = async (event: unknown): Promise<OperationResult> => {
  const till = sourceOfCaller(readCaller(event), config.served.tills, config.tillRoles)
  const key = readOrderKey(readPath(event), config.served, 'status', till)
  const { check, ...stated } = readQuery(event, 'check', 'service_id', 'appid')
  if (check !== undefined && check !== '1') throw new InputError('check', 'must be 1 or left out')
  if (check === '1') return precheckOrder(readQueryCall(key, stated, config.served), deps)
  for (const name of Object.keys(stated)) throw new InputError(name, 'goes with check=1')
  const row = await deps.ledger.read(rowKey(key))
  return { reply: statusReply(row), log: { ...key, state: row?.state } }
}

export const handler = middy(status).use(logLine('status')).use(respond())

/** lib/lambda/index.mjs awaits this before Lambda delivers the first event. */
export const init = () => warmUp(config, deps, dryRunQuery)
