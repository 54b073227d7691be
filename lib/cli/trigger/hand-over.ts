import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { PAID_OFFLINE } from '../../intake/event-source.ts'
import type { OrderKey } from '../../ledger/row.ts'
import { cliClientSettings } from '../aws/client.ts'
import { type Answer, postToOrder } from '../aws/http-api.ts'

export type Notice = OrderKey & {
  readonly service_id?: string
  readonly amount?: number
  readonly detail: { readonly paid_time: string }
}

/** Sends a payment notice over HTTP. Throws CliError if there is no response. */
export const handOverByHttp = (api: string, { mchid, out_order_no, ...rest }: Notice): Promise<Answer> =>
  postToOrder(api, { mchid, out_order_no }, 'sync', rest)

/** Puts a payment notice on the bus, as a POS does. Gives the reason if the bus refused it; undefined otherwise. */
export const handOverByEvent = async (bus: string, source: string, notice: Notice): Promise<string | undefined> => {
  const entry = { EventBusName: bus, Source: source, DetailType: PAID_OFFLINE, Detail: JSON.stringify(notice) }
  const { Entries = [] } = await new EventBridgeClient(cliClientSettings).send(
    new PutEventsCommand({ Entries: [entry] }),
  )
  return Entries[0]?.EventId === undefined ? (Entries[0]?.ErrorCode ?? 'unknown') : undefined
}
