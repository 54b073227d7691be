import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { unavailableOf } from '../errors.ts'

export type BusEvent = { readonly source: string; readonly detailType: string; readonly detail: object }

export type EventBus = {
  /**
   * One PutEvents of up to ten events. Returns those that EventBridge refused; throws UnavailableError if the request
   * failed.
   */
  readonly put: (events: readonly BusEvent[]) => Promise<readonly BusEvent[]>
}

/** How many events one PutEvents takes. */
export const BUS_BATCH = 10

export const createEventBus = (client: EventBridgeClient, EventBusName: string): EventBus => ({
  put: async (events) => {
    const Entries = events.map(({ source, detailType, detail }) => ({
      EventBusName,
      Source: source,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }))
    const answer = await client.send(new PutEventsCommand({ Entries })).catch(unavailableOf('the event bus'))
    return events.filter((_, i) => answer.Entries?.[i]?.EventId === undefined)
  },
})
