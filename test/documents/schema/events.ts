import type * as v from 'valibot'
import { DIGEST_SOURCE, OPEN_CASES } from '../../../lib/audit/digest/digest-event.ts'
import { PAID_OFFLINE } from '../../../lib/intake/event-source.ts'
import { NoticeSchema } from '../../../lib/intake/payment-notice.ts'
import { STATES } from '../../../lib/ledger/row.ts'
import { openCases, orderView, settledView, troubleView } from './answers.ts'
import { described, type Json, jsonSchema } from './json-schema.ts'
import { NOTICE_MEMBERS } from './notice.ts'

/** Every event schema by the name of its file, in the form that EventBridge's schema registry takes. */
export const eventSchemas = (version: string): Readonly<Record<string, Json>> => ({
  'paid-offline.json': inForm(
    { name: 'PaidOffline', detailType: PAID_OFFLINE, source: 'com.example.pos', version },
    described(jsonSchema(NoticeSchema, 'input', 'openapi-3.0'), NOTICE_MEMBERS),
  ),
  'synced.json': outcome('Synced', 'Payscore Order Synced', orderView('SYNCED'), version),
  'rejected.json': outcome('Rejected', 'Payscore Order Rejected', troubleView('REJECTED'), version),
  'held.json': outcome('Held', 'Payscore Order Held', orderView('HELD'), version),
  'double-charged.json': outcome(
    'DoubleCharged',
    'Payscore Order Double Charged',
    orderView('DOUBLE_CHARGED', 'HELD', 'REJECTED'),
    version,
  ),
  'double-charge-settled.json': outcome('DoubleChargeSettled', 'Payscore Double Charge Settled', settledView, version),
  'open-cases.json': inForm(
    { name: 'OpenCases', detailType: OPEN_CASES, source: DIGEST_SOURCE, version },
    jsonSchema(openCases, 'output', 'openapi-3.0'),
  ),
  'pending-too-long.json': outcome(
    'PendingTooLong',
    'Payscore Order Pending Too Long',
    troubleView(...STATES),
    version,
  ),
})

const outcome = (name: string, detailType: string, detail: v.GenericSchema, version: string): Json =>
  inForm({ name, detailType, source: 'payscore.ledger', version }, jsonSchema(detail, 'output', 'openapi-3.0'))

type Named = {
  readonly name: string
  readonly detailType: string
  readonly source: string
  readonly version: string
}

const ENVELOPE = ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail']

const text = { type: 'string' }

const inForm = ({ name, detailType, source, version }: Named, detail: Json): Json => ({
  openapi: '3.0.0',
  info: { title: detailType, version },
  paths: {},
  components: {
    schemas: {
      AWSEvent: {
        type: 'object',
        required: ENVELOPE,
        'x-amazon-events-detail-type': detailType,
        'x-amazon-events-source': source,
        properties: {
          version: text,
          id: text,
          'detail-type': { type: 'string', enum: [detailType] },
          source: text,
          account: text,
          time: { type: 'string', format: 'date-time' },
          region: text,
          resources: { type: 'array', items: text },
          detail: { $ref: `#/components/schemas/${name}` },
        },
      },
      [name]: detail,
    },
  },
})
