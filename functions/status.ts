import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { functionSettings } from '../lib/aws/client.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { readConfig } from '../lib/config.ts'
import { InputError } from '../lib/errors.ts'
import { entry } from '../lib/lambda/entry.ts'
import { rehearseQuery } from '../lib/lambda/rehearsal.ts'
import { CALL_CONFIG, createCallDeps } from '../lib/lambda/step-deps.ts'
import { warmUp } from '../lib/lambda/warm-up.ts'
import { readOrderKey, readQueryCall } from '../lib/order/paid-order.ts'
import { statusReply } from '../lib/order/reply.ts'
import { rowKey } from '../lib/order/row.ts'
import { readPath, readQuery } from '../lib/order/trigger.ts'
import { checkOrder } from '../lib/steps/check-order.ts'
import type { Handled } from '../lib/steps/handled.ts'

const config = readConfig(['merchants', 'ledgerTable', ...CALL_CONFIG])
const deps = {
  ledger: createLedger(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable),
  ...createCallDeps(config),
}

/** What the ledger knows of an order; with `?check=1` what WeChat Pay says of it now. */
const status = async (event: unknown): Promise<Handled> => {
  const key = readOrderKey(readPath(event), config.merchants)
  const { check, ...asked } = readQuery(event, 'check', 'service_id', 'appid')
  if (check !== undefined && check !== '1') throw new InputError('check', 'must be 1 or left out')
  if (check === '1') return checkOrder(readQueryCall(key, asked, config.merchants), deps)
  for (const name of Object.keys(asked)) throw new InputError(name, 'goes with check=1')
  const row = await deps.ledger.read(rowKey(key))
  return { reply: statusReply(row), log: { ...key, state: row?.state } }
}

export const handler = entry('status', status)
export const init = () => warmUp(config, deps, rehearseQuery)
