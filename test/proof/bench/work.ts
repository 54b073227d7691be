import type { Row } from '../../../lib/ledger/row.ts'

/** The one piece of work that everybody is measured on: one order of one merchant, told to WeChat Pay. */
export const WORK = {
  order_api: 'payafter-orders',
  mchid: '1900000109',
  appid: 'wxd678efh567hg6787',
  service_id: '2002000000000558128851361561536',
  out_order_no: '1234323JKHDFE1243252',
  paid_time: '20261124103000',
} as const

const { mchid, appid, service_id, out_order_no, paid_time } = WORK

export const SYNC_TARGET = `/v3/payscore/payafter-orders/${out_order_no}/sync`
export const SYNC_BODY = JSON.stringify({ appid, service_id, type: 'Order_Paid', detail: { paid_time } })
export const SYNC_ANSWER = JSON.stringify({ appid, mchid, out_order_no, order_id: '1000000000000000000000000001' })

/** The notice as API Gateway hands it over. */
export const NOTICE = {
  version: '2.0',
  routeKey: 'POST /merchants/{mchid}/payafter-orders/{out_order_no}/sync',
  rawPath: `/merchants/${mchid}/payafter-orders/${out_order_no}/sync`,
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method: 'POST' }, requestId: 'JKJaXmPLvHcESHA=', stage: '$default' },
  pathParameters: { mchid, out_order_no },
  body: JSON.stringify({ detail: { paid_time } }),
  isBase64Encoded: false,
}

const YEAR_MS = 365 * 86_400_000

const row = (now: number): Row => ({
  pk: `${mchid}#${out_order_no}`,
  state: 'PENDING',
  next: 'query',
  due: `${mchid}#0`,
  due_at: now + YEAR_MS,
  attempt: 1,
  call: WORK,
  call_hash: 'b3f805ec41297459263901a11cd4481733df2815fd84f76ce6d7139672a86e23',
  day: `${mchid}#20261124#0`,
  created_at: now,
  noticed_at: now,
  v: 1,
})

/** The row as it is once its notice was taken. The lease ends in a year: the same answer serves every claim. */
export const claimedRow = (now: number): Row => ({ ...row(now), leased_until: now + YEAR_MS })

/** The row once WeChat Pay's answer was recorded. Its query is due in a year: nothing is published in a long run. */
export const syncedRow = (now: number, signature: string): Row => ({
  ...row(now),
  state: 'SYNCED',
  attempt: 2,
  order_id: '1000000000000000000000000001',
  receipt: {
    serial: 'PUB_KEY_ID_0000000000000000000000000000000001',
    timestamp: String(Math.floor(now / 1000)),
    nonce: '4B3A6F7A8B622AB5A40155BEA445281C',
    signature,
    request_id: '08000000000110D7031866A2-0',
    status: 200,
    body: SYNC_ANSWER,
    sent_at: now,
  },
})

/** One page of the index of due rows. */
export const dueItems = (now: number) =>
  Array.from({ length: 500 }, (_, i) => ({
    pk: { S: `${mchid}#${String(i).padStart(20, '0')}` },
    state: { S: 'PENDING' },
    next: { S: 'query' },
    created_at: { N: String(now - 600_000) },
    due: { S: `${mchid}#0` },
    due_at: { N: String(now - 60_000 + i) },
  }))
