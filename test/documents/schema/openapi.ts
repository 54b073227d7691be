import type * as v from 'valibot'
import { DECISIONS, DecisionSchema } from '../../../lib/intake/operator-decision.ts'
import * as answers from './answers.ts'
import { described, type Json, jsonSchema } from './json-schema.ts'
import { NOTICE_MEMBERS, NoticeBody } from './notice.ts'

const OUT_ORDER_NO = '^[0-9A-Za-z_\\-|*]{1,32}$'

/** The HTTP API as OpenAPI 3.1. */
export const openApi = (version: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'payscore-sync',
    version,
    summary: 'Tells WeChat Pay Score that an order was paid offline, proves that it did, and finds the double charge',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [
    {
      url: 'https://{api}.execute-api.{region}.{suffix}',
      description: 'a stack of your own',
      variables: {
        api: { default: 'api-id', description: 'id of the HTTP API' },
        region: { default: 'ap-east-1' },
        suffix: { default: 'amazonaws.com', enum: ['amazonaws.com', 'amazonaws.com.cn'] },
      },
    },
    { url: 'http://127.0.0.1:3000', description: 'npm start' },
  ],
  security: [{ sigv4: [] }],
  tags: [{ name: 'orders', description: 'Orders that were paid offline' }],
  paths: {
    '/merchants/{mchid}/payafter-orders/{out_order_no}/sync': {
      parameters: ORDER,
      post: {
        operationId: 'sync',
        tags: ['orders'],
        summary: 'Hand over an offline payment',
        description:
          'A 2xx says that the payment stands in the ledger. The same request again is safe. A member or a query parameter that is not named here is refused.',
        requestBody: body('Notice', {
          short: { summary: 'one service', value: { detail: { paid_time: '20261124103000' } } },
          checked: {
            summary: 'with the amount, so that the order is asked about first',
            value: { detail: { paid_time: '2026-11-24T10:30:00+08:00' }, amount: 12800, shop_id: 'SHOP-7' },
          },
        }),
        responses: {
          200: answer('WeChat Pay took the sync', 'Synced'),
          202: {
            ...answer('in the ledger: it goes on by itself, or is held for a person', 'Pending'),
            headers: {
              'Retry-After': { description: 'seconds until the next attempt', schema: { type: 'integer' } },
            },
          },
          400: bad,
          403: forbidden,
          409: refused('charged twice, or another notice stands for this order', 'ChargedTwice', 'Conflict'),
          422: refused('not synced: a person has to look', 'NotSynced'),
          429: tooMany,
          500: failed,
          503: refused(
            'ledger out of reach, or the deployment must be mended: nothing was sent, send it again',
            'Problem',
            'Gateway',
          ),
        },
      },
    },
    '/merchants/{mchid}/payafter-orders/{out_order_no}': {
      parameters: ORDER,
      get: {
        operationId: 'status',
        tags: ['orders'],
        summary: 'How an order stands',
        description:
          'What the ledger knows; with `check=1` what WeChat Pay says of the order now, and nothing is written.',
        parameters: [
          {
            name: 'check',
            in: 'query',
            description: '`1`: ask WeChat Pay, before the cashier takes money',
            schema: { type: 'string', enum: ['1'] },
          },
          {
            name: 'service_id',
            in: 'query',
            description: 'with `check=1`: needed by a merchant with several services',
            schema: { type: 'string' },
          },
          {
            name: 'appid',
            in: 'query',
            description: 'with `check=1`: one of the appids of the service; the first that is configured if left out',
            schema: { type: 'string' },
          },
        ],
        responses: {
          200: answer('the order as the ledger has it, or as WeChat Pay told it now', 'Order', 'Checked'),
          400: bad,
          403: forbidden,
          404: refused('no offline payment was handed over for this order', 'UnknownOrder', 'Gateway'),
          429: tooMany,
          500: failed,
          503: refused('not known now: ask again', 'NotKnownNow', 'Problem', 'Gateway'),
        },
      },
    },
    '/merchants/{mchid}/payafter-orders/{out_order_no}/{decision}': {
      parameters: [
        ...ORDER,
        {
          name: 'decision',
          in: 'path',
          required: true,
          description: 'what a person decided; `withdraw` is the shop’s own',
          schema: { type: 'string', enum: DECISIONS },
        },
      ],
      post: {
        operationId: 'decide',
        tags: ['orders'],
        summary: 'Decide about an order',
        description: 'Makes no call. Who, when and why stay on the order.',
        requestBody: body('Decision', {
          close: { summary: 'any decision', value: { reason: 'wrong order number' } },
          settle: {
            summary: 'settle',
            value: { reason: 'refunded through WeChat Pay', out_refund_no: 'RF20261124001' },
          },
        }),
        responses: {
          200: answer('it was carried out', 'Order'),
          400: bad,
          403: forbidden,
          404: refused('no offline payment was handed over for this order', 'UnknownOrder', 'Gateway'),
          409: refused('it does not fit how the order stands', 'DecisionRefused'),
          429: tooMany,
          500: failed,
          503: refused('ledger out of reach', 'Problem', 'Gateway'),
        },
      },
    },
  },
  components: {
    securitySchemes: {
      sigv4: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'AWS Signature Version 4 for execute-api, by a principal with the till’s or the operator’s policy',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    },
    schemas: {
      Notice: described(jsonSchema(NoticeBody, 'input'), NOTICE_MEMBERS),
      Decision: described(jsonSchema(DecisionSchema, 'input'), {
        out_refund_no: 'settle: 商户退款单号 of WeChat Pay’s refund, which WeChat Pay is asked about',
        cash: 'settle: the receipt of the money that was given back at the till',
        not_double: 'settle, and close and withdraw of an order that WeChat Pay charged: it was no double charge',
      }),
      ...Object.fromEntries(
        Object.entries(ANSWERS).map(([name, schema]) => [name, jsonSchema(schema, 'output')] as const),
      ),
    },
  },
})

const ANSWERS: Readonly<Record<string, v.GenericSchema>> = {
  Synced: answers.Synced,
  Pending: answers.Pending,
  Order: answers.Order,
  Checked: answers.Checked,
  Problem: answers.Problem,
  BadInput: answers.BadInput,
  NotSynced: answers.NotSynced,
  ChargedTwice: answers.ChargedTwice,
  Conflict: answers.Conflict,
  UnknownOrder: answers.UnknownOrder,
  DecisionRefused: answers.DecisionRefused,
  NotKnownNow: answers.NotKnownNow,
  Gateway: answers.Gateway,
}

const ORDER = [
  {
    name: 'mchid',
    in: 'path',
    required: true,
    description: '商户号 of who was to be paid',
    schema: { type: 'string', pattern: '^\\d{1,32}$' },
  },
  {
    name: 'out_order_no',
    in: 'path',
    required: true,
    description: '商户服务订单号, percent-encoded once',
    schema: { type: 'string', pattern: OUT_ORDER_NO },
  },
]

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

const oneOf = (names: readonly string[]): Json => {
  const [only] = names
  return names.length === 1 && only ? ref(only) : { anyOf: names.map(ref) }
}

const body = (name: string, examples: Json): Json => ({
  required: true,
  content: { 'application/json': { schema: ref(name), examples } },
})

const answer = (description: string, ...names: readonly string[]): Json => ({
  description,
  content: { 'application/json': { schema: oneOf(names) } },
})

/** Problems of ours, and API Gateway's own words where it may answer in our place. */
const refused = (description: string, ...names: readonly string[]): Json => {
  const ours = names.filter((name) => name !== 'Gateway')
  return {
    description,
    content: {
      'application/problem+json': { schema: oneOf(ours) },
      ...(names.includes('Gateway') && { 'application/json': { schema: ref('Gateway') } }),
    },
  }
}

const bad = refused('bad input: nothing was sent, nothing written', 'BadInput', 'Gateway')
const forbidden = answer('API Gateway: IAM does not allow this caller this path', 'Gateway')
const tooMany = answer(
  'API Gateway: too many requests of this route; nothing ran, send it again in a second',
  'Gateway',
)
const failed = refused('a fault of this service: its log tells', 'Problem', 'Gateway')
