import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import middy from '@middy/core'
import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { createLedger } from '../lib/aws/ledger.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { readPublishTask } from '../lib/intake/publish-task.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import type { Row } from '../lib/ledger/row.ts'
import { type Change, publishAgain, publishOrderEvents } from '../lib/operations/publish-order-events.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const { eventBus, ledgerTable, outcomes } = readConfig(['eventBus', 'ledgerTable', 'outcomes'])
const bus = createEventBus(new EventBridgeClient(functionSettings('events')), eventBus)
const ledger = createLedger(new DynamoDBClient(functionSettings('dynamodb')), ledgerTable)
const counted = new Set<string>()

/**
 * Publishes order events for the changes in the ledger's DynamoDB stream. Invoked by the alias `announce`, the only one
 * that an operator may invoke, it publishes again the current state of the orders in the payload. It reads the rows
 * itself, so that no caller can put its own text on the bus.
 */
const outcome = (event: unknown, { invokedFunctionArn }: Context): Promise<OperationResult> =>
  invokedFunctionArn.endsWith(':announce')
    ? publishAgain(readPublishTask(event), { ledger, bus })
    : publishOrderEvents(changesOf(event as DynamoDBStreamEvent), bus, counted, outcomes)

/** A deletion by DynamoDB's TTL has no NewImage and publishes no event. */
const changesOf = ({ Records }: DynamoDBStreamEvent): readonly Change[] =>
  Records.flatMap((record) => (record.dynamodb?.NewImage ? [changeOf(record)] : []))

const changeOf = ({ eventID, dynamodb }: DynamoDBRecord): Change => {
  const ids = { ...(eventID && { id: eventID }), pk: dynamodb?.Keys?.pk?.S ?? '' }
  try {
    return { ...ids, before: rowOf(dynamodb?.OldImage), after: rowOf(dynamodb?.NewImage) }
  } catch {
    return { ...ids, before: undefined, after: undefined }
  }
}

/** The types of aws-lambda and of the SDK describe AttributeValue differently; the data is the same. */
const rowOf = (image: unknown): Row | undefined =>
  image ? (unmarshall(image as Record<string, AttributeValue>) as Row) : undefined

export const handler = middy(outcome).use(logLine('outcome')).use(respond())
