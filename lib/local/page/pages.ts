import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Row, readRowKey } from '../../ledger/row.ts'
import { PUBLIC_KEY } from '../announce-world.ts'
import { LOCAL } from '../local-folder.ts'
import { answerJson } from '../loopback-server.ts'
import type { World } from '../world.ts'
import { PAGE_POLICY, type PageContent, wherePage, worldPage } from './render.ts'
import { servedGroups } from './served-groups.ts'

const REPORTS = join(LOCAL, 'reports')
const MOST_ORDERS = 100

/** No page of another origin may embed, read or cache this page. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': PAGE_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}
/** A report has one style sheet and no script. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type Sent = {
  readonly status?: number
  readonly type?: string
  readonly policy?: string
  readonly body: string | Buffer
}

/**
 * The page of a running local world. The token is a folder in its address, which only the terminal shows; a cookie
 * would be sent to every other port of this machine.
 */
export const openPages = (world: World): void =>
  world.api.servePages(async (request, response) => {
    const [, token = '', ...rest] = (request.url ?? '').split('?', 1)[0]?.split('/') ?? []
    if (token === 'favicon.ico') return response.writeHead(204, HEADERS).end()
    if (token === '') return send(response, { status: 403, body: wherePage(false) })
    const isOpen = world.api.isToken(token)
    if (isOpen && rest.length === 0) return response.writeHead(308, { ...HEADERS, Location: `/${token}/` }).end()
    const page = isOpen ? await pageAt(rest.join('/'), world) : undefined
    return page ? send(response, page) : answerJson(response, 404, { message: 'Not Found' })
  })

/** With the real WeChat Pay there is no page of orders, since its button would report payments. */
export const openLivePages = (world: World): void =>
  world.api.servePages((request, response) =>
    request.url === '/'
      ? send(response, { status: 403, body: wherePage(true) })
      : answerJson(response, 404, { message: 'Not Found' }),
  )

const send = (response: ServerResponse, { status = 200, type = 'text/html; charset=utf-8', policy, body }: Sent) =>
  response
    .writeHead(status, { ...HEADERS, 'Content-Type': type, ...(policy && { 'Content-Security-Policy': policy }) })
    .end(body)

const pageAt = async (path: string, world: World): Promise<Sent | undefined> => {
  if (path === '') return { body: worldPage(await contentOf(world)) }
  if (path === 'pub_key.pem') return { type: 'application/x-pem-file', body: readFileSync(PUBLIC_KEY) }
  // Compares with the names of existing reports, so that a path cannot lead to another file.
  const report = reportNames().find((name) => `reports/${encodeURIComponent(name)}` === path)
  return report === undefined ? undefined : { policy: REPORT_POLICY, body: readFileSync(join(REPORTS, report)) }
}

const reportNames = (): readonly string[] =>
  existsSync(REPORTS)
    ? readdirSync(REPORTS)
        .filter((name) => name.endsWith('.html'))
        .sort()
        .reverse()
    : []

const contentOf = async (world: World): Promise<PageContent> => {
  const { env, api, clock, table, wechatpay } = world
  const rows = (await table.rows()).filter(isOrder).sort((a, b) => b.created_at - a.created_at)
  const known = new Set(rows.map(({ pk }) => readRowKey(pk).out_order_no))
  return {
    api: api.url,
    ports: [
      ['微信支付 WeChat Pay', env.WECHATPAY_ORIGIN],
      ['DynamoDB', env.AWS_ENDPOINT_URL_DYNAMODB],
      ['EventBridge', env.AWS_ENDPOINT_URL_EVENTBRIDGE],
      ['S3', env.AWS_ENDPOINT_URL_S3],
      ['Secrets Manager', env.AWS_ENDPOINT_URL_SECRETS_MANAGER],
    ],
    served: servedGroups(world.merchants),
    key: { id: wechatpay.keyId, file: PUBLIC_KEY },
    rows: rows.slice(0, MOST_ORDERS),
    older: Math.max(0, rows.length - MOST_ORDERS),
    unpaid: wechatpay
      .orders()
      .filter(({ out_order_no, state }) => state === 'finished' && !known.has(out_order_no))
      .reverse()
      .slice(0, MOST_ORDERS)
      .map(({ mchid, sub_mchid = mchid, ...order }) => ({ ...order, mchid: sub_mchid })),
    reports: reportNames(),
    now: clock.now(),
  }
}

/** The table also has rows of counters. */
const isOrder = (row: object): row is Row => 'state' in row && 'call' in row && 'created_at' in row
