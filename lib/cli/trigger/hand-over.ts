import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { SignatureV4 } from '@smithy/signature-v4'
import { clientSettings } from '../../aws/client.ts'
import { UnavailableError } from '../../errors.ts'
import type { OrderKey } from '../../order/row.ts'
import { PAID_OFFLINE } from '../../order/trigger.ts'

export type Notice = OrderKey & {
  readonly service_id?: string
  readonly amount?: number
  readonly detail: { readonly paid_time: string }
}

/** What came back of the HTTP route. */
export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/** By HTTP, signed for IAM with the caller's own credentials. Throws UnavailableError when nothing came back. */
export const handOverByHttp = async (api: string, { mchid, out_order_no, ...rest }: Notice): Promise<Answer> => {
  const url = new URL(`${api}/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}/sync`)
  const body = JSON.stringify(rest)
  const headers = await signedHeaders(url, body)
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(35_000) }).catch(
    (error: unknown) => {
      throw new UnavailableError(`${url.origin} does not answer (${error instanceof Error ? error.name : 'unknown'})`)
    },
  )
  const text = await response.text()
  return { status: response.status, body: parse(text) }
}

/** Credentials, region and hash of any client of the SDK are those of this one. */
const signedHeaders = async (url: URL, body: string): Promise<Record<string, string>> => {
  const { config } = new EventBridgeClient(clientSettings)
  const signer = new SignatureV4({
    service: 'execute-api',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
  })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  })
  return headers
}

/** As an event, as a till puts it on the bus. Gives why the bus refused it; undefined when it took it. */
export const handOverByEvent = async (bus: string, source: string, notice: Notice): Promise<string | undefined> => {
  const entry = { EventBusName: bus, Source: source, DetailType: PAID_OFFLINE, Detail: JSON.stringify(notice) }
  const { Entries = [] } = await new EventBridgeClient(clientSettings).send(new PutEventsCommand({ Entries: [entry] }))
  return Entries[0]?.EventId === undefined ? (Entries[0]?.ErrorCode ?? 'unknown') : undefined
}

const parse = (text: string): Answer['body'] => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return { detail: text.slice(0, 200) }
  }
}
