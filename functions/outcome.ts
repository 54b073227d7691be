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

const { eventBus, ledgerTable } = readConfig(['eventBus', 'ledgerTable'])
const bus = createEventBus(new EventBridgeClient(functionSettings('events')), eventBus)
const ledger = createLedger(new DynamoDBClient(functionSettings('dynamodb')), ledgerTable)
const counted = new Set<string>()

/**
 * What was written to the ledger → outcome events. By the alias `announce`, which is all that a person may invoke, how
 * orders stand: their names come in, and the rows are read here, so that nobody can put words of his own on the bus.
 */
const outcome = (event: unknown, { invokedFunctionArn }: Context): Promise<OperationResult> =>
  invokedFunctionArn.endsWith(':announce')
    ? publishAgain(readPublishTask(event), { ledger, bus })
    : publishOrderEvents(changesOf(event as DynamoDBStreamEvent), bus, counted)

/** Rows that expired are no outcome. */
const changesOf = ({ Records }: DynamoDBStreamEvent): readonly Change[] =>
  Records.flatMap((record) => (record.dynamodb?.NewImage ? [changeOf(record)] : []))

const changeOf = ({ eventID, dynamodb }: DynamoDBRecord): Change => {
  const of = { ...(eventID && { id: eventID }), pk: dynamodb?.Keys?.pk?.S ?? '' }
  try {
    return { ...of, before: rowOf(dynamodb?.OldImage), after: rowOf(dynamodb?.NewImage) }
  } catch {
    return { ...of, before: undefined, after: undefined }
  }
}

/** The stream's types say the same as the client's, in other words. */
const rowOf = (image: unknown): Row | undefined =>
  image ? (unmarshall(image as Record<string, AttributeValue>) as Row) : undefined

export const handler = middy(outcome).use(logLine('outcome')).use(respond())
