import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { cliClientSettings } from '../aws/client.ts'
import type { KeptEvent } from './letter.ts'

/** Sends a notice again. Gives why it was not taken; undefined when somebody else keeps it from now on. */
export type SendAgain = (event: KeptEvent) => Promise<string | undefined>

/** On the bus, with the time of the first event: an old notice must not outrank a newer one. */
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

/** To the stack's own function, by its own queue: its retries and its dead letters count anew. */
export const toFunction = (FunctionName: string): SendAgain => {
  const client = new LambdaClient(cliClientSettings)
  return async (event) =>
    refusal(async () => {
      const Payload = Buffer.from(JSON.stringify(event))
      const { StatusCode } = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }))
      return StatusCode === 202 ? undefined : `status ${StatusCode}`
    })
}

/** One that is not taken stays in the queue, and must not keep others from being sent. */
const refusal = async (send: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await send()
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown'
  }
}
