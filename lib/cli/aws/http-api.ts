import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SignatureV4 } from '@smithy/signature-v4'
import { UnavailableError } from '../../errors.ts'
import type { OrderKey } from '../../order/row.ts'
import { patientSettings } from './client.ts'

/** What came back of a route of the HTTP API. */
export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/**
 * Posts to a route of an order (`sync`, or a decision), signed for IAM with the caller's own credentials. Throws
 * UnavailableError when nothing came back.
 */
export const postToOrder = async (
  api: string,
  { mchid, out_order_no }: OrderKey,
  route: string,
  content: object,
): Promise<Answer> => {
  const url = new URL(`${api}/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}/${route}`)
  const body = JSON.stringify(content)
  const headers = await signedHeaders(url, body)
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(35_000) }).catch(
    (error: unknown) => {
      throw new UnavailableError(`${url.origin} does not answer (${error instanceof Error ? error.name : 'unknown'})`)
    },
  )
  return { status: response.status, body: parse(await response.text()) }
}

/** Credentials, region and hash of any client of the SDK are those of this one. */
const signedHeaders = async (url: URL, body: string): Promise<Record<string, string>> => {
  const { config } = new EventBridgeClient(patientSettings)
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

const parse = (text: string): Answer['body'] => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return { detail: text.slice(0, 200) }
  }
}
