import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { cliClientSettings } from '../aws/client.ts'
import type { KeptEvent } from './letter.ts'

/** Sends a payment notice again. Gives the reason if it was not accepted; undefined if it was. */
export type SendAgain = (event: KeptEvent) => Promise<string | undefined>

/** Puts the event on the bus with its first time, so that an old payment notice does not replace a newer one. */
export const toBus = (EventBusName: string): SendAgain => {
  const client = new EventBridgeClient(cliClientSettings)
  return async ({ source, 'detail-type': DetailType, time, detail }) => {
    const entry = { EventBusName, Source: source, DetailType, Time: new Date(time), Detail: JSON.stringify(detail) }
    return refusal(async () => {
      const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }))
      return Entries[0]?.EventId === undefined ? (Entries[0]?.ErrorCode ?? 'unknown') : undefined
    })
  }
}

/** Invokes the stack's own function asynchronously, so Lambda's retries and dead letter queue apply again. */
export const toFunction = (FunctionName: string): SendAgain => {
  const client = new LambdaClient(cliClientSettings)
  return async (event) =>
    refusal(async () => {
      const Payload = Buffer.from(JSON.stringify(event))
      const { StatusCode } = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }))
      return StatusCode === 202 ? undefined : `status ${StatusCode}`
    })
}

/** A payment notice that is not accepted stays in the queue, and must not stop the run. */
const refusal = async (send: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await send()
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown'
  }
}
