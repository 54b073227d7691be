import { setTimeout as sleep } from 'node:timers/promises'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SignatureV4 } from '@smithy/signature-v4'
import { createRequestHandler } from '../../aws/sdk/request-handler.ts'
import { type Json, membersOf } from '../../json.ts'
import type { OrderKey } from '../../ledger/row.ts'
import { LIMITS } from '../../limits.ts'
import { readJson } from '../../text.ts'
import { CliError } from '../../two-languages.ts'
import { cliClientSettings } from './client.ts'

/** The response of a route of the HTTP API. */
export type Answer = { readonly status: number; readonly body: Json }

/**
 * Posts to a route of an order (`sync`, or a decision), signed with Signature Version 4 and the caller's own
 * credentials. Tries again after a 429. Throws CliError if there is no response.
 */
export const postToOrder = async (
  api: string,
  { mchid, out_order_no }: OrderKey,
  route: string,
  content: object,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<Answer> => {
  for (let tried = 1; ; tried += 1) {
    const answer = await postOnce(api, { mchid, out_order_no }, route, content)
    if (answer.status !== 429 || tried === THROTTLED_MOST) return answer
    await wait(1000 * tried)
  }
}

/** Most attempts after a 429. API Gateway answers 429 before it invokes a function. */
const THROTTLED_MOST = 6

const postOnce = async (
  api: string,
  { mchid, out_order_no }: OrderKey,
  route: string,
  content: object,
): Promise<Answer> => {
  const url = new URL(`${api}/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}/${route}`)
  const body = JSON.stringify(content)
  const request = await signed(url, body)
  const { response } = await http.handle(request).catch((error: unknown) => {
    const seen = `${url.origin} (${nameOf(error)})`
    throw new CliError({
      en: `no answer from ${seen}: it is not known whether this was taken. Look with npx payscore status, then try again.`,
      zh: `${seen} 无应答:无法确定请求是否已被接收。请先用 npx payscore status 查看,再重试。`,
    })
  })
  return { status: response.statusCode, body: parse(response.body) }
}

const http = createRequestHandler({ connectionTimeout: LIMITS.commandConnect, requestTimeout: LIMITS.commandApi })

/** The code of an error whose name is only Error. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return error.name === 'Error' && 'code' in error ? String(error.code) : error.name
}

/** Takes credentials, region and hash from the settings of an SDK client. */
const signed = async (url: URL, body: string) => {
  const { config } = new EventBridgeClient(cliClientSettings)
  const signer = new SignatureV4({
    service: 'execute-api',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
  })
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  }
  const { headers } = await signer.sign(request)
  return { ...request, headers }
}

const parse = (body: Uint8Array): Answer['body'] => {
  const read = readJson(body)
  if ('flaw' in read || read.value === undefined) return { detail: Buffer.from(body).toString().slice(0, 200) }
  return membersOf(read.value)
}
