import type { Merchant } from '../../lib/config/served.ts'
import { USUAL_PACE } from '../support/paced-signers.ts'

/** 2026-11-24 10:30:00 in China. */
export const NOW = Date.UTC(2026, 10, 24, 2, 30, 0)

const POS = 'com.example.pos'
const served = { sources: [POS], order_api: 'payafter-orders', mode: 'sync', closed: false, ...USUAL_PACE } as const

const DIRECT: Merchant = {
  ...served,
  mchid: '1900000109',
  services: new Map([['2002000000000558128851361561536', ['wxd678efh567hg6787']]]),
}

const TWO_SERVICES: Merchant = {
  ...served,
  mchid: '1900000117',
  order_api: 'serviceorder',
  services: new Map([
    ['500001', ['wx1111111111111111']],
    ['500002', ['wx2222222222222222', 'wx3333333333333333']],
  ]),
}

/** A sub-merchant of the service provider 1800000001. */
const SUB: Merchant = {
  ...served,
  mchid: '1900000125',
  order_api: 'partner',
  provider: '1800000001',
  services: new Map([['500003', []]]),
}

/** A sub-merchant of the acquiring institution 1800000002. */
const ACQUIRED: Merchant = {
  ...served,
  mchid: '1900000133',
  order_api: 'acquiringbank',
  provider: '1800000002',
  channel_id: '2088000001',
  services: new Map([['500004', []]]),
}

const CLOSED: Merchant = {
  ...served,
  mchid: '1900000141',
  services: new Map([['500005', ['wx5555555555555555']]]),
  mode: 'sync',
  closed: true,
}

export const MERCHANTS: ReadonlyMap<string, Merchant> = new Map(
  [DIRECT, TWO_SERVICES, SUB, ACQUIRED, CLOSED].map((merchant) => [merchant.mchid, merchant]),
)

type Json = Record<string, unknown>

/** The ways in. */
export const KINDS = ['http api', 'rest api', 'event', 'direct'] as const
export type Kind = (typeof KINDS)[number]

/** A notice before it is put into the shape of one of the ways in; a test spoils what it likes of it. */
export type Notice = {
  mchid?: unknown
  appid?: unknown
  sub_mchid?: unknown
  channel_id?: unknown
  out_order_no?: unknown
  service_id?: unknown
  type?: unknown
  detail?: unknown
  amount?: unknown
  shop_id?: unknown
  cashier_id?: unknown
  pos_ref?: unknown
}

/** API Gateway, HTTP API, payload 2.0: the path says who and which order, the body the rest. */
export const httpApiEvent = ({ mchid, out_order_no, ...body }: Notice): Json => ({
  version: '2.0',
  routeKey: 'POST /merchants/{mchid}/payafter-orders/{out_order_no}/sync',
  rawPath: `/merchants/${mchid}/payafter-orders/${out_order_no}/sync`,
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method: 'POST' }, requestId: 'JKJaXmPLvHcESHA=', stage: '$default' },
  pathParameters: { mchid, out_order_no },
  body: JSON.stringify(body),
  isBase64Encoded: false,
})

/** API Gateway, REST API, payload 1.0. */
export const restApiEvent = ({ mchid, out_order_no, ...body }: Notice): Json => ({
  resource: '/merchants/{mchid}/payafter-orders/{out_order_no}/sync',
  path: `/merchants/${mchid}/payafter-orders/${out_order_no}/sync`,
  httpMethod: 'POST',
  headers: { 'Content-Type': 'application/json' },
  queryStringParameters: null,
  pathParameters: { mchid, out_order_no },
  stageVariables: null,
  requestContext: { httpMethod: 'POST', requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', stage: 'prod' },
  body: JSON.stringify(body),
  isBase64Encoded: false,
})

/** EventBridge's envelope, one second old. */
export const busEvent = (detail: unknown): Json => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'Payscore Order Paid Offline',
  source: POS,
  account: '123456789012',
  time: '2026-11-24T02:29:59Z',
  region: 'cn-north-1',
  resources: [],
  detail,
})

/** The notice as an event of the given kind. */
export const eventOf = (kind: Kind, notice: Notice): Json => {
  switch (kind) {
    case 'http api':
      return httpApiEvent(notice)
    case 'rest api':
      return restApiEvent(notice)
    case 'event':
      return busEvent(notice)
    case 'direct':
      return { ...notice }
  }
}

/** A notice of the direct merchant that nothing is wrong with. */
export const goodNotice = (): Notice => ({
  mchid: '1900000109',
  out_order_no: '1234323JKHDFE1243252',
  service_id: '2002000000000558128851361561536',
  type: 'Order_Paid',
  detail: { paid_time: '20261124103000' },
})
