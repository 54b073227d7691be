import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { functionSettings } from '../lib/aws/client.ts'
import { createEventBus } from '../lib/aws/event-bus.ts'
import { readConfig } from '../lib/config.ts'
import { entry } from '../lib/lambda/entry.ts'
import type { Row } from '../lib/order/row.ts'
import { announceOutcomes, type Change } from '../lib/steps/announce-outcomes.ts'
import type { Handled } from '../lib/steps/handled.ts'

const { eventBus } = readConfig(['eventBus'])
const bus = createEventBus(new EventBridgeClient(functionSettings('events')), eventBus)

/** What was written to the ledger → outcome events. */
const outcome = (event: unknown): Promise<Handled> => announceOutcomes(changesOf(event as DynamoDBStreamEvent), bus)

/** Rows that expired are no outcome. */
const changesOf = ({ Records }: DynamoDBStreamEvent): readonly Change[] =>
  Records.flatMap(({ dynamodb }) => {
    const after = rowOf(dynamodb?.NewImage)
    return after ? [{ before: rowOf(dynamodb?.OldImage), after }] : []
  })

/** The stream's types say the same as the client's, in other words. */
const rowOf = (image: unknown): Row | undefined =>
  image ? (unmarshall(image as Record<string, AttributeValue>) as Row) : undefined

export const handler = entry('outcome', outcome)
